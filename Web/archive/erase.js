import { fill, h } from "../core/dom.js";
import { api, isAbort, messageOf, sentence } from "../core/api.js";
import { go } from "../core/go.js";
import { plural } from "../core/format.js";
import { openDialog } from "../ui/dialog.js";
import { destroyForm, goesAndStays, ofPatient, points } from "../ui/destroying.js";
import { icon } from "../ui/icons.js";
import { notice } from "../ui/notice.js";

/** @import { StudyDetail } from "../types.d.ts" */
/** @import { Retention, Tombstone } from "./archive.d.ts" */

/** The last thing in the details, for who may erase. @param {StudyDetail} study */
export function eraseSection(study) {
    const button = h("button", { class: "button small", type: "button" }, icon("bin"), "Erase this patient…");
    button.addEventListener("click", () => openErase(study));
    return h("section", null, [
        h("h2", null, "Right to be forgotten"),
        h("p", { class: "muted small" }, "Erases everything of this patient in this project, for good."),
        button,
    ]);
}

/** @param {StudyDetail} study */
function openErase(study) {
    const asking = new AbortController();
    const studies = [study, ...study.priors];
    const below = h("div", { "aria-live": "polite" }, h("p", { class: "muted" }, "Looking whether it is allowed…"));
    const dialog = openDialog(
        "Erase this patient",
        ofPatient(study),
        goesAndStays(
            [
                `${plural(studies.length, "study", "studies")} with all images, also those that are held`,
                "What rebuilds the originals and names the patient",
                "Reports and annotations",
                "All keys, and the copies in cold storage",
            ],
            [
                "That you erased a patient, when and why, without the patient's code",
                "Who did what, without which patient it was",
                "Files that somebody downloaded before: this server can't reach them",
            ],
        ),
        below,
    );
    dialog.addEventListener("close", () => asking.abort());
    look();

    async function look() {
        try {
            const reasons = await forbidding(studies.map(({ uid }) => uid), asking.signal);
            fill(below, reasons.length > 0 ? forbidden(reasons) : question());
        } catch (error) {
            if (!isAbort(error)) fill(below, notice("bad", messageOf(error)));
        }
    }

    function question() {
        return destroyForm({
            subject: study.subject,
            action: "Erase for good",
            busy: "Erasing. Please wait…",
            hint: "For example: request of the patient, and its file number. No names; it is kept.",
            async submit(body) {
                const path = `subjects/${encodeURIComponent(study.project)}/${encodeURIComponent(study.subject)}/erase`;
                /** @type {Tombstone} */
                const stone = await api.post(path, body);
                dialog.close();
                go(`/erased/${stone.id}`);
            },
        });
    }
}

/**
 * Why these studies may not be erased, each reason once.
 * @param {string[]} studies
 * @param {AbortSignal} signal
 */
async function forbidding(studies, signal) {
    /** @type {Set<string>} */
    const reasons = new Set();
    for (const uid of studies) {
        /** @type {Retention} */
        const { mayErase, reason } = await api.get(`studies/${encodeURIComponent(uid)}/retention`, signal);
        if (!mayErase) reasons.add(sentence(reason ?? "A rule forbids it"));
    }
    return [...reasons];
}

/** @param {string[]} reasons */
function forbidden(reasons) {
    return notice(
        "warn",
        h("div", { class: "forbidden" }, [
            h("p", null, h("strong", null, "This patient may not be erased now.")),
            points(reasons),
        ]),
    );
}
