/** Asking for a role in a project, and what became of it. */

import { fill, h } from "../core/dom.js";
import { api, isAbort, messageOf } from "../core/api.js";
import { formatDate, formatTime } from "../core/format.js";
import { field, form, select, withRule } from "../ui/form.js";
import { failure, notice, toast } from "../ui/notice.js";
import { roleName, roles } from "./roles.js";

/** @import { ListedProject, RoleRequest } from "./people.d.ts" */

/** What a state is called, and its colour. @type {Record<RoleRequest["state"], [text: string, kind: string]>} */
const states = {
    open: ["Waiting for a decision", "warn"],
    approved: ["Approved", "good"],
    declined: ["Declined", "bad"],
    withdrawn: ["Withdrawn", ""],
};

/**
 * One role as something to choose.
 * @param {typeof roles[number]} role
 */
function choice({ role, name, may }) {
    const input = h("input", { type: "radio", name: "role", value: role, required: true });
    const state = h("span", { class: "badge" });
    state.hidden = true;
    const element = h("label", { class: "role-choice" }, [
        input,
        h("span", null, h("strong", null, name), " ", state, h("span", { class: "muted small" }, `${may}.`)),
    ]);
    return { role, input, state, element };
}

/**
 * The form. `load` looks again at what one has and has asked for; what was typed is lost then.
 * @param {{ changed: () => void, signal: AbortSignal }} what
 */
export function askRole({ changed, signal }) {
    const place = h("div", { class: "ask-role" });

    async function load() {
        try {
            /** @type {{ projects: ListedProject[] }} */
            const { projects } = await api.get("projects/listed", signal);
            fill(place, projects.length > 0 ? requestForm(projects, done) : nothingListed());
        } catch (error) {
            if (!isAbort(error)) fill(place, failure(messageOf(error), load));
        }
    }

    async function done() {
        toast("Sent. An administrator decides; you get a mail.");
        changed();
        await load();
    }

    load();
    return { element: place, load };
}

function nothingListed() {
    return notice("info", "No project takes requests here. Ask your administrator to add you to one.");
}

/**
 * @param {ListedProject[]} projects
 * @param {() => Promise<void>} done
 */
function requestForm(projects, done) {
    const project = select(
        { required: true },
        projects.map(({ code, name }) => /** @type {[string, string]} */ ([code, name ? `${name} (${code})` : code])),
        projects[0]?.code,
    );
    const choices = roles.filter(({ asked }) => asked).map(choice);
    const reason = h("textarea", { class: "input", rows: 3, maxlength: 500, required: true });
    withRule(reason, (value) => value.trim() === "" ? "Please say in a sentence what you need it for." : "");
    const showHeld = () => {
        const chosen = projects.find(({ code }) => code === project.value);
        for (const { role, input, state } of choices) {
            const isHeld = chosen?.roles.includes(role) ?? false;
            const isAsked = chosen?.requested.includes(role) ?? false;
            input.disabled = isHeld || isAsked;
            if (input.disabled) input.checked = false;
            state.hidden = !input.disabled;
            state.textContent = isHeld ? "You have it" : "Asked for";
        }
    };
    project.addEventListener("change", showHeld);
    showHeld();
    const group = h("fieldset", { class: "role-choices" }, [
        h("legend", null, "Role"),
        ...choices.map(({ element }) => element),
    ]);
    return form(
        {
            action: "Ask for this role",
            async submit() {
                const role = choices.find(({ input }) => input.checked)?.role;
                await api.post("role-requests", { project: project.value, role, reason: reason.value.trim() });
                await done();
            },
        },
        field("Project", project),
        group,
        field("What you need it for", reason, "A sentence that helps the administrator to decide."),
    );
}

/**
 * One's own requests, newest first; those that wait can be withdrawn.
 * @param {RoleRequest[]} requests
 * @param {() => void} changed
 */
export function ownRequests(requests, changed) {
    return h("ul", { class: "requests" }, requests.map((request) => ownRequest(request, changed)));
}

/**
 * @param {RoleRequest} request
 * @param {() => void} changed
 */
function ownRequest(request, changed) {
    const [text, kind] = states[request.state] ?? [request.state, ""];
    const until = request.until ? ` until ${formatDate(request.until)}` : "";
    const what = `${roleName(request.role)} in ${request.project}`;
    const withdraw = h("button", { class: "button small", type: "button" }, "Withdraw");
    withdraw.setAttribute("aria-label", `Withdraw the request: ${what}`);
    withdraw.addEventListener("click", async () => {
        withdraw.disabled = true;
        try {
            await api.delete(`role-requests/${encodeURIComponent(String(request.id))}`);
            toast("Withdrawn.");
        } catch (error) {
            toast(messageOf(error), "alert");
        }
        changed();
    });
    return h("li", { class: "request" }, [
        h("div", { class: "request-words" }, [
            h("p", null, h("strong", null, what), " ", h("span", { class: `badge ${kind}` }, text + until)),
            h("p", { class: "muted small" }, `Asked on ${formatTime(request.at)}: “${request.reason}”`),
            request.note ? h("p", { class: "small" }, `The administrator wrote: “${request.note}”`) : null,
        ]),
        request.state === "open" ? h("div", { class: "actions" }, withdraw) : null,
    ]);
}
