import { fill, h } from "../core/dom.js";
import { isAbort, messageOf, sentence } from "../core/api.js";
import { formatBytes, formatTime } from "../core/format.js";
import { notice } from "../ui/notice.js";
import { retentionLine } from "./retention.js";
import { bringBackButton } from "./section.js";
import { storageOf } from "./storage.js";
import { copyState, goesOn, jobProgress, placeBadge } from "./words.js";

/** @import { StudyArchive } from "./archive.d.ts" */

/**
 * One study of the archive.
 * @param {StudyArchive} first
 * @param {AbortSignal} signal
 */
export function archiveCard(first, signal) {
    const storage = storageOf(first.study, signal);
    const where = h("div", { class: "archive-where" });
    const retention = retentionLine(first, signal);
    /** @param {StudyArchive} status */
    const show = (status) => fill(where, whereabouts(status, storage));
    show(first);
    storage.status.watch((status) => status && show(status), signal);
    if (goesOn(first.job) || first.local === "restoring") {
        storage.load().catch((error) => isAbort(error) || fill(where, h("p", null, messageOf(error))));
    }
    const element = h("li", { class: "card archive-card" }, [
        h("div", { class: "archive-what" }, [
            h(
                "h2",
                null,
                h(
                    "a",
                    { href: `/studies/${encodeURIComponent(first.study)}` },
                    first.description || "Study without a description",
                ),
            ),
            h("p", { class: "muted" }, [
                h("span", { class: "code" }, first.subject),
                ` · ${formatBytes(first.bytes)} `,
                h("span", { class: "badge" }, first.project),
            ]),
        ]),
        where,
        retention.element,
    ]);
    return { element, load: retention.load };
}

/**
 * @param {StudyArchive} status
 * @param {import("./storage.js").StudyStorage} storage
 */
function whereabouts(status, storage) {
    const { job, copies } = status;
    return [
        h("p", { class: "badges" }, placeBadge(status.local)),
        h(
            "ul",
            { class: "small" },
            copies.filter(({ state }) => state !== "removed").map((copy) =>
                h("li", null, [
                    h("strong", null, copy.backend ?? "Cold storage"),
                    ` ${copyState(copy)}`,
                    copy.verifiedAt ? ` ${formatTime(copy.verifiedAt)}` : "",
                    typeof copy.bytes === "number" ? `, ${formatBytes(copy.bytes)}` : "",
                    copy.isCurrent ? "" : ", earlier state",
                ])
            ),
        ),
        job && goesOn(job) ? jobProgress(job) : null,
        job?.state === "failed" ? notice("warn", sentence(job.error ?? "It failed")) : null,
        status.local === "offloaded" && !goesOn(job) ? h("div", { class: "actions" }, bringBackButton(storage)) : null,
    ];
}
