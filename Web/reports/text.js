/** The text of a report in pieces: what is there, and where something was taken out. */

/** What stands in a scrubbed text where something was taken out, and what it was if the project says so. */
const markers = /\[(removed|name|age|id|date|place|contact)\]/;

/**
 * @typedef {object} Piece
 * @property {string} text
 * @property {boolean} isRemoved
 * @property {string} [kind] what it was, where that is known
 */

/**
 * A scrubbed text, with the places where something was taken out apart from the words.
 * @param {string} text
 * @returns {Piece[]}
 */
export function scrubbedPieces(text) {
    /** @type {Piece[]} */
    const pieces = [];
    // Text, kind, text, kind, … text.
    for (const [index, part] of text.split(markers).entries()) {
        if (index % 2 === 1) {
            const kind = part === "removed" ? undefined : part;
            // Several words in a row that went are one place.
            const last = pieces.at(-1);
            const before = pieces.at(-2);
            const joins = last?.text.trim() === "" && !last.isRemoved && before?.isRemoved && before.kind === kind;
            if (joins && !last.text.includes("\n")) pieces.pop();
            else if (!last?.isRemoved || last.kind !== kind) {
                pieces.push(kind ? { text: "", isRemoved: true, kind } : { text: "", isRemoved: true });
            }
        } else if (part !== "") pieces.push({ text: part, isRemoved: false });
    }
    return pieces;
}

/**
 * A text as it was written, with what others will not read apart from the rest.
 * @param {string} text
 * @param {{ from: number, to: number }[]} removed UTF-16 offsets, in any order; may touch or overlap
 * @returns {Piece[]}
 */
export function checkedPieces(text, removed) {
    /** @type {Piece[]} */
    const pieces = [];
    let at = 0;
    for (const { from, to } of [...removed].sort((one, other) => one.from - other.from)) {
        const start = Math.max(at, Math.min(from, text.length));
        const end = Math.max(start, Math.min(to, text.length));
        if (start > at) pieces.push({ text: text.slice(at, start), isRemoved: false });
        if (end > start) pieces.push({ text: text.slice(start, end), isRemoved: true });
        at = end;
    }
    if (at < text.length) pieces.push({ text: text.slice(at), isRemoved: false });
    return pieces;
}

/**
 * A text as it was written, in pieces that know what others read in their place.
 * @param {string} text
 * @param {import("./types.d.ts").Place[]} removed in their order, as the server says them
 * @returns {{ text: string, shown: string | null, kind: string }[]} `shown` is null for what all read
 */
export function placedPieces(text, removed) {
    /** @type {{ text: string, shown: string | null, kind: string }[]} */
    const pieces = [];
    let at = 0;
    for (const { from, to, kind, shown } of removed) {
        if (from < at || to < from || to > text.length) continue;
        if (from > at) pieces.push({ text: text.slice(at, from), shown: null, kind: "" });
        pieces.push({ text: text.slice(from, to), shown, kind });
        at = to;
    }
    if (at < text.length) pieces.push({ text: text.slice(at), shown: null, kind: "" });
    return pieces;
}

/** How many bytes of UTF-8 a report may have. */
export const longest = 64 * 1024;

/** @param {string} text */
export function byteCount(text) {
    return new TextEncoder().encode(text).length;
}
