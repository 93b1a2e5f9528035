import { h } from "../core/dom.js";
import { api } from "../core/api.js";
import { loadSession } from "../core/session.js";
import { go } from "../core/go.js";
import { field, form, withRule } from "../ui/form.js";
import { notice } from "../ui/notice.js";
import { alone, greeting, takeToken } from "../people/alone.js";
import { newNameField, passwordField } from "../people/fields.js";

/** @import { PageContext } from "../core/router.js" */

/**
 * The one-time link of the first start. Its token stands behind the "#", which no server and no log ever
 * sees, and is taken out of the history at once.
 * @param {PageContext} context
 */
export function render({ setTitle }) {
    setTitle("Welcome");
    const token = takeToken();
    const name = newNameField();
    const password = passwordField("Password", "new-password", { name: () => name.control.value });
    const again = h("input", { class: "input", type: "password", autocomplete: "new-password", required: true });
    withRule(again, (value) => value === password.control.value ? "" : "The two passwords are not the same.");
    const content = token
        ? form(
            {
                action: "Create the administrator",
                async submit() {
                    await api.post("first-start", {
                        token,
                        name: name.control.value.trim(),
                        password: password.control.value,
                    });
                    await loadSession();
                    go("/accounts");
                },
            },
            name.element,
            password.element,
            field("The same password again", again),
        )
        : notice(
            "warn",
            "This link is not complete. Copy the whole line that the server printed when it was started the first time.",
        );
    const { page, show } = alone();
    show(
        greeting("Welcome to Tarn", "Choose the name and password of the first administrator. This link works once."),
        content,
    );
    return page;
}
