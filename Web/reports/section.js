import { h } from "../core/dom.js";

/** @import { StudyDetail } from "../types.d.ts" */

/**
 * The reports of a study: read, write, compare.
 * @param {StudyDetail} study
 * @param {AbortSignal} signal aborted when the study is left
 * @returns {HTMLElement}
 */
export function reportSection(study, signal) {
    const section = h("section", { class: "reports", "aria-label": "Reports" });
    section.dataset["study"] = study.uid;
    signal.addEventListener("abort", () => section.remove());
    return section;
}
