import { h } from "../core/dom.js";
import { api } from "../core/api.js";
import { plural } from "../core/format.js";
import { go } from "../core/go.js";
import { openDialog } from "../ui/dialog.js";
import { field, form } from "../ui/form.js";
import { toast } from "../ui/notice.js";
import { archivePath } from "./words.js";

/** @import { StudyDetail } from "../types.d.ts" */
/** @import { OriginalsRequest } from "./subjects.d.ts" */

/** Asks why somebody needs the files as they came in. @param {StudyDetail} study */
export function openAsk(study) {
    const reason = h("input", { class: "input", required: true, maxlength: 500, autocomplete: "off" });
    const all = h("input", { type: "checkbox" });
    const dialog = openDialog(
        "Original files",
        h("p", null, [
            "The files of this study as they came in, ",
            h("strong", null, "with the name of the patient"),
            ". Who took them, when and why is recorded for good.",
        ]),
        form(
            {
                action: "Get the files",
                async submit() {
                    const studies = [study, ...(all.checked ? study.priors.filter(({ anonymous }) => !anonymous) : [])];
                    await ask(study.project, studies.map(({ uid }) => uid), reason.value.trim());
                    dialog.close();
                },
            },
            field("Reason", reason, "For example: second reading for the tumour board. Name nobody; it is kept."),
            study.priors.length > 0
                ? h("label", { class: "option-line" }, [
                    all,
                    h(
                        "span",
                        null,
                        `Also the ${plural(study.priors.length, "other study", "other studies")} of this patient`,
                    ),
                ])
                : null,
            h(
                "p",
                { class: "muted small" },
                "Many studies within a day need the approval of a second person: then the request waits for it.",
            ),
        ),
    );
}

/**
 * Asks, and downloads at once what needs nobody else.
 * @param {string} project
 * @param {string[]} studies
 * @param {string} reason
 */
export async function ask(project, studies, reason) {
    /** @type {OriginalsRequest} */
    const request = await api.post("originals", { project, studies, reason });
    if (request.state === "approved") {
        toast("The download begins. It can be had once.", "info");
        location.assign(archivePath(request.id));
    } else {
        toast("A second person has to approve this. They were told, where they have an e-mail address.", "info");
        go(`/originals/${request.id}`);
    }
}
