import { h } from "../core/dom.js";
import { api, APIError } from "../core/api.js";
import { form } from "../ui/form.js";
import { notice } from "../ui/notice.js";
import { alone, greeting, takeToken, ways } from "../people/alone.js";
import { emailField, newNameField } from "../people/fields.js";
import { mailSent } from "../people/mail-sent.js";

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
        const email = emailField();
        show(
            greeting("This link does not work", "It is older than a day, was used already, or is not complete."),
            h("div", { class: "steps-text" }, [
                notice("info", "If you have confirmed your address before, you can simply sign in."),
                form({
                    action: "Send me a new link",
                    async submit() {
                        const address = email.control.value.trim();
                        await api.post("sign-up/resend", { email: address });
                        show(mailSent({
                            title: "Look at your mail",
                            address,
                            next:
                                "If an account waits for this address, the mail has a new link. Open it within 24 hours.",
                            resend: () => api.post("sign-up/resend", { email: address }),
                            change: showInvalid,
                        }));
                    },
                }, email.element),
            ]),
            ways([["", "/signin", "Sign in"], ["", "/signup", "Create an account"]]),
        );
    }

    if (token) showConfirm();
    else showInvalid();
    return page;
}
