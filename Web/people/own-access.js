/** How one signs in: the password and the e-mail address of one's own account. */

import { fill, h } from "../core/dom.js";
import { api, APIError } from "../core/api.js";
import { session } from "../core/session.js";
import { form } from "../ui/form.js";
import { notice, toast } from "../ui/notice.js";
import { fieldOfProblem } from "./checks.js";
import { emailField, passwordField } from "./fields.js";

export function ownPassword() {
    const name = session.value?.account.name ?? "";
    const current = passwordField("Current password", "current-password");
    const password = passwordField("New password", "new-password", { name: () => name });
    return [
        h("p", { class: "muted" }, "Wherever else you are signed in, you are then signed out."),
        form(
            {
                action: "Change the password",
                async submit() {
                    await api.post(`accounts/${encodeURIComponent(name)}/password`, {
                        current: current.control.value,
                        password: password.control.value,
                    });
                    current.control.value = "";
                    password.control.value = "";
                    toast("The password is changed.");
                },
                place(error) {
                    if (!(error instanceof APIError)) return null;
                    if (error.status === 403) return current.control;
                    return fieldOfProblem(error) === "password" ? password.control : null;
                },
            },
            nameForPasswordManagers(name),
            h("div", { class: "fields" }, current.element, password.element),
        ),
    ];
}

/** A password manager stores the new password under the right name only if it sees one. @param {string} name */
function nameForPasswordManagers(name) {
    return h("input", { type: "text", name: "username", autocomplete: "username", value: name, hidden: true });
}

export function ownEmail() {
    const place = h("div", { class: "stack" });
    const address = session.value?.account.email;
    const email = emailField(address ? "New e-mail address" : "E-mail address");
    const password = passwordField("Your password", "current-password");
    fill(
        place,
        address
            ? h("p", null, "Mails go to ", h("strong", { class: "address" }, address), ". You can sign in with it too.")
            : notice(
                "warn",
                "There is no confirmed address: you get no mails, and if you forget your password only an administrator can help.",
            ),
        form(
            {
                action: address ? "Change the address" : "Add the address",
                async submit() {
                    const wanted = email.control.value.trim();
                    await api.post("account/email", { email: wanted, password: password.control.value });
                    fill(place, sent(wanted, address ?? null));
                },
                place(error) {
                    if (!(error instanceof APIError)) return null;
                    if (error.status === 403) return password.control;
                    return fieldOfProblem(error) === "email" ? email.control : null;
                },
            },
            h("div", { class: "fields" }, email.element, password.element),
        ),
    );
    return place;
}

/**
 * @param {string} wanted
 * @param {string | null} before
 */
function sent(wanted, before) {
    return notice(
        "good",
        "We have sent a mail to ",
        h("strong", { class: "address" }, wanted),
        ". Open the link in it within 24 hours",
        before ? `; until then mails go to ${before}.` : "; your address is then confirmed.",
    );
}
