import { fill, h } from "../core/dom.js";
import { statusWords } from "./status.js";

/** @import { ReportStatus } from "./types.d.ts" */

/** How many choices there were: names of radio buttons have to differ. */
let count = 0;

/**
 * Preliminary or final; where there is no choice, words that say so.
 * @param {ReportStatus[]} statuses
 * @param {ReportStatus} wanted
 */
export function statusChoice(statuses, wanted) {
    const name = `report-status-${++count}`;
    const element = h("div", { class: "status-choice" });
    let value = statuses.includes(wanted) ? wanted : statuses[0];

    /** @param {ReportStatus} status */
    function option(status) {
        const input = h("input", { type: "radio", name, value: status, checked: status === value });
        input.addEventListener("change", () => value = status);
        const words = statusWords(status);
        return h("label", { class: "check" }, [
            input,
            h("span", null, words.name, h("span", { class: "muted small" }, ` ${words.hint}`)),
        ]);
    }

    /** @param {ReportStatus[]} offered */
    function offer(offered) {
        if (!offered.includes(value)) value = offered[0];
        const only = `It was final: once saved, it is marked as ${statusWords(value).name.toLowerCase()}.`;
        fill(
            element,
            offered.length === 1
                ? h("p", { class: "muted small" }, only)
                : h("fieldset", { class: "field" }, h("legend", null, "This report is"), offered.map(option)),
        );
    }

    offer(statuses);
    return { element, offer, value: () => value };
}
