import { h } from "../core/dom.js";
import { formatBytes } from "../core/format.js";

/** @import { ArchiveCopy, ArchiveJob, StudyArchive } from "./archive.d.ts" */

/** @type {Record<StudyArchive["local"], [kind: string, words: string]>} */
const places = {
    here: ["good", "On this server"],
    offloaded: ["info", "In cold storage"],
    restoring: ["warn", "Being brought back"],
};

/** Where a study is, in a coloured word. @param {StudyArchive["local"]} local */
export function placeBadge(local) {
    const [kind, words] = places[local] ?? ["", local];
    return h("span", { class: `badge ${kind}` }, words);
}

/** @type {Record<string, string>} */
const steps = {
    waiting: "Waiting for its turn",
    packing: "Packing and encrypting",
    uploading: "Copying to cold storage",
    verifying: "Reading the copy back and comparing it",
    freeing: "Freeing the space on this server",
    fetching: "Fetching the copy",
    unpacking: "Unpacking and decrypting",
    checking: "Checking every image",
    done: "Done",
};

/** @type {Record<ArchiveCopy["state"], string>} */
const copyStates = {
    uploading: "on its way",
    uploaded: "not read back yet",
    verified: "verified",
    failed: "failed",
    removing: "being removed",
    removed: "removed",
};

/** @param {ArchiveCopy} copy */
export function copyState(copy) {
    return copyStates[copy.state] ?? copy.state;
}

/** Whether a job still goes on. @param {ArchiveJob | null | undefined} job */
export function goesOn(job) {
    return job?.state === "waiting" || job?.state === "running";
}

/**
 * How far a job is: a bar where bytes are counted, words always.
 * @param {ArchiveJob} job
 */
export function jobProgress({ step, done, total }) {
    const words = steps[step] ?? "Working";
    const counts = total > 0 && done > 0;
    const share = counts ? Math.min(1, done / total) : 0;
    const fill = h("div");
    fill.style.width = `${Math.round(share * 100)}%`;
    return h("div", { class: "job" }, [
        h(
            "p",
            { class: "small" },
            counts ? `${words}: ${formatBytes(done)} of ${formatBytes(total)}` : `${words}…`,
        ),
        counts
            ? h("div", {
                class: "progress",
                role: "progressbar",
                "aria-label": words,
                "aria-valuenow": Math.round(share * 100),
                "aria-valuemin": 0,
                "aria-valuemax": 100,
            }, fill)
            : null,
    ]);
}
