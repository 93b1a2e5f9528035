import { fill, h } from "../core/dom.js";
import { api, isAbort, messageOf } from "../core/api.js";
import { formatTime } from "../core/format.js";
import { permitted } from "../core/session.js";
import { readVersion, writeVersion } from "../core/versioned.js";
import { confirmDialog } from "../ui/dialog.js";
import { icon } from "../ui/icons.js";
import { notice, toast } from "../ui/notice.js";
import { dropDraftsOfOthers, loadDraft } from "./draft.js";
import { reportEditor } from "./editor.js";
import { reportText } from "./pieces.js";
import { statusWords } from "./status.js";
import { openVersions } from "./versions.js";

/** @import { StudyDetail } from "../types.d.ts" */
/** @import { Report } from "./types.d.ts" */

/**
 * The reports of a study: read, write, compare.
 * @param {StudyDetail} study
 * @param {AbortSignal} signal aborted when the study is left
 * @returns {HTMLElement}
 */
export function reportSection(study, signal) {
    const mayWrite = permitted("report", study.project);
    const section = h("section", { class: "reports", "aria-label": "Reports" });
    if (!mayWrite && !permitted("report.read", study.project)) {
        fill(
            section,
            h("h2", null, "Reports"),
            h("p", { class: "muted small" }, "Your roles in this project do not include reading reports."),
        );
        return section;
    }
    dropDraftsOfOthers();
    const write = h("button", { class: "button small", type: "button" }, icon("plus"), "Write a report");
    const place = h("div", { class: "new-report" });
    const list = h("div", { class: "report-list" }, h("p", { class: "muted small" }, "Fetching the reports…"));
    const trouble = h("div", { "aria-live": "polite" });

    /** Where the list is anew after a change, the focus goes to what was changed. @param {string} [focus] */
    async function load(focus) {
        try {
            /** @type {{ reports: Report[] }} */
            const { reports } = await api.get(`studies/${encodeURIComponent(study.uid)}/reports`, signal);
            show(reports);
            if (focus !== undefined) (list.querySelector("article") ?? write).focus();
        } catch (error) {
            if (isAbort(error) || signal.aborted) return;
            const again = h("button", { class: "button small", type: "button", onclick: () => load() }, "Try again");
            fill(list, notice("bad", messageOf(error)), again);
        }
    }

    /** @param {Report[]} reports */
    function show(reports) {
        if (reports.length === 0) {
            fill(
                list,
                h(
                    "p",
                    { class: "muted small" },
                    mayWrite
                        ? "There is no report on this study yet."
                        : "Nobody has written a report on this study yet.",
                ),
            );
        } else {
            const newestFirst = [...reports].sort((one, other) => other.at.localeCompare(one.at));
            fill(list, newestFirst.map((report) => reportCard(report)));
        }
        write.className = reports.length === 0 ? "button small primary" : "button small";
    }

    /** @param {Report} report */
    function reportCard(report) {
        const { name, badge } = statusWords(report.status);
        const card = h("article", { class: "report", tabindex: -1, "aria-label": `Report of ${report.author}` });
        fill(card, [
            h("div", { class: "report-head" }, [
                h("span", { class: `badge ${badge}` }, name),
                h(
                    "span",
                    { class: "report-by" },
                    h("strong", null, report.author),
                    h("time", { class: "muted small", datetime: report.at }, formatTime(report.at)),
                ),
            ]),
            reportText(report),
            report.isScrubbed
                ? h(
                    "p",
                    { class: "muted small" },
                    "Places marked “removed” were taken out, because they may identify somebody.",
                )
                : null,
            h("div", { class: "actions" }, [
                mayWrite ? action("Change", "Change this report", () => edit(report, card)) : null,
                report.version > 1
                    ? action(
                        `${report.version} versions`,
                        "Versions of this report",
                        () => openVersions(report, { mayWrite, restored: () => load("") }),
                    )
                    : null,
                mayWrite && report.status !== "entered-in-error"
                    ? action("Withdraw", "Withdraw this report", () => withdraw(report))
                    : null,
            ]),
        ]);
        card.classList.toggle("withdrawn", report.status === "entered-in-error");
        if (mayWrite && loadDraft(study.uid, report.id)) edit(report, card);
        return card;
    }

    /** @param {string} name @param {string} label @param {() => void} act */
    function action(name, label, act) {
        return h("button", {
            class: "button quiet small",
            type: "button",
            "aria-label": label === name ? null : `${label} (${name})`,
            onclick: act,
        }, name);
    }

    /** @param {Report} report @param {HTMLElement} card */
    async function edit(report, card) {
        fill(trouble);
        try {
            const base = await readVersion(`reports/${encodeURIComponent(report.id)}`, signal);
            const draft = loadDraft(study.uid, report.id);
            fill(card, reportEditor({ study: study.uid, base, draft, signal, done: () => load("") }));
        } catch (error) {
            if (!isAbort(error)) fill(trouble, notice("bad", messageOf(error)));
        }
    }

    /** @param {Report} report */
    async function withdraw(report) {
        const sure = await confirmDialog({
            title: "Withdraw this report?",
            text: "It is marked as entered in error. It and its versions stay readable.",
            action: "Withdraw it",
            danger: true,
        });
        if (!sure) return;
        fill(trouble);
        const path = `reports/${encodeURIComponent(report.id)}`;
        try {
            const { value, tag } = await readVersion(path, signal);
            await writeVersion("PUT", path, { text: value.text, status: "entered-in-error" }, tag);
            toast("The report is withdrawn.");
            load("");
        } catch (error) {
            if (!isAbort(error)) fill(trouble, notice("bad", messageOf(error)));
        }
    }

    function begin() {
        write.hidden = true;
        fill(
            place,
            reportEditor({
                study: study.uid,
                base: null,
                draft: loadDraft(study.uid, null),
                signal,
                done() {
                    fill(place);
                    write.hidden = false;
                    load("");
                },
            }),
        );
    }

    write.hidden = !mayWrite;
    write.addEventListener("click", begin);
    fill(section, h("div", { class: "reports-head" }, h("h2", null, "Reports"), write), trouble, place, list);
    if (mayWrite && loadDraft(study.uid, null)) begin();
    load();
    return section;
}
