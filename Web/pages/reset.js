import { h } from "../core/dom.js";
import { api, APIError } from "../core/api.js";
import { form } from "../ui/form.js";
import { alone, greeting, takeToken, ways } from "../people/alone.js";
import { fieldOfProblem } from "../people/checks.js";
import { passwordField } from "../people/fields.js";

/** @import { PageContext } from "../core/router.js" */

/**
 * Where the mailed link leads with which one chooses a new password.
 * @param {PageContext} context
 */
export function render({ setTitle }) {
    setTitle("New password");
    const token = takeToken();
    const { page, show } = alone();
    const password = passwordField("New password", "new-password");

    async function complete() {
        try {
            await api.post("password-reset/complete", { token, password: password.control.value });
        } catch (error) {
            if (!(error instanceof APIError) || error.code !== "link-invalid") throw error;
            showInvalid();
            return;
        }
        show(
            greeting(
                "Your new password is set",
                "Wherever you were signed in, you are signed out. Sign in with the new one.",
            ),
            h("a", { class: "button primary", href: "/signin" }, "Sign in"),
        );
    }

    function showInvalid() {
        show(
            greeting("This link does not work", "It is older than an hour, was used already, or is not complete."),
            h("a", { class: "button primary", href: "/forgot" }, "Send me a new link"),
            ways([["You know your password?", "/signin", "Sign in"]]),
        );
    }

    if (token) {
        show(
            greeting("Choose a new password", "You sign in with it from now on, and are signed out everywhere else."),
            form({
                action: "Set the password",
                submit: complete,
                place: (error) =>
                    error instanceof APIError && fieldOfProblem(error) === "password" ? password.control : null,
            }, password.element),
        );
        queueMicrotask(() => password.control.focus());
    } else {
        showInvalid();
    }
    return page;
}
