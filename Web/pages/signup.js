import { h } from "../core/dom.js";
import { api, APIError } from "../core/api.js";
import { form } from "../ui/form.js";
import { notice } from "../ui/notice.js";
import { alone, greeting, ways } from "../people/alone.js";
import { alternatives, fieldOfProblem } from "../people/checks.js";
import { emailField, newNameField, passwordField } from "../people/fields.js";
import { mailSent } from "../people/mail-sent.js";
import { site } from "../people/site.js";

/** @import { PageContext } from "../core/router.js" */
/** @import { Site } from "../people/people.d.ts" */

const haveOne = ways([["You have an account already?", "/signin", "Sign in"]]);

/** @param {PageContext} context */
export function render({ signal, setTitle }) {
    setTitle("Create an account");
    const { page, show } = alone();
    const fields = signUpFields();
    const showForm = () => {
        show(
            greeting(
                "Create an account",
                "It takes a minute: we send you a mail with a link that confirms your address.",
            ),
            form({
                action: "Create the account",
                async submit() {
                    await api.post("sign-up", fields.values());
                    showSent(fields.values().email);
                },
                place: (error) => error instanceof APIError ? fields.control(fieldOfProblem(error)) : null,
            }, fields.elements),
            haveOne,
        );
        fields.first.focus();
    };
    const showSent = (/** @type {string} */ email) =>
        show(mailSent({
            title: "Look at your mail",
            address: email,
            next: "Open the link in it within 24 hours; your account is then ready, and you can sign in.",
            resend: () => api.post("sign-up/resend", { email }),
            change: showForm,
        }));
    showForm();
    queueMicrotask(() => fields.first.focus());
    site().then((known) => {
        if (signal.aborted || !known) return;
        if (known.signUp === "closed") show(closed());
        else fields.know(known);
    });
    return page;
}

function signUpFields() {
    /** @type {string[]} */
    let domains = [];
    const name = newNameField();
    const email = emailField("E-mail address", () => domains);
    const password = passwordField("Password", "new-password", { name: () => name.control.value });
    const hint = h("span", { class: "hint" }, "The link goes there. Others do not see it.");
    email.element.append(hint);
    const controls = { name: name.control, email: email.control, password: password.control };
    return {
        first: name.control,
        elements: [name.element, email.element, password.element],
        values: () => ({
            name: name.control.value.trim(),
            email: email.control.value.trim(),
            password: password.control.value,
        }),
        /** @param {keyof typeof controls | null} field */
        control: (field) => field ? controls[field] : null,
        /** @param {Site} known */
        know(known) {
            domains = known.domains;
            if (domains.length > 0) hint.textContent = `An address at ${alternatives(domains)}. The link goes there.`;
        },
    };
}

function closed() {
    return [
        greeting("Accounts are made by an administrator", "On this server one can't create an account oneself."),
        notice(
            "info",
            "Ask the administrator of your project for an account. You then sign in with what you are given.",
        ),
        haveOne,
    ];
}
