import { h } from "../core/dom.js";
import { api, APIError } from "../core/api.js";
import { form } from "../ui/form.js";
import { alone, greeting, takeToken, ways } from "../people/alone.js";
import { newNameField } from "../people/fields.js";

/** @import { PageContext } from "../core/router.js" */

/**
 * Where a mailed link leads that confirms an address. The link is used up by the button, not by opening it: programs
 * that look at mail for viruses open links too.
 * @param {PageContext} context
 */
export function render({ setTitle }) {
    setTitle("Confirm your address");
    const token = takeToken();
    const { page, show } = alone();

    /** @param {string} [name] another one than the one that was taken */
    async function confirm(name) {
        try {
            showDone(await api.post("verify", name === undefined ? { token } : { token, name }));
        } catch (error) {
            if (error instanceof APIError && error.code === "link-invalid") showInvalid();
            else if (error instanceof APIError && error.code === "name-taken" && name === undefined) showTaken();
            else throw error;
        }
    }

    function showConfirm() {
        show(
            greeting("Confirm your e-mail address", "One click, and the address is known to be yours."),
            form({ action: "Confirm", busy: "Confirming…", submit: () => confirm() }),
        );
    }

    function showTaken() {
        const name = newNameField();
        show(
            greeting(
                "This user name is taken",
                "Somebody else has it by now. Choose another one; the rest stays as you gave it.",
            ),
            form({
                action: "Confirm with this name",
                submit: () => confirm(name.control.value.trim()),
                place: (error) => error instanceof APIError && [400, 409].includes(error.status) ? name.control : null,
            }, name.element),
        );
        name.control.focus();
    }

    /** @param {{ purpose: "sign-up" | "email", name: string }} done */
    function showDone({ purpose, name }) {
        const isNew = purpose === "sign-up";
        show(
            isNew
                ? greeting(`Welcome, ${name}`, "Your account is ready. Sign in, and ask for a role in a project.")
                : greeting("Your address is confirmed", "From now on mails go there, and you can sign in with it."),
            isNew
                ? h("a", { class: "button primary", href: "/signin" }, "Sign in")
                : h("a", { class: "button primary", href: "/account" }, "Go to your account"),
        );
    }

    function showInvalid() {
        show(
            greeting("This link does not work", "It is older than a day, was used already, or is not complete."),
            h("div", { class: "steps-text" }, [
                h("p", null, "If you have confirmed your address before, simply sign in."),
                h("p", null, "If not, create the account again: you get a new mail with a new link."),
                h("div", { class: "actions" }, [
                    h("a", { class: "button primary", href: "/signin" }, "Sign in"),
                    h("a", { class: "button", href: "/signup" }, "Create the account again"),
                ]),
            ]),
            ways([["Another address for an account that you have?", "/account", "Ask for its link again"]]),
        );
    }

    if (token) showConfirm();
    else showInvalid();
    return page;
}
