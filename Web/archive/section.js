import { announce, fill, h } from "../core/dom.js";
import { isAbort, messageOf, sentence } from "../core/api.js";
import { formatBytes, formatTime, plural } from "../core/format.js";
import { permitted } from "../core/session.js";
import { copyButton } from "../ui/copy.js";
import { notice, toast } from "../ui/notice.js";
import { openArchiveDialog } from "./dialog.js";
import { storageOf } from "./storage.js";
import { copyState, goesOn, jobProgress, placeBadge } from "./words.js";

/** @import { ArchiveCopy, StudyArchive } from "./archive.d.ts" */
/** @import { StudyStorage } from "./storage.js" */

/**
 * Where the study's images are: here, in cold storage, or on the way; and what can be done about it.
 * @param {{ uid: string, project: string }} study
 * @param {AbortSignal} signal
 */
export function storageSection(study, signal) {
    const storage = storageOf(study.uid, signal);
    const place = h("div", { class: "storage" }, h("p", { class: "muted small" }, "One moment…"));
    let said = "";
    storage.status.watch((status) => {
        if (!status) return;
        // What is drawn anew under somebody's finger or in the middle of a word helps nobody.
        const text = JSON.stringify(status);
        if (text === said) return;
        if (said !== "" && status.job?.state === "done") announce("Done");
        said = text;
        const opened = place.querySelector("details[open]") !== null;
        const focused = place.contains(document.activeElement) ? document.activeElement?.textContent : null;
        fill(place, content(status, study.project, storage));
        if (opened) place.querySelectorAll("details").forEach((one) => one.open = true);
        const again = [...place.querySelectorAll("button")].find((one) => focused && one.textContent === focused);
        again?.focus();
    }, signal);
    // After the first image.
    const timer = setTimeout(() => {
        storage.load().catch((error) => {
            if (!isAbort(error)) fill(place, h("p", { class: "muted small" }, messageOf(error)));
        });
    }, 400);
    signal.addEventListener("abort", () => clearTimeout(timer));
    return h("section", null, h("h2", null, "Storage"), place);
}

/**
 * @param {StudyArchive} status
 * @param {string} project
 * @param {StudyStorage} storage
 */
function content(status, project, storage) {
    const may = permitted("archive", project);
    const present = status.copies.filter(({ state }) => state !== "removed");
    const { job } = status;
    return [
        h("p", null, placeBadge(status.local)),
        h("p", { class: "muted small" }, summary(status)),
        job && goesOn(job) ? jobProgress(job) : null,
        job?.state === "failed" ? notice("warn", failureWords(job)) : null,
        may && present.length > 0 ? h("ul", { class: "copies" }, present.map(copyEntry)) : null,
        goesOn(job) ? null : actions(status, may, storage),
    ];
}

/** @param {StudyArchive} status */
function summary({ local, isArchived, copies, job }) {
    const good = copies.filter(({ state }) => state === "verified").length;
    if (local === "offloaded") {
        return `The images are not on this server now. ${plural(good, "verified copy", "verified copies")} in cold ` +
            "storage; they can be brought back at any time.";
    }
    if (local === "restoring") return "The images are on their way. You can go on working and come back later.";
    if (isArchived) return "A verified copy is in cold storage too.";
    if (good > 0) return "Images were added since the last copy in cold storage was made.";
    return goesOn(job) ? "A copy in cold storage is being made." : "No copy in cold storage.";
}

/** @param {import("./archive.d.ts").ArchiveJob} job */
function failureWords({ kind, error }) {
    const what = kind === "restore" ? "It could not be brought back." : "The copy could not be made.";
    return `${what} ${sentence(error ?? "")}`.trim();
}

/** @param {ArchiveCopy} copy */
function copyEntry(copy) {
    const identifiers = /** @type {[string, string | undefined][]} */ ([
        ["Content identifier (CID)", copy.cid],
        ["Filecoin piece, v1", copy.pieceV1],
        ["Filecoin piece, v2", copy.pieceV2],
    ]);
    const kind = { verified: "good", failed: "bad" }[/** @type {string} */ (copy.state)] ?? "warn";
    return h("li", null, [
        h("div", { class: "copy-head" }, [
            h("strong", null, copy.backend ?? "Cold storage"),
            h("span", { class: `badge ${kind}` }, copyState(copy)),
            copy.isCurrent ? null : h("span", { class: "badge" }, "earlier state"),
        ]),
        h(
            "p",
            { class: "muted small" },
            [
                copy.verifiedAt ? `Read back and compared ${formatTime(copy.verifiedAt)}` : formatTime(copy.at),
                typeof copy.bytes === "number" ? formatBytes(copy.bytes) : "",
                copy.hasPatches ? "originals included" : "without what rebuilds the originals",
            ].filter(Boolean).join(" · "),
        ),
        copy.error ? h("p", { class: "small wrong" }, sentence(copy.error)) : null,
        copy.cid
            ? h("details", null, [
                h("summary", { class: "small" }, "Identifiers"),
                ...identifiers.map(([name, value]) =>
                    value
                        ? h("div", { class: "identifier" }, [
                            h("span", { class: "muted small" }, name),
                            h("div", { class: "copy-line" }, h("code", null, value), copyButton(value, name)),
                        ])
                        : null
                ),
            ])
            : null,
    ]);
}

/**
 * @param {StudyArchive} status
 * @param {boolean} may
 * @param {StudyStorage} storage
 */
function actions(status, may, storage) {
    if (status.local === "offloaded") return h("div", { class: "actions" }, bringBackButton(storage));
    if (!may || status.local !== "here") return null;
    if ((status.backends ?? []).length === 0) {
        return h("p", { class: "small" }, [
            "No cold storage is set up. ",
            h("a", { href: "/archive" }, "What it is for"),
        ]);
    }
    const button = h("button", { class: "button small", type: "button" }, "Archive…");
    button.addEventListener("click", () => openArchiveDialog(status, storage));
    return h("div", { class: "actions" }, button);
}

/** @param {StudyStorage} storage */
export function bringBackButton(storage, name = "Bring back") {
    const button = h("button", { class: "button small", type: "button" }, name);
    button.addEventListener("click", async () => {
        button.disabled = true;
        try {
            await storage.restore();
        } catch (error) {
            if (!isAbort(error)) toast(messageOf(error), "alert");
            button.disabled = false;
        }
    });
    return button;
}
