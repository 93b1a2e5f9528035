import { fill, h } from "../core/dom.js";
import { api, APIError, messageOf } from "../core/api.js";
import { formatCount, formatTime } from "../core/format.js";
import { readVersion, writeVersion } from "../core/versioned.js";
import { confirmDialog } from "../ui/dialog.js";
import { notice, toast } from "../ui/notice.js";
import { decideConflict } from "./conflict.js";
import { checkedText } from "./pieces.js";
import { statusChoice } from "./status-choice.js";
import { nextStatuses } from "./status.js";
import { byteCount, longest } from "./text.js";

/** @import { Drafts } from "./draft.js" */
/** @import { Versioned } from "../core/versioned.js" */
/** @import { Check, Report } from "./types.d.ts" */

/**
 * What the editor works on.
 * @typedef {object} Writing
 * @property {string} study
 * @property {Versioned<Report> | null} base the version that is changed; null for a new report
 * @property {Drafts} drafts where what is typed is kept
 * @property {() => void} done saved, or given up
 * @property {AbortSignal} signal
 */

/** The editor of a report. What is typed is kept in this tab from the first letter on. */
export class ReportEditor {
    #area = h("textarea", {
        class: "input report-area",
        rows: 8,
        "aria-label": "Text of the report",
        spellcheck: "true",
        placeholder: "Findings and impression, in your words",
    });
    #trouble = h("div", { class: "trouble", "aria-live": "polite" });
    #checked = h("div", { class: "checked", "aria-live": "polite" });
    #kept = h("p", { class: "muted small kept" });
    #save = h("button", { class: "button primary", type: "submit" }, "Save");
    #check = h("button", { class: "button", type: "button" }, "Check");
    #discard = h("button", { class: "button quiet", type: "button" }, "Discard");
    #choice;
    #writing;
    /** The report; null for a new one. @type {string | null} */
    #report;
    /** The version that will be replaced. */
    #against;

    /** @param {Writing} writing */
    constructor(writing) {
        const { base, drafts } = writing;
        this.#writing = writing;
        this.#report = base?.value.id ?? null;
        const draft = drafts.load(this.#report);
        this.#against = { tag: draft?.tag ?? base?.tag ?? "", version: draft?.version ?? base?.value.version ?? 0 };
        this.#area.value = draft?.text ?? base?.value.text ?? "";
        this.#choice = statusChoice(
            nextStatuses(base?.value.status ?? null),
            draft?.status ?? base?.value.status ?? "preliminary",
        );
        const since = draft ? formatTime(new Date(draft.savedAt).toISOString()) : "";
        this.element = h("form", { class: "report-editor", novalidate: true }, [
            h("h3", null, base ? `Change the report of ${base.value.author}` : "New report"),
            draft ? notice("info", `What you typed on ${since} is here again.`) : null,
            this.#area,
            this.#choice.element,
            this.#checked,
            this.#trouble,
            h("div", { class: "actions" }, this.#save, this.#check, this.#discard),
            this.#kept,
        ]);
        this.#listen();
        if (draft) this.#keep();
        requestAnimationFrame(() => {
            this.#grow();
            // A draft that is here again does not take the keys away from the images.
            if (!draft) this.#area.focus();
        });
    }

    #listen() {
        this.#area.addEventListener("input", () => {
            this.#grow();
            fill(this.#checked);
            this.#keep();
        });
        this.#choice.element.addEventListener("change", () => this.#keep());
        this.#check.addEventListener("click", () => this.#showCheck());
        this.#discard.addEventListener("click", () => this.#leave());
        this.element.addEventListener("submit", (event) => {
            event.preventDefault();
            this.#submit();
        });
    }

    get #isChanged() {
        const { base } = this.#writing;
        return this.#area.value !== (base?.value.text ?? "") || this.#against.tag !== (base?.tag ?? "");
    }

    #keep() {
        const { drafts } = this.#writing;
        if (!this.#isChanged) {
            drafts.drop(this.#report);
            this.#kept.textContent = "";
            return;
        }
        const there = drafts.keep(this.#report, {
            text: this.#area.value,
            status: this.#choice.value(),
            ...this.#against,
            savedAt: Date.now(),
        });
        this.#kept.textContent = there
            ? "Not saved yet. What you type is kept in this tab, also over a reload."
            : "Not saved yet, and this browser keeps nothing over a reload. Save soon.";
    }

    #grow() {
        if (CSS.supports("field-sizing", "content")) return;
        this.#area.style.height = "auto";
        this.#area.style.height = `${this.#area.scrollHeight + 2}px`;
    }

    /** @param {"info" | "warn" | "bad"} kind @param {string} words */
    #say(kind, words) {
        fill(this.#trouble, notice(kind, words));
    }

    /** The editor is no longer needed, nor is what it kept. */
    #finish() {
        this.#writing.drafts.drop(this.#report);
        this.#writing.done();
    }

    /** Why this text can't be saved as it is; empty where it can. */
    #objection() {
        if (this.#area.value.trim() === "") return "There is no text yet. Write the report first.";
        if (byteCount(this.#area.value) > longest) return "This is longer than a report may be (64 KiB). Shorten it.";
        return "";
    }

    async #submit() {
        fill(this.#trouble);
        const objection = this.#objection();
        if (objection) {
            this.#say("bad", objection);
            this.#area.focus();
            return;
        }
        this.#setBusy(true);
        try {
            await this.#write();
            toast(this.#report ? "The report is saved as a new version." : "The report is saved.");
            this.#finish();
        } catch (error) {
            if (error instanceof APIError && error.status === 412) await this.#resolve();
            else this.#say("bad", `${messageOf(error)} Your text is still here.`);
        } finally {
            this.#setBusy(false);
        }
    }

    #write() {
        const body = { text: this.#area.value, status: this.#choice.value() };
        return this.#report
            ? writeVersion("PUT", `reports/${encodeURIComponent(this.#report)}`, body, this.#against.tag)
            : writeVersion("POST", `studies/${encodeURIComponent(this.#writing.study)}/reports`, body);
    }

    /** @param {boolean} isBusy */
    #setBusy(isBusy) {
        for (const button of [this.#save, this.#check, this.#discard]) button.disabled = isBusy;
        this.#save.textContent = isBusy ? "Saving…" : "Save";
    }

    /** Somebody saved meanwhile: both texts are shown, and the writer says what becomes of them. */
    async #resolve() {
        try {
            const path = `reports/${encodeURIComponent(this.#report ?? "")}`;
            /** @type {Versioned<Report>} */
            const theirs = await readVersion(path, this.#writing.signal);
            if (nextStatuses(theirs.value.status).length === 0) return this.#becomeNew(theirs.value.author);
            const decision = await decideConflict(this.#area.value, theirs.value);
            if (decision === "theirs") return this.#finish();
            if (decision === "back") {
                this.#say("warn", "Not saved. Your text is still here; save it again when you are ready.");
                this.#area.focus();
                return;
            }
            this.#against = { tag: theirs.tag, version: theirs.value.version };
            this.#choice.offer(nextStatuses(theirs.value.status));
            if (decision === "mine") await this.#submit();
            else this.#joinWith(theirs.value.text);
        } catch (error) {
            this.#say("bad", `${messageOf(error)} Your text is still here.`);
        }
    }

    /** What was changed was withdrawn meanwhile: the text lives on as a report of its own. @param {string} author */
    #becomeNew(author) {
        this.#writing.drafts.drop(this.#report);
        this.#report = null;
        this.#against = { tag: "", version: 0 };
        this.#choice.offer(nextStatuses(null));
        this.#keep();
        this.#say(
            "warn",
            `${author} withdrew this report while you were writing. Save to make yours a report of its own.`,
        );
    }

    /** @param {string} text */
    #joinWith(text) {
        this.#area.value = `${text}\n\n${this.#area.value}`;
        this.#grow();
        this.#keep();
        this.#area.focus();
        this.#area.setSelectionRange(0, 0);
        this.#say("info", "Both texts stand here now, theirs first. Make one of them, then save.");
    }

    async #showCheck() {
        fill(this.#trouble);
        this.#check.disabled = true;
        const { study, signal } = this.#writing;
        const text = this.#area.value;
        try {
            /** @type {Check} */
            const answer = await api.post("reports/check", { study, text }, signal);
            fill(this.#checked, checkResult(text, answer));
        } catch (error) {
            this.#say("bad", messageOf(error));
        } finally {
            this.#check.disabled = false;
        }
    }

    async #leave() {
        const ask = {
            title: "Discard what you typed?",
            text: this.#report ? "The saved versions stay as they are." : "Nothing of it is kept.",
            action: "Discard it",
            danger: true,
        };
        if (!this.#isChanged || await confirmDialog(ask)) this.#finish();
    }
}

/**
 * @param {string} text
 * @param {Check} answer
 */
function checkResult(text, { removed }) {
    if (removed.length === 0) {
        return notice("good", "Nothing will be taken out: everybody who reads reports reads it as you wrote it.");
    }
    const places = removed.length === 1 ? "the place" : `the ${formatCount(removed.length)} places`;
    const taken = removed.length === 1 ? "it is" : "they are";
    return [
        notice(
            "info",
            `Only physicians of the project will read ${places} struck through below; for everybody else ${taken} taken out.`,
        ),
        h(
            "div",
            { class: "text-box", tabindex: 0, role: "group", "aria-label": "What others will not read" },
            checkedText(text, removed),
        ),
    ];
}
