/** Fields and forms: what is wrong stands beside the field it belongs to, and what was typed stays. */

import { fill, h } from "../core/dom.js";
import { messageOf } from "../core/api.js";
import { notice } from "./notice.js";

/** @import { Children } from "../core/dom.js" */
/** @typedef {HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement} Control */

let count = 0;

/** Further rules of controls, beside those the browser knows. @type {WeakMap<Control, (value: string) => string>} */
const rules = new WeakMap();

/**
 * A labelled control.
 * @param {string} label
 * @param {HTMLElement} control
 * @param {string} [hint]
 */
export function field(label, control, hint) {
    if (control.id === "") control.id = `field-${++count}`;
    const { id } = control;
    const below = hint ? h("span", { class: "hint", id: `${id}-hint` }, hint) : null;
    if (below) control.setAttribute("aria-describedby", below.id);
    return h("div", { class: "field" }, h("label", { for: id }, label), control, below);
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
 * Narrows a page to one project; hidden where there is none to choose from.
 * @param {{ code: string, name: string }[]} projects
 * @param {string} selected code, or nothing for all
 * @param {() => void} changed
 */
export function projectFilter(projects, selected, changed) {
    const filter = select(
        { "aria-label": "Project" },
        [
            ["", "All projects"],
            ...projects.map(({ code, name }) => /** @type {[string, string]} */ ([code, name || code])),
        ],
        selected,
    );
    filter.addEventListener("change", changed);
    filter.hidden = projects.length < 2;
    return filter;
}

/**
 * Adds a rule to a control: what is wrong with its value, or nothing.
 * @template {Control} C
 * @param {C} control
 * @param {(value: string) => string} rule
 * @returns {C}
 */
export function withRule(control, rule) {
    rules.set(control, rule);
    return control;
}

/** Something that is wrong with one control. */
export class FieldError extends Error {
    /**
     * @param {Control} control
     * @param {string} message
     */
    constructor(control, message) {
        super(message);
        this.control = control;
    }
}

/** @param {Element} element @returns {element is Control} */
function isControl(element) {
    return element instanceof HTMLInputElement || element instanceof HTMLSelectElement ||
        element instanceof HTMLTextAreaElement;
}

/**
 * What is wrong with a control, in words; empty where nothing is.
 * @param {Control} control
 */
function troubleOf(control) {
    if (control.disabled) return "";
    const { validity } = control;
    if (validity.valueMissing) return control.type === "radio" ? "Please choose one." : "Please fill this in.";
    const broken = rules.get(control)?.(control.value);
    if (broken) return broken;
    if (validity.tooShort && "minLength" in control) return `At least ${control.minLength} characters.`;
    return validity.valid ? "" : control.validationMessage;
}

/**
 * Says beside a control what is wrong with it, until it is changed.
 * @param {Control} control
 * @param {string} message
 */
export function showTrouble(control, message) {
    if (control.id === "") control.id = `field-${++count}`;
    const id = `${control.id}-trouble`;
    const others = (control.getAttribute("aria-describedby") ?? "").split(" ").filter((one) => one && one !== id);
    document.getElementById(id)?.remove();
    const words = h("span", { class: "wrong", id, role: "alert" }, message);
    const place = control.closest(".field, fieldset");
    if (place) place.append(words);
    else control.after(words);
    control.setAttribute("aria-invalid", "true");
    control.setAttribute("aria-describedby", [...others, id].join(" "));
    // Of a group any button may be the one that is chosen then.
    const watched = control.type === "radio" ? place ?? control : control;
    watched.addEventListener("input", () => {
        words.remove();
        control.removeAttribute("aria-invalid");
        if (others.length > 0) control.setAttribute("aria-describedby", others.join(" "));
        else control.removeAttribute("aria-describedby");
    }, { once: true });
}

/**
 * Looks at every control of a form; the focus goes to the first that is wrong.
 * @param {HTMLFormElement} element
 */
function isRight(element) {
    /** @type {Control | null} */
    let first = null;
    /** Buttons of which one is chosen are one thing to be filled in. @type {Set<string>} */
    const groups = new Set();
    for (const control of element.elements) {
        if (!isControl(control) || (control.type === "radio" && groups.has(control.name))) continue;
        const message = troubleOf(control);
        if (!message) continue;
        if (control.type === "radio") groups.add(control.name);
        showTrouble(control, message);
        first ??= control;
    }
    first?.focus();
    return first === null;
}

/**
 * A form that says what went wrong, beside the field where it is known, and can't be sent twice at once.
 * @param {{
 *     action: string,
 *     busy?: string,
 *     submit: () => Promise<void>,
 *     class?: string,
 *     place?: (error: unknown) => Control | null,
 * }} what `place` knows which field an error of the server belongs to
 * @param {...Children} content
 */
export function form({ action, busy = "One moment…", submit, class: name = "form", place }, ...content) {
    const button = h("button", { class: "button primary", type: "submit" }, action);
    const trouble = h("div", { class: "trouble" });
    const element = h("form", { class: name, novalidate: true }, ...content, trouble, button);
    element.addEventListener("submit", async (event) => {
        event.preventDefault();
        fill(trouble);
        if (!isRight(element)) return;
        button.disabled = true;
        button.textContent = busy;
        try {
            await submit();
        } catch (error) {
            const control = error instanceof FieldError ? error.control : place?.(error) ?? null;
            if (control) {
                showTrouble(control, error instanceof FieldError ? error.message : messageOf(error));
                control.focus();
            } else {
                fill(trouble, notice("bad", messageOf(error)));
            }
        } finally {
            button.disabled = false;
            button.textContent = action;
        }
    });
    return element;
}
