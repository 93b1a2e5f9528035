/** @import { ReportStatus } from "./types.d.ts" */

/** @type {Record<ReportStatus, { name: string, badge: string, hint: string }>} */
const words = {
    preliminary: { name: "Preliminary", badge: "warn", hint: "Still being worked on." },
    final: { name: "Final", badge: "good", hint: "Done. Every later change is marked as amended." },
    amended: { name: "Amended", badge: "info", hint: "Changed after it was final." },
    "entered-in-error": { name: "Entered in error", badge: "bad", hint: "Withdrawn. It stays readable." },
};

/**
 * A status of a report in words; one that this page does not know reads as it came.
 * @param {string} status
 */
export function statusWords(status) {
    return words[/** @type {ReportStatus} */ (status)] ?? { name: status, badge: "", hint: "" };
}

/**
 * What a report may become when it is saved. Once final it stays one that was final: later changes are amended. One
 * that was withdrawn does not change any more.
 * @param {ReportStatus | null} now null for a new report
 * @returns {ReportStatus[]}
 */
export function nextStatuses(now) {
    if (now === "entered-in-error") return [];
    return now === null || now === "preliminary" ? ["preliminary", "final"] : ["amended"];
}
