import { fill, h } from "../core/dom.js";
import { api, isAbort, messageOf } from "../core/api.js";
import { formatTime } from "../core/format.js";
import { failure } from "../ui/notice.js";
import { changesInWords } from "./changes.js";
import { showSetBesideImages } from "./chosen.js";

/** @import { Commit, LabelSet } from "../annotations/types.d.ts" */

const signs = { added: "+", changed: "~", removed: "−" };
const nothing = {
    study: "Nothing was saved on this study yet.",
    set: "Nothing was saved yet. Open a study and mark something in its images.",
};
const words = { added: "New: ", changed: "Changed: ", removed: "Taken away: " };

/**
 * The versions of a label set, newest first: who, when, why, on which study, what changed.
 * @param {{ set: LabelSet, study?: string | null, tag?: (version: number) => void, signal: AbortSignal }} options
 */
export function labelHistory({ set, study, tag, signal }) {
    const list = h("ol", { class: "commits" });
    const after = h("div", { class: "after" });
    const element = h("div", null, list, after);

    /** @param {string | null} cursor */
    async function load(cursor) {
        const query = new URLSearchParams({ limit: "30" });
        if (study) query.set("study", study);
        if (cursor) query.set("cursor", cursor);
        try {
            /** @type {{ commits: Commit[], next?: string | null }} */
            const page = await api.get(`label-sets/${encodeURIComponent(set.id)}/commits?${query}`, signal);
            list.append(...page.commits.map((commit) => commitRow(commit, set, { isOfStudy: Boolean(study), tag })));
            fill(after, end(page.next ?? null));
        } catch (error) {
            if (!isAbort(error) && !signal.aborted) fill(after, failure(messageOf(error), () => load(cursor)));
        }
    }

    /** What stands below the list: more, or why there is nothing. @param {string | null} next */
    function end(next) {
        if (list.childElementCount === 0) return h("p", { class: "muted" }, study ? nothing.study : nothing.set);
        if (next === null) return null;
        const more = h("button", { class: "button", type: "button" }, "Show earlier versions");
        more.addEventListener("click", () => {
            more.disabled = true;
            load(next);
        });
        return more;
    }

    load(null);
    return element;
}

/**
 * @param {Commit} commit
 * @param {LabelSet} set
 * @param {{ isOfStudy: boolean, tag: ((version: number) => void) | undefined }} options
 */
function commitRow(commit, set, { isOfStudy, tag }) {
    if (commit.erased) return erasedRow(commit);
    const uid = encodeURIComponent(commit.study);
    const open = h("a", { href: `/studies/${uid}` }, "open the study");
    open.addEventListener("click", () => showSetBesideImages(set));
    const changes = changesInWords(commit.changes);
    return h("li", { class: "commit" }, [
        h("div", { class: "commit-number" }, h("span", { class: "visually-hidden" }, "Version "), commit.version),
        h("div", { class: "commit-words" }, [
            h(
                "p",
                { class: commit.message ? "commit-message" : "commit-message muted" },
                commit.message || "No message",
            ),
            h("p", { class: "muted small" }, [
                h("strong", null, commit.author),
                `, ${formatTime(commit.at)} · `,
                open,
                isOfStudy ? null : " · ",
                isOfStudy
                    ? null
                    : h("a", { href: `/labels/${encodeURIComponent(set.id)}?study=${uid}` }, "its history"),
                commit.kind === "restore" ? ` · ${restored(commit)}` : "",
            ]),
            h(
                "ul",
                { class: "changes" },
                changes.length === 0
                    ? h("li", { class: "muted small" }, "Nothing differs from the version before.")
                    : changes.map(({ kind, text }) =>
                        h("li", { class: `change ${kind}` }, [
                            h("span", { "aria-hidden": "true" }, `${signs[kind]} `),
                            h("span", { class: "visually-hidden" }, words[kind]),
                            text,
                        ])
                    ),
            ),
        ]),
        tag ? nameButton(commit.version, tag) : null,
    ]);
}

/**
 * Of an erased patient only the place in the chain is left.
 * @param {Commit} commit
 */
function erasedRow({ version, author, at }) {
    return h("li", { class: "commit" }, [
        h("div", { class: "commit-number" }, h("span", { class: "visually-hidden" }, "Version "), version),
        h("div", { class: "commit-words" }, [
            h(
                "p",
                { class: "commit-message muted" },
                "The patient of this study was erased, and what was marked with it.",
            ),
            h("p", { class: "muted small" }, h("strong", null, author), `, ${formatTime(at)}`),
        ]),
    ]);
}

/** @param {number} version @param {(version: number) => void} tag */
function nameButton(version, tag) {
    const button = h("button", { class: "button quiet small", type: "button" }, "Name this version");
    button.setAttribute("aria-label", `Name this version (${version})`);
    button.addEventListener("click", () => tag(version));
    return button;
}

/** @param {Commit} commit */
function restored({ restoredFrom }) {
    return restoredFrom ? `version ${restoredFrom} was brought back` : "everything was taken back";
}
