import { debounced, fill, h } from "../core/dom.js";
import { api, APIError, messageOf } from "../core/api.js";
import { formatTime, plural } from "../core/format.js";
import { readVersion, writeVersion } from "../core/versioned.js";
import { confirmDialog } from "../ui/dialog.js";
import { notice, toast } from "../ui/notice.js";
import { decideConflict } from "./conflict.js";
import { dropDraft, keepDraft } from "./draft.js";
import { checkedText } from "./pieces.js";
import { nextStatuses, statusWords } from "./status.js";
import { byteCount, longest } from "./text.js";

/** @import { Versioned } from "../core/versioned.js" */
/** @import { Check, Draft, Report, ReportStatus } from "./types.d.ts" */

/**
 * What the editor works on.
 * @typedef {object} Writing
 * @property {string} study
 * @property {Versioned<Report> | null} base the version that is changed; null for a new report
 * @property {Draft | null} draft what was typed and not saved before
 * @property {() => void} done saved, or given up
 * @property {AbortSignal} signal
 */

/** How many editors there were: names of radio buttons have to differ. */
let count = 0;

/**
 * The editor of a report. What is typed is kept in this tab from the first letter on.
 * @param {Writing} writing
 * @returns {HTMLFormElement}
 */
export function reportEditor({ study, base, draft, done, signal }) {
    const report = base?.value.id ?? null;
    const statuses = nextStatuses(base?.value.status ?? null);
    /** The version that will be replaced. */
    let against = { tag: draft?.tag ?? base?.tag ?? "", version: draft?.version ?? base?.value.version ?? 0 };
    const name = `report-status-${++count}`;
    const area = h("textarea", {
        class: "input report-area",
        rows: 8,
        "aria-label": "Text of the report",
        spellcheck: "true",
        value: draft?.text ?? base?.value.text ?? "",
        placeholder: "Findings and impression, in your words",
    });
    const trouble = h("div", { class: "trouble", "aria-live": "polite" });
    const checked = h("div", { class: "checked", "aria-live": "polite" });
    const kept = h("p", { class: "muted small kept" });
    const save = h("button", { class: "button primary", type: "submit" }, "Save");
    const check = h("button", { class: "button", type: "button" }, "Check");
    const leave = h("button", { class: "button quiet", type: "button" }, "Discard");
    const choices = statusChoices(name, statuses, draft?.status ?? base?.value.status ?? "preliminary");

    const isChanged = () => area.value !== (base?.value.text ?? "") || against.tag !== (base?.tag ?? "");

    function keep() {
        if (!isChanged()) {
            dropDraft(study, report);
            kept.textContent = "";
            return;
        }
        const there = keepDraft(study, report, {
            text: area.value,
            status: choices.value(),
            tag: against.tag,
            version: against.version,
            savedAt: Date.now(),
        });
        kept.textContent = there
            ? "Not saved yet. What you type is kept in this tab, also over a reload."
            : "Not saved yet, and this browser keeps nothing over a reload. Save soon.";
    }

    const keepSoon = debounced(keep, 300);
    const grow = () => {
        area.style.height = "auto";
        area.style.height = `${area.scrollHeight + 2}px`;
    };

    /** @param {boolean} busy @param {string} words */
    function setBusy(busy, words) {
        for (const button of [save, check, leave]) button.disabled = busy;
        save.textContent = busy ? words : "Save";
    }

    /** Ends the editor; from here on nothing is kept. */
    function finish() {
        keepSoon.cancel();
        ended.abort();
        dropDraft(study, report);
        done();
    }

    async function submit() {
        fill(trouble);
        if (area.value.trim() === "") {
            fill(trouble, notice("bad", "There is no text yet. Write the report first."));
            area.focus();
            return;
        }
        if (byteCount(area.value) > longest) {
            fill(trouble, notice("bad", "This is longer than a report may be (64 KiB). Shorten it."));
            area.focus();
            return;
        }
        keepSoon.now();
        setBusy(true, "Saving…");
        try {
            await write();
            toast(report ? "The report is saved as a new version." : "The report is saved.");
            finish();
        } catch (error) {
            if (error instanceof APIError && error.status === 412) await resolve();
            else fill(trouble, notice("bad", `${messageOf(error)} Your text is still here.`));
        } finally {
            setBusy(false, "");
        }
    }

    function write() {
        const body = { text: area.value, status: choices.value() };
        return report
            ? writeVersion("PUT", `reports/${encodeURIComponent(report)}`, body, against.tag)
            : writeVersion("POST", `studies/${encodeURIComponent(study)}/reports`, body);
    }

    /** Somebody saved meanwhile: both texts are shown, and the writer says what becomes of them. */
    async function resolve() {
        if (!report) return;
        try {
            /** @type {Versioned<Report>} */
            const theirs = await readVersion(`reports/${encodeURIComponent(report)}`, signal);
            const decision = await decideConflict(area.value, theirs.value);
            if (decision === "back") {
                fill(trouble, notice("warn", "Not saved. Your text is still here; save it again when you are ready."));
                area.focus();
                return;
            }
            if (decision === "theirs") return finish();
            against = { tag: theirs.tag, version: theirs.value.version };
            choices.offer(nextStatuses(theirs.value.status));
            if (decision === "both") {
                area.value = `${theirs.value.text}\n\n${area.value}`;
                area.dispatchEvent(new Event("input"));
                area.focus();
                area.setSelectionRange(0, 0);
                fill(trouble, notice("info", "Both texts stand here now. Make one of them, then save."));
                return;
            }
            await submit();
        } catch (error) {
            fill(trouble, notice("bad", `${messageOf(error)} Your text is still here.`));
        }
    }

    async function lookAtOthers() {
        fill(trouble);
        check.disabled = true;
        try {
            const text = area.value;
            /** @type {Check} */
            const answer = await api.post("reports/check", { study, text }, signal);
            fill(checked, checkResult(text, answer));
        } catch (error) {
            fill(trouble, notice("bad", messageOf(error)));
        } finally {
            check.disabled = false;
        }
    }

    async function discard() {
        const ask = {
            title: "Discard what you typed?",
            text: report ? "The saved versions stay as they are." : "Nothing of it is kept.",
            action: "Discard it",
            danger: true,
        };
        if (!isChanged() || await confirmDialog(ask)) finish();
    }

    const ended = new AbortController();
    // What is typed within the last moment before the page goes is kept too.
    addEventListener("pagehide", keep, { signal: ended.signal });
    signal.addEventListener("abort", () => {
        if (ended.signal.aborted) return;
        keepSoon.now();
        ended.abort();
    });
    area.addEventListener("input", () => {
        grow();
        fill(checked);
        keepSoon();
    });
    check.addEventListener("click", lookAtOthers);
    leave.addEventListener("click", discard);
    const element = h("form", { class: "report-editor", novalidate: true, onchange: keepSoon }, [
        h("h3", null, base ? `Change the report of ${base.value.author}` : "New report"),
        draft
            ? notice("info", `What you typed on ${formatTime(new Date(draft.savedAt).toISOString())} is here again.`)
            : null,
        area,
        choices.element,
        checked,
        trouble,
        h("div", { class: "actions" }, save, check, leave),
        kept,
    ]);
    element.addEventListener("submit", (event) => {
        event.preventDefault();
        submit();
    });
    requestAnimationFrame(() => {
        grow();
        area.focus();
    });
    if (draft) keep();
    return element;
}

/**
 * Preliminary or final; where there is no choice, words that say so.
 * @param {string} name
 * @param {ReportStatus[]} statuses
 * @param {ReportStatus} wanted
 */
function statusChoices(name, statuses, wanted) {
    let value = statuses.includes(wanted) ? wanted : statuses[0];
    const element = h("div", { class: "status-choice" });

    /** @param {ReportStatus[]} offered */
    function offer(offered) {
        if (!offered.includes(value)) value = offered[0];
        if (offered.length === 1) {
            fill(
                element,
                h(
                    "p",
                    { class: "muted small" },
                    `It was final: saved, it is marked as ${statusWords(value).name.toLowerCase()}.`,
                ),
            );
            return;
        }
        fill(
            element,
            h(
                "fieldset",
                { class: "field" },
                h("legend", null, "This report is"),
                offered.map((status) => {
                    const input = h("input", { type: "radio", name, value: status, checked: status === value });
                    input.addEventListener("change", () => value = status);
                    const { name: words, hint } = statusWords(status);
                    return h(
                        "label",
                        { class: "check" },
                        input,
                        h("span", null, words, h("span", { class: "muted small" }, ` ${hint}`)),
                    );
                }),
            ),
        );
    }

    offer(statuses);
    return { element, offer, value: () => value };
}

/**
 * @param {string} text
 * @param {Check} answer
 */
function checkResult(text, { removed }) {
    if (removed.length === 0) {
        return notice("good", "Nothing will be taken out: everybody who reads reports reads it as you wrote it.");
    }
    return [
        notice(
            "info",
            `Researchers and annotators will not read ${plural(removed.length, "place")}, struck through below. ` +
                "Physicians of the project read everything.",
        ),
        checkedText(text, removed),
    ];
}
