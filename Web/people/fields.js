/** The fields for who one is, as password managers and screen keyboards know them. */

import { h } from "../core/dom.js";
import { field, withRule } from "../ui/form.js";
import { emailTrouble, nameTrouble, passwordTrouble } from "./checks.js";

/** The user name of a new account. */
export function newNameField() {
    const control = h("input", {
        class: "input",
        name: "username",
        autocomplete: "username",
        autocapitalize: "none",
        spellcheck: "false",
        maxlength: 64,
        required: true,
    });
    withRule(control, nameTrouble);
    return { control, element: field("User name", control, "Letters and digits, such as ada.lovelace.") };
}

/**
 * @param {string} [label]
 * @param {() => string[]} [domains] the only ones taken; all where empty
 */
export function emailField(label = "E-mail address", domains = () => []) {
    const control = h("input", {
        class: "input",
        type: "email",
        name: "email",
        autocomplete: "email",
        autocapitalize: "none",
        spellcheck: "false",
        maxlength: 254,
        required: true,
    });
    withRule(control, (value) => emailTrouble(value, domains()));
    return { control, element: field(label, control) };
}

/**
 * A password, which may be looked at while it is typed.
 * @param {string} label
 * @param {"current-password" | "new-password"} purpose
 * @param {{ name?: () => string, hint?: string }} [more] `name` is the account's, which a new password must not hold
 */
export function passwordField(label, purpose, { name = () => "", hint } = {}) {
    const isNew = purpose === "new-password";
    const control = h("input", {
        class: "input",
        type: "password",
        name: isNew ? "new-password" : "password",
        autocomplete: purpose,
        required: true,
    });
    if (isNew) withRule(control, (value) => passwordTrouble(value, name()));
    const words = hint ?? (isNew ? "At least 12 characters. A sentence you can remember is best." : "");
    const element = field(label, control, words);
    const look = h("button", { class: "button quiet small", type: "button", "aria-pressed": "false" }, "Show");
    look.setAttribute("aria-label", "Show what is typed");
    look.addEventListener("click", () => {
        const isShown = control.type === "text";
        control.type = isShown ? "password" : "text";
        look.textContent = isShown ? "Show" : "Hide";
        look.setAttribute("aria-pressed", String(!isShown));
        control.focus();
    });
    const line = h("div", { class: "secret" });
    control.replaceWith(line);
    line.append(control, look);
    return { control, element };
}
