import { h } from "../core/dom.js";
import { typeName } from "./measure.js";
import { swatch } from "./label-look.js";

/** @import { ChangeEntry, Changes } from "./types.d.ts" */

/** @type {Record<string, string>} */
const parts = { geometry: "shape", label: "label", note: "note" };

/** @param {ChangeEntry} entry */
function nameOf({ type, label }) {
    return label ? `${label} (${typeName(type, label).toLowerCase()})` : typeName(type);
}

/**
 * "2 added, 1 changed": what a version did.
 * @param {Changes} changes
 */
export function changeWords({ added, changed, removed }) {
    const words = [
        added.length > 0 ? `${added.length} added` : "",
        changed.length > 0 ? `${changed.length} changed` : "",
        removed.length > 0 ? `${removed.length} removed` : "",
    ].filter(Boolean);
    return words.join(", ") || "Nothing changed";
}

const mostEntries = 12;

/**
 * What was added, changed and removed, one by one.
 * @param {Changes} changes
 * @param {(label: string) => string} [colorOf]
 */
export function changeList(changes, colorOf) {
    const entries = [
        ...changes.added.map((entry) => ({ entry, sign: "+", word: "added", kind: "good" })),
        ...changes.changed.map((entry) => ({
            entry,
            sign: "~",
            word: `${(entry.what ?? []).map((part) => parts[part] ?? part).join(" and ")} changed`,
            kind: "info",
        })),
        ...changes.removed.map((entry) => ({ entry, sign: "−", word: "removed", kind: "bad" })),
    ];
    const rest = entries.length - mostEntries;
    return h("ul", { class: "ann-changes" }, [
        ...entries.slice(0, mostEntries).map(({ entry, sign, word, kind }) =>
            h("li", null, [
                h("span", { class: `badge ${kind}`, "aria-hidden": "true" }, sign),
                colorOf ? swatch(colorOf(entry.label)) : null,
                h("span", { class: "ann-changes-name" }, nameOf(entry)),
                h("span", { class: "muted small" }, word),
            ])
        ),
        rest > 0 ? h("li", { class: "muted small" }, `and ${rest} more`) : null,
        entries.length === 0 ? h("li", { class: "muted small" }, "Nothing") : null,
    ]);
}
