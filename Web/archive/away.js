/** What the viewer says in place of images that are in cold storage. */

import { h } from "../core/dom.js";
import { isAbort, messageOf, sentence } from "../core/api.js";
import { icon } from "../ui/icons.js";
import { storageOf } from "./storage.js";
import { goesOn, jobProgress } from "./words.js";

/** @import { StudyArchive } from "./archive.d.ts" */
/** @import { TarnViewport } from "../viewer/viewport.js" */
/** @import { Study } from "../types.d.ts" */

/** What is to be said; it is said anew only where this differs. @param {Pick<StudyArchive, "local" | "job">} status */
function wordsFor(status) {
    const { local, job } = status;
    if (local === "offloaded" && !goesOn(job)) {
        return job?.kind === "restore" && job.state === "failed" ? `failed: ${job.error}` : "away";
    }
    return JSON.stringify([local, job]);
}

/**
 * Says in the viewport that the study is away, with one button that brings it back; and calls `back` when it is here.
 * @param {TarnViewport} viewport
 * @param {Study} study
 * @param {{ page: AbortSignal, opening: AbortSignal }} signals of the page; of what is in this viewport
 * @param {() => void} back
 */
export function showAway(viewport, study, { page, opening }, back) {
    const storage = storageOf(study.uid, page);
    /** @param {Pick<StudyArchive, "local" | "job">} status */
    const show = ({ local, job }) => {
        if (local === "restoring" || (job?.kind === "restore" && goesOn(job))) {
            viewport.fail(
                "This study is being brought back from cold storage. It opens by itself when it is here.",
                "box",
                job && goesOn(job) ? jobProgress(job) : "",
            );
        } else if (job?.kind === "restore" && job.state === "failed") {
            const why = sentence(job.error ?? "");
            viewport.fail(`The study could not be brought back. ${why}`, "alert", ask("Try again"));
        } else {
            viewport.fail(
                "The images of this study are in cold storage. To look at them, bring the study back; that can take some " +
                    "minutes.",
                "box",
                ask("Bring it back"),
            );
        }
    };

    /** @param {string} words */
    const ask = (words) => {
        const button = h("button", { class: "button primary", type: "button" }, icon("download"), words);
        button.addEventListener("click", async () => {
            button.disabled = true;
            try {
                await storage.restore();
            } catch (error) {
                if (!isAbort(error)) viewport.fail(messageOf(error), "alert", ask("Try again"));
            }
        });
        return button;
    };

    // What is drawn anew takes the button away from under somebody's finger.
    let said = "";
    storage.status.watch((known) => {
        if (known?.local === "here") return back();
        const status = known ?? { local: study.local ?? "offloaded" };
        const text = wordsFor(status);
        if (text === said) return;
        said = text;
        show(status);
    }, opening);
    storage.load().catch(() => {});
}
