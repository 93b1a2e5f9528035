import { h } from "../core/dom.js";
import { signIn } from "../core/session.js";
import { home } from "../core/places.js";
import { safeReturnPath } from "../core/router.js";
import { go } from "../core/go.js";
import { field, form } from "../ui/form.js";

/** @import { PageContext } from "../core/router.js" */

/**
 * The mark and the words above a form that stands alone.
 * @param {string} title
 * @param {string} text
 */
export function greeting(title, text) {
    return h(
        "div",
        { class: "greeting" },
        h("img", { src: "/web/icon.svg", alt: "", width: 48, height: 48 }),
        h("h1", null, title),
        h("p", { class: "muted" }, text),
    );
}

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
    const password = h("input", {
        class: "input",
        type: "password",
        name: "password",
        autocomplete: "current-password",
        required: true,
    });
    const content = form(
        {
            action: "Sign in",
            busy: "Signing in…",
            async submit() {
                try {
                    await signIn(name.value.trim(), password.value);
                } catch (error) {
                    password.value = "";
                    password.focus();
                    throw error;
                }
                go(safeReturnPath(query.get("next"), home()));
            },
        },
        field("User name", name),
        field("Password", password),
    );
    queueMicrotask(() => name.focus());
    return h(
        "main",
        { class: "alone" },
        h(
            "div",
            { class: "card" },
            greeting("Sign in to Tarn", "Medical images for research, de-identified."),
            content,
        ),
    );
}
