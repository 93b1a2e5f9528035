import { fill, h } from "../core/dom.js";
import { api } from "../core/api.js";
import { formatBytes, plural } from "../core/format.js";
import { openDialog } from "../ui/dialog.js";
import { destroyForm, goesAndStays, ofPatient, points, unsweptWords } from "../ui/destroying.js";
import { notice } from "../ui/notice.js";

/** @import { StudyDetail } from "../types.d.ts" */
/** @import { Anonymisation } from "./subjects.d.ts" */

/** Asks whether who the patient is may be destroyed for good. @param {StudyDetail} study */
export function openAnonymise(study) {
    const name = "anonymise-scope";
    const others = study.priors.filter(({ anonymous }) => !anonymous).length;
    const whole = h("input", { type: "radio", name, value: "subject", checked: true });
    const alone = h("input", { type: "radio", name, value: "study" });
    const warning = h("div", { "aria-live": "polite" });
    const warn = () => {
        const words =
            "The other studies of this patient keep their identity. Who may read it knows whose images these " +
            "are, by the patient code.";
        fill(warning, alone.checked ? notice("warn", words) : null);
    };
    whole.addEventListener("change", warn);
    alone.addEventListener("change", warn);
    const content = h("div", null);
    openDialog("Destroy the identity", content);
    const element = destroyForm(
        {
            subject: study.subject,
            action: "Destroy for good",
            busy: "Destroying. Please wait…",
            hint: "For example: end of the project. No names; it is kept.",
            async submit(body) {
                const path = alone.checked
                    ? `studies/${encodeURIComponent(study.uid)}/anonymise`
                    : `subjects/${encodeURIComponent(study.project)}/${encodeURIComponent(study.subject)}/anonymise`;
                fill(content, outcome(await api.post(path, body)));
            },
        },
        others > 0
            ? h("fieldset", { class: "field" }, [
                h("legend", null, "Of what"),
                h("label", { class: "option-line" }, whole, h("span", null, `This patient: all ${others + 1} studies`)),
                h("label", { class: "option-line" }, alone, h("span", null, "This study alone")),
                warning,
            ])
            : null,
    );
    fill(
        content,
        ofPatient(study),
        goesAndStays(
            [
                "What rebuilds the original files and names the patient",
                "Reports as they were written",
                "That anything more can come to these images",
            ],
            [
                "The de-identified images, annotations and reports",
                "The patient code, and who did what",
                "Files that somebody downloaded before",
            ],
        ),
        element,
    );
}

/** @param {Anonymisation} done */
function outcome({ counts, state, unswept }) {
    return [
        notice("good", `Nobody can say any more who this is. ${plural(counts.instances, "image")} stay as they were.`),
        points([
            `${plural(counts.studies, "study", "studies")}, ${formatBytes(counts.bytes)} of what rebuilt originals`,
            counts.removed > 0 ? `${plural(counts.removed, "refused or conflicting image")} went` : "",
            counts.reports > 0 ? `${plural(counts.reports, "report")} stay without what named somebody` : "",
            counts.others > 0 ? `${plural(counts.others, "other study keeps", "other studies keep")} an identity` : "",
            state === "done" ? "" : "What is left in files is being overwritten. That goes on by itself.",
            unswept.length > 0 ? unsweptWords(unswept) : "",
        ].filter(Boolean)),
        h("button", { class: "button", type: "button", onclick: () => location.reload() }, "Close"),
    ];
}
