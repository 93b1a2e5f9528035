/** Access tokens: what lets a program act as oneself. */

import { fill, h } from "../core/dom.js";
import { api, isAbort, messageOf } from "../core/api.js";
import { session } from "../core/session.js";
import { formatTime } from "../core/format.js";
import { field, form, select } from "../ui/form.js";
import { icon } from "../ui/icons.js";
import { notice, toast } from "../ui/notice.js";

/** @import { AccessToken } from "../types.d.ts" */

/** @param {AbortSignal} signal */
export function tokens(signal) {
    const name = session.value?.account.name ?? "";
    const list = h("ul", { class: "requests" });
    const made = h("div", { class: "stack", "aria-live": "polite" });

    async function load() {
        try {
            /** @type {{ tokens: AccessToken[] }} */
            const answer = await api.get(`accounts/${encodeURIComponent(name)}/tokens`, signal);
            fill(list, answer.tokens.map((token) => tokenRow(token, load)));
        } catch (error) {
            if (!isAbort(error)) fill(list, h("li", null, notice("bad", messageOf(error))));
        }
    }

    load();
    return [
        h(
            "p",
            { class: "muted" },
            "A token lets a program act as you: to upload by a script, or to download with curl. You need none for the pages here.",
        ),
        list,
        made,
        tokenForm(name, (token) => {
            fill(made, madeToken(token));
            load();
        }),
    ];
}

/**
 * @param {AccessToken} token
 * @param {() => void} changed
 */
function tokenRow({ id, label, project, expiresAt }, changed) {
    const revoke = h("button", { class: "button small", type: "button", "aria-label": `Revoke ${label}` }, "Revoke");
    revoke.addEventListener("click", async () => {
        try {
            await api.delete(`tokens/${encodeURIComponent(String(id))}`);
            toast("Revoked.");
        } catch (error) {
            toast(messageOf(error), "alert");
        }
        changed();
    });
    const until = expiresAt ? `until ${formatTime(expiresAt)}` : "without end";
    return h("li", { class: "request" }, [
        h("div", { class: "request-words" }, [
            h("p", null, h("strong", null, label)),
            h("p", { class: "muted small" }, `${project ?? "All projects"}, ${until}`),
        ]),
        h("div", { class: "actions" }, revoke),
    ]);
}

/**
 * @param {string} name
 * @param {(token: string) => void} done
 */
function tokenForm(name, done) {
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
                done(token);
            },
        },
        field("What it is for", label),
        h("div", { class: "pair" }, field("Project", project), field("Valid for days", days)),
    );
}

/** @param {string} token */
function madeToken(token) {
    const copy = h("button", { class: "button small", type: "button" }, icon("copy"), "Copy");
    copy.addEventListener("click", () => {
        navigator.clipboard.writeText(token).then(
            () => toast("Copied."),
            () => toast("Select it and copy it by hand.", "alert"),
        );
    });
    return [
        notice("warn", "Shown only this once. Store it where only the program can read it."),
        h("div", { class: "copy-line" }, h("code", { class: "token" }, token), copy),
    ];
}
