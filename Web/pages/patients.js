import { fill, h } from "../core/dom.js";
import { api, isAbort, messageOf } from "../core/api.js";
import { formatDate, formatTime, plural } from "../core/format.js";
import { studiesPath } from "../core/filters.js";
import { permitted, projectsPermitting } from "../core/session.js";
import { openDialog } from "../ui/dialog.js";
import { field, form, select } from "../ui/form.js";
import { empty, failure, toast } from "../ui/notice.js";
import { openCompare } from "../subjects/compare.js";
import { changeInWords } from "../subjects/words.js";

/** @import { PageContext } from "../core/router.js" */
/** @import { Study } from "../types.d.ts" */
/** @import { SubjectChange, SubjectSuggestion } from "../subjects/subjects.d.ts" */

/**
 * Which patients are one, and which are two.
 * @param {PageContext} context
 */
export function render({ signal, setTitle }) {
    setTitle("Patients");
    const query = new URLSearchParams(location.search);
    const projects = projectsPermitting("subjects.merge");
    const suggestions = h("div", { "aria-live": "polite" });
    const changes = h("div", null, h("p", { class: "muted" }, "One moment…"));

    async function load() {
        try {
            /** @type {[{ suggestions: SubjectSuggestion[] }, { changes: SubjectChange[] }]} */
            const [suggested, changed] = await Promise.all([
                api.get("subject-suggestions", signal),
                api.get("subject-changes", signal),
            ]);
            fill(suggestions, suggestionList(suggested.suggestions, load));
            fill(changes, changeList(changed.changes, load));
        } catch (error) {
            if (!isAbort(error)) fill(changes, failure(messageOf(error), load));
        }
    }

    load();
    if (projects.length === 0) {
        return h(
            "main",
            { class: "narrow" },
            empty({
                symbol: "person",
                title: "You may not merge patients",
                text: "Custodians of a project may.",
            }),
        );
    }
    return h("main", { class: "narrow patients" }, [
        h("div", { class: "heading" }, [
            h("h1", null, "Patients"),
            h(
                "p",
                null,
                "Where one patient has two codes, make them one; where one code stands for two patients, take studies out. " +
                    "No image is changed, and a merge can be taken back.",
            ),
        ]),
        suggestions,
        h("section", { class: "card section" }, [
            h("h2", null, "Merge two"),
            mergeForm(projects, query, load),
        ]),
        h("section", { class: "card section" }, [
            h("h2", null, "Take studies out of one"),
            splitForm(projects, query, signal, load),
        ]),
        h("section", { class: "card section" }, h("h2", null, "What was decided"), changes),
    ]);
}

/**
 * @param {SubjectSuggestion[]} suggestions
 * @param {() => void} reload
 */
function suggestionList(suggestions, reload) {
    if (suggestions.length === 0) return null;
    return h("section", { class: "card section" }, [
        h("h2", null, "May be one patient"),
        h(
            "p",
            { class: "muted small" },
            "They share name, birth date and sex, and have different numbers. You decide.",
        ),
        h(
            "ul",
            null,
            suggestions.map((suggestion) => {
                const [one, two] = suggestion.subjects;
                if (!one || !two) return null;
                const look = h("button", { class: "button small", type: "button" }, "Compare…");
                look.addEventListener("click", () => openCompare(suggestion.project, one.code, two.code, reload));
                return h("li", { class: "suggestion" }, [
                    h("div", { class: "request-head" }, [
                        h("span", { class: "badge" }, suggestion.project),
                        patient(suggestion.project, one.code),
                        h("span", { class: "muted small" }, plural(one.studies, "study", "studies")),
                        patient(suggestion.project, two.code),
                        h("span", { class: "muted small" }, plural(two.studies, "study", "studies")),
                        look,
                    ]),
                ]);
            }),
        ),
    ]);
}

/**
 * @param {string} project
 * @param {string} code
 */
function patient(project, code) {
    return h("a", { class: "code", href: studiesPath({ project, subject: code }) }, code);
}

/** @param {{ code: string, name: string }[]} projects @param {string | null} chosen */
function projectSelect(projects, chosen) {
    const known = projects.some(({ code }) => code === chosen) ? chosen ?? "" : projects[0]?.code ?? "";
    return select({}, projects.map(({ code, name }) => [code, `${code} · ${name}`]), known);
}

/** @param {string} value */
function codeInput(value = "") {
    return h("input", { class: "input code", required: true, value, autocomplete: "off", spellcheck: "false" });
}

/**
 * @param {{ code: string, name: string }[]} projects
 * @param {URLSearchParams} query
 * @param {() => void} reload
 */
function mergeForm(projects, query, reload) {
    const project = projectSelect(projects, query.get("project"));
    const from = codeInput(query.get("subject") ?? "");
    const into = codeInput();
    const reason = h("input", { class: "input", required: true, maxlength: 500, autocomplete: "off" });
    const compare = h("button", { class: "button", type: "button" }, "Compare first…");
    compare.addEventListener("click", () => {
        if (from.value && into.value) openCompare(project.value, from.value.trim(), into.value.trim(), reload);
    });
    return h("div", null, [
        form(
            {
                action: "Merge",
                async submit() {
                    const path = `subjects/${encodeURIComponent(project.value)}/${
                        encodeURIComponent(from.value.trim())
                    }`;
                    await api.post(`${path}/merge`, { into: into.value.trim(), reason: reason.value.trim() });
                    from.value = into.value = reason.value = "";
                    toast("They are one patient now.");
                    reload();
                },
            },
            projects.length > 1 ? field("Project", project) : null,
            field("This code goes", from, "Its studies get the other code in every list."),
            field("This code stays", into),
            field("Reason", reason, "For example: two numbers of one person, see ticket 12. Name nobody; it is kept."),
        ),
        permitted("identity.read") ? h("div", { class: "actions" }, compare) : null,
    ]);
}

/**
 * @param {{ code: string, name: string }[]} projects
 * @param {URLSearchParams} query
 * @param {AbortSignal} signal
 * @param {() => void} reload
 */
function splitForm(projects, query, signal, reload) {
    const project = projectSelect(projects, query.get("project"));
    const code = codeInput(query.get("subject") ?? "");
    const reason = h("input", { class: "input", required: true, maxlength: 500, autocomplete: "off" });
    const picks = h("div", { class: "pick", "aria-live": "polite" });
    async function show() {
        if (!code.value.trim()) return fill(picks);
        try {
            /** @type {{ studies: Study[] }} */
            const { studies } = await api.get(
                `subjects/${encodeURIComponent(project.value)}/${encodeURIComponent(code.value.trim())}`,
                signal,
            );
            fill(picks, h("span", null, "Studies that are another patient's"), studies.map(pick));
        } catch (error) {
            if (!isAbort(error)) fill(picks, h("p", { class: "wrong" }, messageOf(error)));
        }
    }
    code.addEventListener("change", show);
    project.addEventListener("change", show);
    show();
    return form(
        {
            action: "Take them out",
            async submit() {
                const chosen = [...picks.querySelectorAll("input:checked")].map((box) => box.getAttribute("value"));
                const path = `subjects/${encodeURIComponent(project.value)}/${encodeURIComponent(code.value.trim())}`;
                /** @type {SubjectChange} */
                const change = await api.post(`${path}/split`, { studies: chosen, reason: reason.value.trim() });
                reason.value = "";
                toast(`They belong to ${change.subject ?? "a new patient"} now.`);
                show();
                reload();
            },
        },
        projects.length > 1 ? field("Project", project) : null,
        field("Patient code", code),
        picks,
        field("Reason", reason, "Name nobody; it is kept."),
    );
}

/** @param {Study} study */
function pick(study) {
    return h("label", { class: "option-line" }, [
        h("input", { type: "checkbox", value: study.uid }),
        h("span", null, [
            `${study.description || "Study without a description"} · ${formatDate(study.date)} · `,
            study.modalities.join(", "),
        ]),
    ]);
}

/**
 * @param {SubjectChange[]} changes
 * @param {() => void} reload
 */
function changeList(changes, reload) {
    if (changes.length === 0) return h("p", { class: "muted" }, "Nothing was merged or split yet.");
    return h(
        "ul",
        null,
        changes.map((change) => {
            const undo = h("button", { class: "button small", type: "button" }, "Undo…");
            undo.addEventListener("click", () => openUndo(change, reload));
            return h("li", { class: "change" }, [
                h("p", null, [h("span", { class: "badge" }, change.project), ` ${changeInWords(change)}`]),
                h("p", { class: "muted small" }, `${change.by}, ${formatTime(change.at)}. Reason: ${change.reason}`),
                change.canBeUndone ? h("div", { class: "actions" }, undo) : null,
            ]);
        }),
    );
}

/**
 * @param {SubjectChange} change
 * @param {() => void} reload
 */
function openUndo(change, reload) {
    const reason = h("input", { class: "input", required: true, maxlength: 500, autocomplete: "off" });
    const dialog = openDialog(
        "Take the merge back",
        h("p", null, [
            `${change.subject} gets its studies back, also those that came since under its number.`,
        ]),
        form(
            {
                action: "Take it back",
                async submit() {
                    await api.post(`subject-changes/${change.id}/undo`, { reason: reason.value.trim() });
                    dialog.close();
                    toast("They are two patients again.");
                    reload();
                },
            },
            field("Reason", reason, "Name nobody; it is kept."),
        ),
    );
}
