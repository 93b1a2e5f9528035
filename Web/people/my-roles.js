import { fill, h } from "../core/dom.js";
import { api, isAbort, messageOf } from "../core/api.js";
import { session } from "../core/session.js";
import { failure } from "../ui/notice.js";
import { openDialog } from "../ui/dialog.js";
import { icon } from "../ui/icons.js";
import { askRole, ownRequests } from "./ask-role.js";
import { roleName, rolesMay } from "./roles.js";

/** @import { ProjectAccess } from "../types.d.ts" */
/** @import { RoleRequest } from "./people.d.ts" */

/** @param {ProjectAccess & { until?: string | null }} project */
function membership({ code, name, roles }) {
    return h("li", { class: "request" }, [
        h("div", { class: "request-words" }, [
            h("p", null, [
                h("strong", null, name || code),
                " ",
                h(
                    "span",
                    { class: "badges" },
                    roles.map((role) => h("span", { class: "badge accent" }, roleName(role))),
                ),
            ]),
            h("p", { class: "muted small" }, rolesMay(roles)),
        ]),
    ]);
}

/**
 * What one is in which project, what one has asked for, and a way to ask for more.
 * @param {AbortSignal} signal
 */
export function myRoles(signal) {
    const mine = (session.value?.projects ?? []).filter(({ roles }) => roles.length > 0);
    const requests = h("div");

    async function load() {
        try {
            /** @type {{ requests: RoleRequest[] }} */
            const answer = await api.get("role-requests", signal);
            const told = answer.requests.filter(({ state }) => state !== "withdrawn");
            fill(requests, told.length > 0 ? [h("h3", null, "What you asked for"), ownRequests(told, load)] : null);
        } catch (error) {
            if (!isAbort(error)) fill(requests, failure(messageOf(error), load));
        }
    }

    const ask = h("button", { class: "button", type: "button" }, icon("plus"), "Ask for a role");
    ask.addEventListener("click", () => {
        const dialog = openDialog(
            "Ask for a role",
            askRole({
                changed() {
                    dialog.close();
                    load();
                },
                signal,
            }).element,
        );
    });
    load();
    return [
        mine.length > 0
            ? h("ul", { class: "requests" }, mine.map(membership))
            : h("p", { class: "muted" }, "You have no role in a project yet."),
        requests,
        h("div", { class: "actions" }, ask),
    ];
}
