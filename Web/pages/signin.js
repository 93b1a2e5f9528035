import { h } from "../core/dom.js";
import { signIn } from "../core/session.js";
import { home } from "../core/places.js";
import { safeReturnPath } from "../core/router.js";
import { go } from "../core/go.js";
import { field, form } from "../ui/form.js";
import { alone, greeting, ways } from "../people/alone.js";
import { passwordField } from "../people/fields.js";
import { site } from "../people/site.js";

/** @import { PageContext } from "../core/router.js" */

/** @param {PageContext} context */
export function render({ query, setTitle }) {
    setTitle("Sign in");
    const name = h("input", {
        class: "input",
        name: "username",
        autocomplete: "username",
        autocapitalize: "none",
        spellcheck: "false",
        required: true,
    });
    const password = passwordField("Password", "current-password");
    const content = form(
        {
            action: "Sign in",
            busy: "Signing in…",
            async submit() {
                try {
                    await signIn(name.value.trim(), password.control.value);
                } catch (error) {
                    password.control.focus();
                    password.control.select();
                    throw error;
                }
                go(safeReturnPath(query.get("next"), home()));
            },
        },
        field("User name or e-mail address", name),
        password.element,
    );
    queueMicrotask(() => name.focus());
    const { page, show } = alone();
    const others = ways([["", "/forgot", "Forgotten your password?"], ["New here?", "/signup", "Create an account"]]);
    site().then((known) => {
        if (known?.signUp === "closed") others.lastElementChild?.remove();
    });
    show(greeting("Sign in to Tarn", "Medical images for research, de-identified."), content, others);
    return page;
}
