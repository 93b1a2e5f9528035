import { fill, h } from "../core/dom.js";
import { api, isAbort, messageOf } from "../core/api.js";
import { loadSession } from "../core/session.js";
import { formatDate } from "../core/format.js";
import { confirmDialog } from "../ui/dialog.js";
import { icon } from "../ui/icons.js";
import { failure, toast } from "../ui/notice.js";
import { dayOf } from "./checks.js";
import { editMembership, setMember } from "./membership.js";
import { roleName } from "./roles.js";

/** @import { Account } from "../types.d.ts" */
/** @import { Member, ProjectDetail } from "./people.d.ts" */

/** @param {Member} member */
function lastDay({ until }) {
    if (!until) return h("span", { class: "muted" }, "No end");
    return until < dayOf(new Date())
        ? h("span", { class: "badge bad" }, `Ended ${formatDate(until)}`)
        : `Until ${formatDate(until)}`;
}

/**
 * Who is what in a project, for administrators.
 * @param {ProjectDetail} project
 * @param {AbortSignal} signal
 */
export function members(project, signal) {
    const rows = h("tbody");
    const table = h("table", { class: "table accounts" }, [
        h("caption", { class: "visually-hidden" }, "Members"),
        h(
            "thead",
            null,
            h("tr", null, ["Name", "Roles", "Last day"].map((name) => h("th", { scope: "col" }, name)), h("td")),
        ),
        rows,
    ]);
    const place = h("div", { class: "scroll-x" }, table);

    /** @param {Member[]} people */
    function show(people) {
        table.hidden = people.length === 0;
        fill(rows, people.map(row));
        if (people.length === 0) fill(place, h("p", { class: "muted" }, "Nobody yet. Add the first person."));
        else if (!table.isConnected) fill(place, table);
    }

    async function load() {
        try {
            /** @type {ProjectDetail} */
            const detail = await api.get(`projects/${encodeURIComponent(project.code)}`, signal);
            show(detail.members ?? []);
        } catch (error) {
            if (!isAbort(error)) fill(place, failure(messageOf(error), load));
        }
    }

    /** @param {Member} member */
    function row(member) {
        const change = h("button", { class: "button small", type: "button" }, "Change");
        change.setAttribute("aria-label", `Change: ${member.name}`);
        change.addEventListener("click", () => edit(`${member.name} in ${project.code}`, [member.name]));
        const remove = h("button", { class: "button small", type: "button" }, "Remove");
        remove.setAttribute("aria-label", `Remove: ${member.name}`);
        remove.addEventListener("click", () => removeMember(member.name));
        return h("tr", null, [
            h("td", null, h("strong", null, member.name)),
            h("td", null, [
                h(
                    "div",
                    { class: "badges" },
                    member.roles.map((role) => h("span", { class: "badge" }, roleName(role))),
                ),
            ]),
            h("td", null, lastDay(member)),
            h("td", null, h("div", { class: "actions end" }, change, remove)),
        ]);
    }

    /** @param {string} title @param {string[]} accounts */
    function edit(title, accounts) {
        editMembership({ title, projects: [project], accounts, changed: load });
    }

    async function addMember() {
        try {
            /** @type {{ accounts: Account[] }} */
            const { accounts } = await api.get("accounts", signal);
            edit(
                `Add somebody to ${project.code}`,
                accounts.filter(({ disabled }) => !disabled).map(({ name }) => name),
            );
        } catch (error) {
            if (!isAbort(error)) toast(messageOf(error), "alert");
        }
    }

    /** @param {string} name */
    async function removeMember(name) {
        const isSure = await confirmDialog({
            title: `Remove ${name} from ${project.code}?`,
            text: "The person no longer sees this project. What they did stays on record.",
            action: "Remove",
            danger: true,
        });
        if (!isSure) return;
        try {
            await setMember(project.code, name, { roles: [] });
            await loadSession();
            toast("Removed.");
        } catch (error) {
            toast(messageOf(error), "alert");
        }
        load();
    }

    const add = h("button", { class: "button", type: "button" }, icon("plus"), "Add somebody");
    add.addEventListener("click", addMember);
    show(project.members ?? []);
    return { load, elements: [place, h("div", { class: "actions" }, add)] };
}
