import { h } from "../core/dom.js";
import { api } from "../core/api.js";
import { loadSession } from "../core/session.js";
import { go } from "../core/go.js";
import { field, form } from "../ui/form.js";
import { notice } from "../ui/notice.js";
import { greeting } from "./signin.js";

/** @import { PageContext } from "../core/router.js" */

/**
 * The one-time link of the first start. Its token stands behind the "#", which no server and no log ever
 * sees, and is taken out of the history at once.
 * @param {PageContext} context
 */
export function render({ setTitle }) {
    setTitle("Welcome");
    const token = location.hash.slice(1);
    history.replaceState(null, "", "/welcome");
    const name = h("input", {
        class: "input",
        name: "username",
        autocomplete: "username",
        autocapitalize: "none",
        spellcheck: "false",
        required: true,
    });
    const password = h("input", {
        class: "input",
        type: "password",
        autocomplete: "new-password",
        minlength: "12",
        required: true,
    });
    const again = h("input", { class: "input", type: "password", autocomplete: "new-password", required: true });
    const compare = () => {
        again.setCustomValidity(again.value === password.value ? "" : "The two passwords are not the same.");
    };
    password.addEventListener("input", compare);
    again.addEventListener("input", compare);
    const content = token
        ? form(
            {
                action: "Create the administrator",
                async submit() {
                    await api.post("first-start", { token, name: name.value.trim(), password: password.value });
                    await loadSession();
                    go("/accounts");
                },
            },
            field("User name", name),
            field("Password", password, "At least 12 characters. A sentence you can remember is best."),
            field("The same password again", again),
        )
        : notice(
            "warn",
            "This link is not complete. Copy the whole line that the server printed when it was started the first time.",
        );
    return h(
        "main",
        { class: "alone" },
        h(
            "div",
            { class: "card" },
            greeting(
                "Welcome to Tarn",
                "Choose the name and password of the first administrator. This link works once.",
            ),
            content,
        ),
    );
}
