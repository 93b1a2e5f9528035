import { fill, h } from "../core/dom.js";
import { api, messageOf } from "../core/api.js";
import { plural } from "../core/format.js";
import { openDialog } from "../ui/dialog.js";
import { field, form } from "../ui/form.js";
import { toast } from "../ui/notice.js";

/** @import { SubjectIdentities } from "./subjects.d.ts" */

/**
 * Shows who two patients are, side by side, after a reason was given; then one decides.
 * @param {string} project
 * @param {string} one
 * @param {string} two
 * @param {() => void} done
 */
export function openCompare(project, one, two, done) {
    const reason = h("input", { class: "input", required: true, maxlength: 500, autocomplete: "off" });
    const content = h("div", { "aria-live": "polite" });
    const dialog = openDialog("Are they one patient?", content);
    fill(
        content,
        h("p", null, [
            "You will see the names and numbers of ",
            h("strong", { class: "code" }, one),
            " and ",
            h("strong", { class: "code" }, two),
            ". Who looked, and why, is recorded for good.",
        ]),
        form(
            {
                action: "Show them",
                async submit() {
                    /** @type {{ subjects: SubjectIdentities[] }} */
                    const { subjects } = await api.post(`subjects/${encodeURIComponent(project)}/compare`, {
                        codes: [one, two],
                        reason: reason.value.trim(),
                    });
                    fill(content, sideBySide(subjects), decisions());
                },
            },
            field("Reason", reason, "For example: merge of duplicates. Name nobody; it is kept."),
        ),
    );
    reason.focus();

    function decisions() {
        const trouble = h("p", { class: "wrong", role: "alert" });
        /** @param {string} name @param {string} style @param {string} path @param {object} body @param {string} said */
        const button = (name, style, path, body, said) => {
            const element = h("button", { class: `button ${style}`, type: "button" }, name);
            element.addEventListener("click", async () => {
                try {
                    await api.post(
                        `subjects/${encodeURIComponent(project)}/${encodeURIComponent(two)}/${path}`,
                        { ...body, reason: reason.value.trim() },
                    );
                    dialog.close();
                    toast(said);
                    done();
                } catch (error) {
                    fill(trouble, messageOf(error));
                }
            });
            return element;
        };
        return h("div", null, [
            trouble,
            h("div", { class: "actions" }, [
                button("Two patients", "", "apart", { other: one }, "They will not be suggested again."),
                button("One patient: merge", "primary", "merge", { into: one }, "They are one patient now."),
            ]),
            h("p", { class: "muted small" }, `${one} stays as the code; a merge can be taken back.`),
        ]);
    }
}

/** @param {SubjectIdentities[]} subjects */
function sideBySide(subjects) {
    return h(
        "div",
        { class: "compared" },
        subjects.map(({ code, identities, unread }) =>
            h("div", null, [
                h("h3", { class: "code" }, code),
                ...identities.map((identity) =>
                    h(
                        "dl",
                        { class: "facts" },
                        /** @type {[string, string][]} */ ([
                            ["Name", identity.patientName ?? ""],
                            ["Number", identity.patientID ?? ""],
                            ["Issuer", identity.issuerOfPatientID ?? ""],
                            ["Birth date", identity.birthDate ?? ""],
                            ["Sex", identity.sex ?? ""],
                            ["In", plural(identity.studies, "study", "studies")],
                        ]).filter(([, value]) => value !== "").map(([name, value]) =>
                            h("div", null, h("dt", null, name), h("dd", null, value))
                        ),
                    )
                ),
                unread > 0 ? h("p", { class: "muted small" }, `${plural(unread, "study", "studies")} not shown`) : null,
            ])
        ),
    );
}
