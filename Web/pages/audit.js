import { announce, fill, h } from "../core/dom.js";
import { api, isAbort, messageOf } from "../core/api.js";
import { plural } from "../core/format.js";
import { permitted } from "../core/session.js";
import { questionForms } from "../audit/forms.js";
import { proofBox } from "../audit/proof.js";
import { queryOf, questionFrom, questionInWords } from "../audit/question.js";
import { accessRow, accessTable } from "../audit/table.js";
import { icon } from "../ui/icons.js";
import { empty, failure } from "../ui/notice.js";

/** @import { PageContext } from "../core/router.js" */
/** @import { Question, RecordedAccesses } from "../audit/audit.d.ts" */

const pageSize = 100;

/**
 * Who looked at what: where an auditor begins.
 * @param {PageContext} context
 */
export function render({ query, signal, setTitle }) {
    setTitle("Audit");
    if (!permitted("access.history")) return noRole();
    const question = questionFrom(query);
    return h("main", { class: "audit-page" }, [
        h("div", { class: "heading" }, [
            h("h1", null, "Audit"),
            h(
                "p",
                null,
                "Who looked at what, and when. It is written down before anything is shown, and can't be changed.",
            ),
        ]),
        h("div", { class: "stack" }, [
            questionForms(question),
            answer(question, signal),
            proofBox(signal),
        ]),
    ]);
}

/**
 * @param {Question} question
 * @param {AbortSignal} signal
 */
function answer(question, signal) {
    const rows = h("tbody");
    const after = h("div", { class: "after" });
    const count = h("p", { class: "muted count-line", role: "status" });
    const table = accessTable(rows);
    table.hidden = true;
    let shown = 0;

    /** @param {string | null} cursor */
    async function load(cursor) {
        try {
            /** @type {RecordedAccesses} */
            const page = await api.get(`accesses?${queryOf(question, { cursor, limit: pageSize })}`, signal);
            const added = page.accesses.map(accessRow);
            rows.append(...added);
            shown += added.length;
            table.hidden = shown === 0;
            count.textContent = shown === 0
                ? ""
                : page.next
                ? `The newest ${plural(shown, "entry", "entries")}`
                : plural(shown, "entry", "entries");
            // Who asked for more with the keyboard goes on where the new lines begin.
            if (cursor) focusOn(added[0]);
            fill(after, shown === 0 ? nothing(question) : page.next ? olderButton(page.next) : null);
        } catch (error) {
            if (!isAbort(error)) fill(after, failure(messageOf(error), () => load(cursor)));
        }
    }

    /** @param {string} next */
    function olderButton(next) {
        const older = h("button", { class: "button", type: "button" }, "Show older");
        older.addEventListener("click", () => {
            older.disabled = true;
            load(next);
        });
        return older;
    }

    load(null);
    return h("section", { class: "card audit-answer", "aria-labelledby": "audit-answer" }, [
        h("div", { class: "audit-head" }, [
            h("div", null, h("h2", { id: "audit-answer" }, questionInWords(question)), count),
            h("div", { class: "actions" }, [
                Object.keys(question).length > 0 ? h("a", { class: "button small", href: "/audit" }, "Show all") : null,
                download(question, "csv"),
                download(question, "json"),
            ]),
        ]),
        table,
        after,
    ]);
}

/** @param {HTMLElement | undefined} row */
function focusOn(row) {
    const link = row?.querySelector("a");
    if (link instanceof HTMLElement) link.focus();
}

/**
 * @param {Question} question
 * @param {"csv" | "json"} format
 */
function download(question, format) {
    return h(
        "a",
        {
            class: "button small",
            href: `/api/v1/accesses.${format}?${queryOf(question)}`,
            download: `accesses.${format}`,
            "aria-label": `Download as ${format.toUpperCase()}`,
        },
        icon("download"),
        format.toUpperCase(),
    );
}

/** @param {Question} question */
function nothing(question) {
    announce("Nothing is recorded");
    const isAsked = Object.keys(question).length > 0;
    return empty({
        symbol: "eye",
        title: "Nothing is recorded",
        text: isAsked
            ? "Nobody did anything that fits. Look whether the name, the study and the days are right; what happened in " +
                "projects that you don't audit is not shown."
            : "As soon as somebody uploads or looks at images in a project that you audit, it stands here.",
        actions: isAsked ? [h("a", { class: "button", href: "/audit" }, "Show all")] : [],
    });
}

function noRole() {
    return h("main", { class: "narrow" }, [
        h("h1", { class: "visually-hidden" }, "Audit"),
        empty({
            symbol: "eye",
            title: "You may not see who looked at what",
            text: "Auditors and custodians of a project may. Ask the administrator for one of these roles.",
        }),
    ]);
}
