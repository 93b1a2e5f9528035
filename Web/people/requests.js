/** The requests that wait, each with its decision: one click, with an end date and a word to the person if wished. */

import { fill, h } from "../core/dom.js";
import { api, APIError, isAbort, messageOf } from "../core/api.js";
import { formatTime, plural } from "../core/format.js";
import { field, showTrouble } from "../ui/form.js";
import { failure, toast } from "../ui/notice.js";
import { dayOf, lastDayTrouble } from "./checks.js";
import { roleName, rolesMay } from "./roles.js";
import { loadWaiting, waiting } from "./waiting.js";

/** @import { RoleRequest } from "./people.d.ts" */

/**
 * A section that is there only while something waits.
 * @param {{ signal: AbortSignal, project?: string, changed?: () => void }} what
 */
export function waitingRequests({ signal, project, changed = () => {} }) {
    const list = h("ul", { class: "requests" });
    const title = h("h2", null, "Requests");
    const element = h("section", { class: "card section waiting-requests" }, title, list);
    element.hidden = true;

    async function load() {
        try {
            await loadWaiting();
        } catch (error) {
            if (isAbort(error) || signal.aborted) return;
            element.hidden = false;
            fill(list, h("li", null, failure(messageOf(error), load)));
        }
    }

    const decided = async () => {
        await load();
        changed();
    };
    let shown = "";
    waiting.watch((requests) => {
        const mine = (requests ?? []).filter((request) => project === undefined || request.project === project);
        const ids = JSON.stringify(mine);
        // What is being typed into one of them stays.
        if (ids === shown) return;
        shown = ids;
        element.hidden = mine.length === 0;
        title.textContent = `${plural(mine.length, "request")} for a role`;
        fill(list, mine.map((request) => waitingRequest(request, decided)));
    }, signal);
    load();
    return element;
}

/**
 * @param {RoleRequest} request
 * @param {() => Promise<void>} decided
 */
function waitingRequest(request, decided) {
    const what = `${request.account} as ${roleName(request.role)} in ${request.project}`;
    const until = h("input", { class: "input", type: "date", min: dayOf(new Date()) });
    const note = h("input", { class: "input", maxlength: 500 });
    const approve = h("button", { class: "button primary small", type: "button" }, "Approve");
    const decline = h("button", { class: "button small", type: "button" }, "Decline");
    approve.setAttribute("aria-label", `Approve ${what}`);
    decline.setAttribute("aria-label", `Decline ${what}`);

    /**
     * @param {"approve" | "decline"} decision
     * @param {Record<string, string>} body
     * @param {string} said
     */
    async function decide(decision, body, said) {
        approve.disabled = decline.disabled = true;
        try {
            await api.post(`role-requests/${encodeURIComponent(String(request.id))}/${decision}`, body);
            toast(said);
        } catch (error) {
            // Somebody else, or the person, was faster: the list says what is left.
            const isOver = error instanceof APIError && [404, 409].includes(error.status);
            toast(isOver ? "This request was decided or withdrawn meanwhile." : messageOf(error), "alert");
            approve.disabled = decline.disabled = false;
            if (!isOver) return;
        }
        await decided();
    }

    approve.addEventListener("click", () => {
        const trouble = lastDayTrouble(until.value);
        if (trouble) {
            showTrouble(until, trouble);
            until.focus();
            return;
        }
        const body = { ...(until.value ? { until: until.value } : {}), ...noteOf(note.value) };
        decide("approve", body, `${request.account} is now ${roleName(request.role)} in ${request.project}.`);
    });
    decline.addEventListener("click", () => decide("decline", noteOf(note.value), "Declined."));
    return h("li", { class: "request" }, [
        h("div", { class: "request-words" }, [
            h("p", null, [
                h("strong", null, request.account),
                " asks to be ",
                h("strong", null, roleName(request.role)),
                " in ",
                h("span", { class: "badge" }, request.project),
            ]),
            h("blockquote", null, request.reason),
            h("p", { class: "muted small" }, `${formatTime(request.at)}. ${rolesMay([request.role])}`),
            h("details", null, [
                h("summary", { class: "small" }, "With an end date or a word to the person"),
                h("div", { class: "fields" }, [
                    field("Last day", until, "Empty: until the role is taken away."),
                    field("Note", note, "The person reads it."),
                ]),
            ]),
        ]),
        h("div", { class: "actions" }, decline, approve),
    ]);
}

/** @param {string} text @returns {Record<string, string>} */
function noteOf(text) {
    const note = text.trim();
    return note ? { note } : {};
}
