/** What somebody is in a project, to be changed by an administrator. */

import { h } from "../core/dom.js";
import { api } from "../core/api.js";
import { loadSession } from "../core/session.js";
import { openDialog } from "../ui/dialog.js";
import { field, form, select, withRule } from "../ui/form.js";
import { toast } from "../ui/notice.js";
import { lastDayTrouble } from "./checks.js";
import { roles } from "./roles.js";

/** @import { Member } from "./people.d.ts" */
/** @typedef {{ roles: string[], until?: string | null }} Membership */

function roleBoxes() {
    const boxes = roles.map(({ role, name, may }) => {
        const input = h("input", { type: "checkbox", value: role });
        const words = h("span", null, h("strong", null, name), " ", h("span", { class: "muted small" }, `${may}.`));
        return { input, element: h("label", { class: "role-choice" }, input, words) };
    });
    return {
        element: h("fieldset", { class: "role-choices" }, [
            h("legend", null, "Roles in this project"),
            ...boxes.map(({ element }) => element),
        ]),
        /** @param {string[]} held */
        show(held) {
            for (const { input } of boxes) input.checked = held.includes(input.value);
        },
        chosen: () => boxes.filter(({ input }) => input.checked).map(({ input }) => input.value),
    };
}

/**
 * Sets what somebody is in a project; no roles take them out of it.
 * @param {string} project
 * @param {string} account
 * @param {Membership} membership
 */
export async function setMember(project, account, { roles: chosen, until }) {
    await api.put(`projects/${encodeURIComponent(project)}/members/${encodeURIComponent(account)}`, {
        roles: chosen,
        ...(until ? { until } : {}),
    });
    await loadSession();
}

/**
 * A dialog in which the roles of one person in one project are chosen.
 * @param {{
 *     title: string,
 *     projects: { code: string, name: string }[],
 *     accounts: string[],
 *     changed: () => void,
 * }} what where there is one project or one account, it is not asked for
 */
export function editMembership({ title, projects, accounts, changed }) {
    const project = select(
        {},
        projects.map(({ code, name }) => /** @type {[string, string]} */ ([code, `${code}: ${name}`])),
        projects[0]?.code,
    );
    const account = select(
        {},
        accounts.map((name) => /** @type {[string, string]} */ ([name, name])),
        accounts[0],
    );
    const until = withRule(h("input", { class: "input", type: "date" }), lastDayTrouble);
    const boxes = roleBoxes();
    /** The project knows the last day too; without it, saving would take the end away. */
    const show = async () => {
        const [code, name] = [project.value, account.value];
        boxes.element.disabled = true;
        const { members } = await api.get(`projects/${encodeURIComponent(code)}`).catch(() => ({ members: null }));
        if (project.value !== code || account.value !== name) return;
        const held = /** @type {Member[] | null} */ (members)?.find((member) => member.name === name);
        boxes.show(held?.roles ?? []);
        until.value = held?.until ?? "";
        boxes.element.disabled = members === null;
    };
    project.addEventListener("change", show);
    account.addEventListener("change", show);
    show();
    const dialog = openDialog(
        title,
        form({
            action: "Save",
            async submit() {
                await setMember(project.value, account.value, { roles: boxes.chosen(), until: until.value });
                dialog.close();
                toast("Saved. It holds from the next page that is opened.");
                changed();
            },
        }, [
            projects.length > 1 ? field("Project", project) : null,
            accounts.length > 1 ? field("Person", account) : null,
            boxes.element,
            field("Last day", until, "Empty: until it is taken away."),
        ]),
    );
}
