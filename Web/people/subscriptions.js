import { fill, h } from "../core/dom.js";
import { api, isAbort, messageOf } from "../core/api.js";
import { filterFromQuery, studiesPath } from "../core/filters.js";
import { formatTime } from "../core/format.js";
import { select } from "../ui/form.js";
import { failure, toast } from "../ui/notice.js";

/** @import { Subscription } from "./people.d.ts" */

/** Where the list is that one follows. @param {Subscription} subscription */
export function followedPath({ kind, project, filter }) {
    if (kind === "project") return studiesPath(project ? { project } : {});
    return studiesPath(filterFromQuery(new URLSearchParams(filter ?? {})));
}

/**
 * What one follows, with how often a mail comes.
 * @param {AbortSignal} signal
 */
export function subscriptions(signal) {
    const place = h("div");

    async function load() {
        try {
            /** @type {{ subscriptions: Subscription[] }} */
            const { subscriptions: followed } = await api.get("subscriptions", signal);
            fill(place, followed.length > 0 ? h("ul", { class: "requests" }, followed.map(row)) : nothingYet());
        } catch (error) {
            if (!isAbort(error)) fill(place, failure(messageOf(error), load));
        }
    }

    /** @param {Subscription} subscription */
    function row(subscription) {
        const path = `subscriptions/${encodeURIComponent(String(subscription.id))}`;
        const every = select({ "aria-label": `How often: ${subscription.name}` }, [
            ["day", "Every day"],
            ["week", "Every week"],
        ], subscription.every);
        every.addEventListener("change", () => change(() => api.put(path, { every: every.value })));
        const stop = h("button", { class: "button small", type: "button" }, "Stop");
        stop.setAttribute("aria-label", `Stop following ${subscription.name}`);
        stop.addEventListener("click", () => change(() => api.delete(path)));
        const last = subscription.lastAt ? `Last mail on ${formatTime(subscription.lastAt)}` : "No mail yet";
        return h("li", { class: "request" }, [
            h("div", { class: "request-words" }, [
                h("p", null, h("a", { href: followedPath(subscription) }, subscription.name)),
                h("p", { class: "muted small" }, `${last}. A mail comes only when there is something new.`),
            ]),
            h("div", { class: "actions" }, every, stop),
        ]);
    }

    /** @param {() => Promise<unknown>} action */
    async function change(action) {
        try {
            await action();
            toast("Saved.");
        } catch (error) {
            toast(messageOf(error), "alert");
        }
        load();
    }

    load();
    return place;
}

function nothingYet() {
    return h("p", { class: "muted" }, [
        "You follow nothing yet. Open ",
        h("a", { href: "/studies" }, "a list of studies"),
        " and choose “Follow” to get a mail when new ones come in.",
    ]);
}
