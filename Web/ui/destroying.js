/** What destroys something for good says the same everywhere: what goes, what stays, and asks twice. */

import { h } from "../core/dom.js";
import { field, form, withRule } from "./form.js";

/** @import { Children } from "../core/dom.js" */

/** @param {string[]} items */
export function points(items) {
    return h("ul", null, items.map((text) => h("li", null, text)));
}

/** Whom it is about. @param {{ subject: string, project: string }} patient */
export function ofPatient({ subject, project }) {
    return h("p", null, [
        "Patient ",
        h("strong", { class: "code" }, subject),
        ` of the project ${project}. This can't be taken back.`,
    ]);
}

/**
 * @param {string[]} goes
 * @param {string[]} stays
 */
export function goesAndStays(goes, stays) {
    return h("div", { class: "goes-and-stays" }, [
        h("div", null, h("h3", null, "What goes"), points(goes)),
        h("div", null, h("h3", null, "What stays"), points(stays)),
    ]);
}

/**
 * Asks for a reason and once more for the patient's code.
 * @param {{
 *     subject: string,
 *     action: string,
 *     busy: string,
 *     hint: string,
 *     submit: (body: { reason: string, confirm: string }) => Promise<void>,
 * }} what `submit` gets what the server wants to know; `hint` is an example of a reason
 * @param {...Children} above fields before these
 */
export function destroyForm({ subject, action, busy, hint, submit }, ...above) {
    const reason = h("input", { class: "input", required: true, maxlength: 500, autocomplete: "off" });
    const code = withRule(
        h("input", { class: "input code", required: true, autocomplete: "off", spellcheck: "false" }),
        (value) => value.trim() === subject ? "" : "This is not the code of this patient.",
    );
    const element = form(
        { action, busy, submit: () => submit({ reason: reason.value.trim(), confirm: code.value.trim() }) },
        ...above,
        field("Reason", reason, hint),
        field("Type the patient code to confirm", code, subject),
    );
    element.querySelector("button[type=submit]")?.classList.replace("primary", "danger");
    return element;
}

/** Tables of the database in whose files something may be left. @param {string[]} unswept */
export function unsweptWords(unswept) {
    return `These tables were too large to be written anew: ${unswept.join(", ")}. Tell your administrator.`;
}
