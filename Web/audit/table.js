import { h } from "../core/dom.js";
import { formatCount, formatTime } from "../core/format.js";
import { permitted } from "../core/session.js";
import { kindInWords } from "./kinds.js";
import { auditPath, shortStudy } from "./question.js";

/** @import { RecordedAccess } from "./audit.d.ts" */

const columns = ["Time", "Person", "What", "Study", "Reason given", "How often", "Number in the ledger"];

/** @param {RecordedAccess} access */
function studyCell({ study, project }) {
    if (!study) return project ? h("span", { class: "badge" }, project) : "";
    const opens = project && !study.startsWith("erased-") && permitted("view", project);
    return [
        h("a", { class: "code", href: auditPath({ study }), title: study }, shortStudy(study)),
        project ? h("span", { class: "badge" }, project) : null,
        opens
            ? h("a", {
                class: "small",
                href: `/studies/${encodeURIComponent(study)}`,
                "aria-label": `Open study ${shortStudy(study)}`,
            }, "Open")
            : null,
    ];
}

/** @param {RecordedAccess} access */
function timeCell({ at, lastAt }) {
    const first = formatTime(at);
    const last = formatTime(lastAt);
    return [
        h("time", { datetime: at }, first),
        last && last !== first ? h("span", { class: "muted small" }, `last ${last}`) : null,
    ];
}

/** @param {number | null | undefined} leaf */
function leafCell(leaf) {
    if (leaf === null || leaf === undefined) return h("span", { class: "muted" }, "in a moment");
    return h("a", {
        href: `/api/v1/ledger/proof?index=${leaf}`,
        download: `ledger-entry-${leaf}.json`,
        title: "Download the proof that this entry is in the ledger",
    }, formatCount(leaf));
}

/** @param {RecordedAccess} access */
export function accessRow(access) {
    const what = kindInWords(access.kind);
    const cells = [
        timeCell(access),
        h("a", { href: auditPath({ account: access.account }) }, access.account),
        [what, access.detail ? h("span", { class: "muted small audit-detail" }, access.detail) : null],
        studyCell(access),
        access.purpose,
        formatCount(access.count),
        leafCell(access.leaf),
    ];
    return h(
        "tr",
        { class: "access" },
        cells.map((content, index) =>
            h("td", { class: index > 4 ? "numeric" : null, "data-name": columns[index] }, content)
        ),
    );
}

/** @param {HTMLElement} rows */
export function accessTable(rows) {
    return h(
        "table",
        { class: "table audit-table" },
        h("caption", { class: "visually-hidden" }, "What happened, newest first"),
        h("thead", null, h("tr", null, columns.map((name) => h("th", { scope: "col" }, name)))),
        rows,
    );
}
