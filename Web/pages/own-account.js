/** What everybody may do for their own account: change the password, make and revoke access tokens. */

import { fill, h } from "../core/dom.js";
import { api, messageOf } from "../core/api.js";
import { session } from "../core/session.js";
import { formatTime } from "../core/format.js";
import { openDialog } from "../ui/dialog.js";
import { field, form, select } from "../ui/form.js";
import { icon } from "../ui/icons.js";
import { notice, toast } from "../ui/notice.js";

/** @import { AccessToken } from "../types.d.ts" */

/** Opens the dialog behind one's own name. */
export function openOwnAccount() {
    const name = session.value?.account.name ?? "";
    const tokens = h("ul", { class: "token-list" });
    const made = h("div", { "aria-live": "polite" });
    const dialog = openDialog(
        `Your account: ${name}`,
        h("div", { class: "own-account" }, [
            h("section", null, h("h3", null, "Change the password"), passwordForm(name)),
            h("section", null, [
                h("h3", null, "Access tokens"),
                h(
                    "p",
                    { class: "muted small" },
                    "A token lets a program act as you: to upload by a script, or to download with curl.",
                ),
                tokens,
                made,
                tokenForm(name, made, () => showTokens(name, tokens)),
            ]),
        ]),
    );
    showTokens(name, tokens);
    return dialog;
}

/** @param {string} name */
function passwordForm(name) {
    const current = h("input", { class: "input", type: "password", required: true, autocomplete: "current-password" });
    const password = h("input", {
        class: "input",
        type: "password",
        required: true,
        minlength: 12,
        autocomplete: "new-password",
    });
    return form(
        {
            action: "Change",
            async submit() {
                await api.post(`accounts/${encodeURIComponent(name)}/password`, {
                    current: current.value,
                    password: password.value,
                });
                current.value = "";
                password.value = "";
                toast("The password is changed.");
            },
        },
        field("Current password", current),
        field("New password", password, "At least 12 characters."),
    );
}

/**
 * @param {string} name
 * @param {HTMLElement} made where the new token is shown, once
 * @param {() => void} changed
 */
function tokenForm(name, made, changed) {
    const label = h("input", {
        class: "input",
        required: true,
        maxlength: 100,
        placeholder: "for example: upload from the CT",
    });
    const days = h("input", { class: "input", type: "number", min: 1, max: 3650, required: true, value: 90 });
    const project = select({}, [
        ["", "All my projects"],
        ...(session.value?.projects ?? []).map((
            { code, name },
        ) => /** @type {[string, string]} */ ([code, name || code])),
    ]);
    return form(
        {
            action: "Make a token",
            async submit() {
                const { token } = await api.post(`accounts/${encodeURIComponent(name)}/tokens`, {
                    label: label.value.trim(),
                    expiresDays: Number(days.value),
                    ...(project.value ? { project: project.value } : {}),
                });
                label.value = "";
                const copy = h("button", { class: "button small", type: "button" }, icon("copy"), "Copy");
                copy.addEventListener("click", () => {
                    navigator.clipboard.writeText(token).then(
                        () => toast("Copied."),
                        () => toast("Select it and copy it by hand.", "alert"),
                    );
                });
                fill(made, [
                    notice("warn", "Shown only this once. Store it where only the program can read it."),
                    h("div", { class: "copy-line" }, h("code", { class: "token" }, token), copy),
                ]);
                changed();
            },
        },
        field("What it is for", label),
        h("div", { class: "pair" }, field("Project", project), field("Valid for days", days)),
    );
}

/**
 * @param {string} name
 * @param {HTMLElement} list
 */
async function showTokens(name, list) {
    try {
        /** @type {{ tokens: AccessToken[] }} */
        const { tokens } = await api.get(`accounts/${encodeURIComponent(name)}/tokens`);
        fill(
            list,
            tokens.map(({ id, label, project, expiresAt }) => {
                const revoke = h(
                    "button",
                    { class: "button small", type: "button", "aria-label": `Revoke ${label}` },
                    "Revoke",
                );
                revoke.addEventListener("click", async () => {
                    try {
                        await api.delete(`tokens/${encodeURIComponent(String(id))}`);
                        toast("Revoked.");
                    } catch (error) {
                        toast(messageOf(error), "alert");
                    }
                    showTokens(name, list);
                });
                const until = expiresAt ? `until ${formatTime(expiresAt)}` : "without end";
                return h("li", null, [
                    h("span", null, [
                        h("strong", null, label),
                        h("span", { class: "muted small" }, ` ${project ?? "all projects"}, ${until}`),
                    ]),
                    revoke,
                ]);
            }),
        );
    } catch (error) {
        fill(list, h("li", null, notice("bad", messageOf(error))));
    }
}
