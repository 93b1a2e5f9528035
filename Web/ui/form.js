import { fill, h } from "../core/dom.js";
import { messageOf } from "../core/api.js";
import { notice } from "./notice.js";

/** @import { Children } from "../core/dom.js" */

/**
 * A labelled control: the label wraps it, so a click on the words finds it.
 * @param {string} label
 * @param {HTMLElement} control
 * @param {string} [hint]
 */
export function field(label, control, hint) {
    return h(
        "label",
        { class: "field" },
        h("span", null, label),
        control,
        hint ? h("span", { class: "hint" }, hint) : null,
    );
}

/**
 * A select box.
 * @param {Record<string, unknown>} attributes
 * @param {[value: string, text: string][]} options
 * @param {string} [selected]
 */
export function select(attributes, options, selected = "") {
    const element = h(
        "select",
        { class: "input", ...attributes },
        options.map(([value, text]) => h("option", { value }, text)),
    );
    element.value = selected;
    return element;
}

/**
 * A form that shows what went wrong above its button and can't be sent twice at once.
 * @param {{ action: string, busy?: string, submit: () => Promise<void>, class?: string }} what
 * @param {...Children} content
 */
export function form({ action, busy = "One moment…", submit, class: name = "form" }, ...content) {
    const button = h("button", { class: "button primary", type: "submit" }, action);
    const trouble = h("div", { class: "trouble" });
    const element = h("form", { class: name, novalidate: true }, ...content, trouble, button);
    element.addEventListener("submit", async (event) => {
        event.preventDefault();
        if (!element.reportValidity()) return;
        button.disabled = true;
        button.textContent = busy;
        fill(trouble);
        try {
            await submit();
        } catch (error) {
            fill(trouble, notice("bad", messageOf(error)));
        } finally {
            button.disabled = false;
            button.textContent = action;
        }
    });
    return element;
}
