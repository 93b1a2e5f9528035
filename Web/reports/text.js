/** The text of a report in pieces: what is there, and where something was taken out. */

/** What stands in a scrubbed text where something was taken out. */
const marker = "[removed]";

/**
 * @typedef {object} Piece
 * @property {string} text
 * @property {boolean} isRemoved
 */

/**
 * A scrubbed text, with the places where something was taken out apart from the words.
 * @param {string} text
 * @returns {Piece[]}
 */
export function scrubbedPieces(text) {
    /** @type {Piece[]} */
    const pieces = [];
    for (const [index, part] of text.split(marker).entries()) {
        if (index > 0) {
            // Several words in a row that went are one place.
            const last = pieces.at(-1);
            const joins = last?.text.trim() === "" && !last.isRemoved && pieces.at(-2)?.isRemoved;
            if (joins && !last.text.includes("\n")) pieces.pop();
            else if (!last?.isRemoved) pieces.push({ text: "", isRemoved: true });
        }
        if (part !== "") pieces.push({ text: part, isRemoved: false });
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

/** How many bytes of UTF-8 a report may have. */
export const longest = 64 * 1024;

/** @param {string} text */
export function byteCount(text) {
    return new TextEncoder().encode(text).length;
}
