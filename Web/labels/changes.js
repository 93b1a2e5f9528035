/** What a version changed, in words. */

import { plural } from "../core/format.js";

/** @import { ChangeEntry, Changes } from "../annotations/types.d.ts" */

/** @type {Record<string, [string, string]>} */
const types = {
    length: ["length", "lengths"],
    rectangle: ["rectangle", "rectangles"],
    ellipse: ["ellipse", "ellipses"],
    point: ["point", "points"],
    image: ["key image", "key images"],
};

/** @type {Record<string, string>} */
const parts = { geometry: "moved", label: "other label", note: "other note" };

/**
 * Entries of the same type and label together: "2 rectangles, Finding".
 * @param {ChangeEntry[]} entries
 * @returns {string[]}
 */
function grouped(entries) {
    /** @type {Map<string, { entry: ChangeEntry, count: number }>} */
    const groups = new Map();
    for (const entry of entries) {
        const key = [entry.type, entry.label, ...(entry.what ?? [])].join("\n");
        const group = groups.get(key) ?? { entry, count: 0 };
        group.count += 1;
        groups.set(key, group);
    }
    return [...groups.values()].map(({ entry, count }) => {
        const [one, many] = types[entry.type] ?? [entry.type, entry.type];
        const label = entry.label ? `, ${entry.label}` : "";
        const what = entry.what?.length ? `: ${entry.what.map((part) => parts[part] ?? part).join(", ")}` : "";
        return `${plural(count, one, many)}${label}${what}`;
    });
}

/**
 * The changes of a version, what came first.
 * @param {Changes} changes
 * @returns {{ kind: "added" | "changed" | "removed", text: string }[]}
 */
export function changesInWords(changes) {
    const kinds = /** @type {const} */ (["added", "changed", "removed"]);
    return kinds.flatMap((kind) => grouped(changes[kind] ?? []).map((text) => ({ kind, text })));
}
