import { h } from "../core/dom.js";

/**
 * The list of labels of a project; those who keep it may change it.
 * @param {string} project
 * @param {AbortSignal} signal
 * @returns {HTMLElement}
 */
export function labelListEditor(project, signal) {
    const element = h("div", { class: "label-list" });
    element.dataset["project"] = project;
    signal.addEventListener("abort", () => element.remove());
    return element;
}
