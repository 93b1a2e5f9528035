import { api } from "../core/api.js";
import { form } from "../ui/form.js";
import { alone, greeting, ways } from "../people/alone.js";
import { emailField } from "../people/fields.js";
import { mailSent } from "../people/mail-sent.js";

/** @import { PageContext } from "../core/router.js" */

/** @param {PageContext} context */
export function render({ setTitle }) {
    setTitle("Forgotten password");
    const { page, show } = alone();
    const email = emailField();

    function showForm() {
        show(
            greeting("Choose a new password", "Give the e-mail address of your account; we send you a link."),
            form({
                action: "Send me a link",
                async submit() {
                    const address = email.control.value.trim();
                    await api.post("password-reset", { email: address });
                    show(mailSent({
                        title: "Look at your mail",
                        address,
                        next:
                            "If an account has this address, the mail has a link. Open it within one hour and choose a new password.",
                        resend: () => api.post("password-reset", { email: address }),
                        change: showForm,
                    }));
                },
            }, email.element),
            ways([["You know it again?", "/signin", "Sign in"]]),
        );
        email.control.focus();
    }

    showForm();
    queueMicrotask(() => email.control.focus());
    return page;
}
