/** The queue: what waits, oldest first. */

import { fill, h } from "../core/dom.js";
import { formatTime } from "../core/format.js";

/** @import { HeldItem } from "../types.d.ts" */

/** Rows on the page at once: of a thousand, those around the chosen one. */
const most = 60;

/** @param {(index: number) => void} choose */
export function queue(choose) {
    const element = h("ul", { class: "held-list", "aria-label": "Held images" });
    /** @type {HeldItem[]} */
    let shown = [];
    let first = 0;

    /**
     * @param {HeldItem[]} items
     * @param {number} index the chosen one
     */
    function show(items, index) {
        const start = Math.max(0, Math.min(index - 10, items.length - most));
        const now = items.slice(start, start + most);
        if (start !== first || now.length !== shown.length || now.some((item, at) => item !== shown[at])) {
            [first, shown] = [start, now];
            fill(element, now.map((item, at) => h("li", null, row(item, start + at))));
        }
        for (const [at, button] of [...element.querySelectorAll("button")].entries()) {
            if (start + at === index) {
                button.setAttribute("aria-current", "true");
                button.scrollIntoView({ block: "nearest" });
            } else button.removeAttribute("aria-current");
        }
    }

    /** @param {HeldItem} item @param {number} at */
    function row(item, at) {
        return h("button", { type: "button", class: "held-item", onclick: () => choose(at) }, [
            h("span", { class: "badge accent" }, item.modality || "?"),
            h("span", { class: "held-name" }, item.description || "Without a description"),
            h("span", { class: "muted small" }, formatTime(item.receivedAt)),
        ]);
    }

    return { element, show };
}
