import { fill, h } from "../core/dom.js";
import { api, isAbort, messageOf } from "../core/api.js";
import { permitted, session } from "../core/session.js";
import { readVersion, writeVersion } from "../core/versioned.js";
import { confirmDialog } from "../ui/dialog.js";
import { icon } from "../ui/icons.js";
import { notice, toast } from "../ui/notice.js";
import { reportCard } from "./card.js";
import { Drafts } from "./draft.js";
import { ReportEditor } from "./editor.js";
import { openVersions } from "./versions.js";

/** @import { StudyDetail } from "../types.d.ts" */
/** @import { Report } from "./types.d.ts" */

/**
 * The reports of a study: read, write, compare.
 * @param {Pick<StudyDetail, "uid" | "project">} study
 * @param {AbortSignal} signal aborted when the study is left
 * @returns {HTMLElement}
 */
export function reportSection(study, signal) {
    if (permitted("report", study.project) || permitted("report.read", study.project)) {
        return new ReportSection(study, signal).element;
    }
    return h("section", { class: "reports", "aria-label": "Reports" }, [
        h("h2", null, "Reports"),
        h("p", { class: "muted small" }, "Your roles in this project do not include reading reports."),
    ]);
}

class ReportSection {
    #write = h("button", { class: "button small", type: "button" }, icon("plus"), "Write a report");
    #trouble = h("div", { "aria-live": "polite" });
    #place = h("div", { class: "new-report" });
    #list = h("div", { class: "report-list" }, h("p", { class: "muted small" }, "Fetching the reports…"));
    #study;
    #signal;
    #mayWrite;
    /** @type {Drafts} */
    #drafts;

    /**
     * @param {Pick<StudyDetail, "uid" | "project">} study
     * @param {AbortSignal} signal
     */
    constructor(study, signal) {
        this.#study = study.uid;
        this.#signal = signal;
        this.#mayWrite = permitted("report", study.project);
        this.#drafts = new Drafts(session.value?.account.name ?? "", study.uid);
        this.#drafts.dropOthers();
        this.element = h("section", { class: "reports", "aria-label": "Reports" }, [
            h("h2", { class: "visually-hidden" }, "Reports"),
            h("div", { class: "reports-head" }, this.#write),
            this.#trouble,
            this.#place,
            this.#list,
        ]);
        this.#write.hidden = !this.#mayWrite;
        this.#write.addEventListener("click", () => this.#begin());
        if (this.#mayWrite && this.#drafts.load(null)) this.#begin();
        this.#load();
    }

    async #load() {
        try {
            /** @type {{ reports: Report[] }} */
            const { reports } = await api.get(`studies/${encodeURIComponent(this.#study)}/reports`, this.#signal);
            this.#show(reports);
            return true;
        } catch (error) {
            if (isAbort(error) || this.#signal.aborted) return false;
            const retry = h("button", { class: "button small", type: "button" }, "Try again");
            retry.addEventListener("click", () => this.#load());
            fill(this.#list, notice("bad", messageOf(error)), retry);
            return false;
        }
    }

    /** After a change: the focus, whose place is gone, goes to the report. @param {string} [id] */
    async #reload(id) {
        if (!await this.#load()) return;
        const cards = [...this.#list.querySelectorAll("article")];
        const card = cards.find((one) => one.dataset["report"] === id) ?? cards[0];
        if (!this.element.contains(document.activeElement)) (card ?? this.#write).focus();
    }

    /** @param {Report[]} reports */
    #show(reports) {
        const newestFirst = [...reports].sort((one, other) => other.at.localeCompare(one.at));
        const nothing = this.#mayWrite
            ? "There is no report on this study yet."
            : "Nobody has written a report on this study yet.";
        fill(
            this.#list,
            reports.length === 0
                ? h("p", { class: "muted small" }, nothing)
                : newestFirst.map((report) => this.#card(report)),
        );
        this.#write.classList.toggle("primary", reports.length === 0);
    }

    /** @param {Report} report */
    #card(report) {
        const card = reportCard(report, {
            versions: () => openVersions(report, { mayWrite: this.#mayWrite, restored: () => this.#reload(report.id) }),
            ...(this.#mayWrite
                ? { change: () => this.#change(report, card), withdraw: () => this.#withdraw(report) }
                : {}),
        });
        card.dataset["report"] = report.id;
        if (this.#mayWrite && this.#drafts.load(report.id)) this.#change(report, card);
        return card;
    }

    /** @param {Report} report @param {HTMLElement} card */
    async #change(report, card) {
        fill(this.#trouble);
        try {
            const base = await readVersion(`reports/${encodeURIComponent(report.id)}`, this.#signal);
            fill(card, this.#editor(base, () => this.#reload(report.id)));
        } catch (error) {
            this.#complain(error);
        }
    }

    #begin() {
        this.#write.hidden = true;
        fill(
            this.#place,
            this.#editor(null, () => {
                fill(this.#place);
                this.#write.hidden = false;
                this.#reload();
            }),
        );
    }

    /**
     * @param {import("../core/versioned.js").Versioned<Report> | null} base
     * @param {() => void} done
     */
    #editor(base, done) {
        const writing = { study: this.#study, base, drafts: this.#drafts, signal: this.#signal, done };
        return new ReportEditor(writing).element;
    }

    /** @param {Report} report */
    async #withdraw(report) {
        const sure = await confirmDialog({
            title: "Withdraw this report?",
            text: "It is marked as entered in error. It and its versions stay readable.",
            action: "Withdraw it",
            danger: true,
        });
        if (!sure) return;
        fill(this.#trouble);
        try {
            const path = `reports/${encodeURIComponent(report.id)}`;
            const { value, tag } = await readVersion(path, this.#signal);
            await writeVersion("PUT", path, { text: value.text, status: "entered-in-error" }, tag);
            toast("The report is withdrawn.");
            this.#reload(report.id);
        } catch (error) {
            this.#complain(error);
        }
    }

    /** @param {unknown} error */
    #complain(error) {
        if (!isAbort(error)) fill(this.#trouble, notice("bad", messageOf(error)));
    }
}
