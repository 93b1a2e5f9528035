/** What an administrator does with an account. */

import { h } from "../core/dom.js";
import { api, APIError, messageOf } from "../core/api.js";
import { confirmDialog, openDialog } from "../ui/dialog.js";
import { form, withRule } from "../ui/form.js";
import { toast } from "../ui/notice.js";
import { emailTrouble, fieldOfProblem } from "./checks.js";
import { emailField, newNameField, passwordField } from "./fields.js";

/** @param {() => void} changed */
export function addAccount(changed) {
    const name = newNameField();
    name.control.autocomplete = "off";
    const password = passwordField("Password", "new-password", {
        name: () => name.control.value,
        hint: "At least 12 characters. Tell it to the person by a safe way.",
    });
    const email = emailField("E-mail address (may be empty)");
    email.control.required = false;
    email.control.autocomplete = "off";
    withRule(email.control, (value) => value.trim() === "" ? "" : emailTrouble(value));
    const administrator = h("input", { type: "checkbox" });
    const dialog = openDialog(
        "Add an account",
        h("p", { class: "muted" }, "For somebody who can't create one. The person needs a role in a project then."),
        form({
            action: "Add",
            async submit() {
                await api.post("accounts", {
                    name: name.control.value.trim(),
                    password: password.control.value,
                    administrator: administrator.checked,
                    ...(email.control.value.trim() ? { email: email.control.value.trim() } : {}),
                });
                dialog.close();
                toast("The account is there. Give it a role in a project.");
                changed();
            },
            place(error) {
                if (!(error instanceof APIError)) return null;
                if (error.status === 409) return name.control;
                return { name: name.control, password: password.control, email: email.control, none: null }[
                    fieldOfProblem(error) ?? "none"
                ];
            },
        }, [
            name.element,
            email.element,
            password.element,
            h("label", { class: "check" }, administrator, "Administrator: accounts and projects, no images"),
        ]),
    );
}

/** @param {string} account */
export function setPassword(account) {
    const password = passwordField("New password", "new-password", {
        name: () => account,
        hint: "At least 12 characters. Tell it to the person by a safe way.",
    });
    const dialog = openDialog(
        `New password for ${account}`,
        h("p", { class: "muted" }, "The person is signed out everywhere, and signs in with this one from now on."),
        form({
            action: "Set the password",
            async submit() {
                await api.post(`accounts/${encodeURIComponent(account)}/password`, {
                    password: password.control.value,
                });
                dialog.close();
                toast("The password is set.");
            },
        }, password.element),
    );
}

/**
 * @param {string} account
 * @param {boolean} isDisabled what it shall be
 * @param {() => void} changed
 */
export async function setDisabled(account, isDisabled, changed) {
    const isSure = !isDisabled || await confirmDialog({
        title: `Disable ${account}?`,
        text: "The account is signed out everywhere, and its tokens stop working. What it did stays on record.",
        action: "Disable",
        danger: true,
    });
    if (!isSure) return;
    try {
        await api.post(`accounts/${encodeURIComponent(account)}/${isDisabled ? "disable" : "enable"}`);
        toast(isDisabled ? "Disabled." : "Enabled again.");
        changed();
    } catch (error) {
        toast(messageOf(error), "alert");
    }
}
