import { fill, h } from "../core/dom.js";
import { api, isAbort, messageOf, sentence } from "../core/api.js";
import { go } from "../core/go.js";
import { plural } from "../core/format.js";
import { openDialog } from "../ui/dialog.js";
import { field, form, withRule } from "../ui/form.js";
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

/** @param {string[]} items */
function points(items) {
    return h("ul", null, items.map((text) => h("li", null, text)));
}

/** @param {StudyDetail} study */
function openErase(study) {
    const asking = new AbortController();
    const studies = [study, ...study.priors];
    const below = h("div", { "aria-live": "polite" }, h("p", { class: "muted" }, "Looking whether it is allowed…"));
    const dialog = openDialog(
        "Erase this patient",
        h("p", null, [
            "Patient ",
            h("strong", { class: "code" }, study.subject),
            ` of the project ${study.project}. This can't be taken back.`,
        ]),
        h("div", { class: "goes-and-stays" }, [
            h("div", null, [
                h("h3", null, "What goes"),
                points([
                    `${plural(studies.length, "study", "studies")} with all images, also those that are held`,
                    "What rebuilds the originals and names the patient",
                    "Reports and annotations",
                    "All keys, and the copies in cold storage",
                ]),
            ]),
            h("div", null, [
                h("h3", null, "What stays"),
                points([
                    "That you erased a patient, when and why, without the patient's code",
                    "Who did what, without which patient it was",
                    "Files that somebody downloaded before: this server can't reach them",
                ]),
            ]),
        ]),
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
        const reason = h("input", { class: "input", required: true, maxlength: 500, autocomplete: "off" });
        const code = withRule(
            h("input", { class: "input code", required: true, autocomplete: "off", spellcheck: "false" }),
            (value) => value.trim() === study.subject ? "" : "This is not the code of this patient.",
        );
        const element = form(
            {
                action: "Erase for good",
                busy: "Erasing. Please wait…",
                async submit() {
                    const path = `subjects/${encodeURIComponent(study.project)}/${
                        encodeURIComponent(study.subject)
                    }/erase`;
                    /** @type {Tombstone} */
                    const stone = await api.post(path, { reason: reason.value.trim(), confirm: code.value.trim() });
                    dialog.close();
                    go(`/erased/${stone.id}`);
                },
            },
            field("Reason", reason, "For example: request of the patient, and its file number. No names; it is kept."),
            field("Type the patient code to confirm", code, study.subject),
        );
        element.querySelector("button[type=submit]")?.classList.replace("primary", "danger");
        return element;
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
