/** What changed between two texts, word by word. */

/** @import { DiffPart } from "./types.d.ts" */

/** Cells of the table of common words that are still filled while somebody waits (8 MB). */
const cells = 4_000_000;

/** @param {string} text */
function words(text) {
    return text.match(/\n|[^\S\n]+|[\p{L}\p{M}\p{N}]+|[^\s]/gu) ?? [];
}

/** @param {string} text lines with their ends */
function lines(text) {
    return text.match(/[^\n]*\n|[^\n]+/g) ?? [];
}

/**
 * The longest common sequence of two lists, by the classic table.
 * @param {string[]} before
 * @param {string[]} after
 * @returns {DiffPart[] | null} null where the table would be too large
 */
function aligned(before, after) {
    const width = after.length + 1;
    if ((before.length + 1) * width > cells) return null;
    const table = new Uint16Array((before.length + 1) * width);
    for (let i = before.length - 1; i >= 0; i--) {
        for (let j = after.length - 1; j >= 0; j--) {
            table[i * width + j] = before[i] === after[j]
                ? table[(i + 1) * width + j + 1] + 1
                : Math.max(table[(i + 1) * width + j], table[i * width + j + 1]);
        }
    }
    /** @type {DiffPart[]} */
    const parts = [];
    let [i, j] = [0, 0];
    while (i < before.length || j < after.length) {
        if (i < before.length && j < after.length && before[i] === after[j]) {
            parts.push({ kind: "same", text: before[i] });
            i += 1;
            j += 1;
        } else if (
            j === after.length || (i < before.length && table[(i + 1) * width + j] >= table[i * width + j + 1])
        ) {
            parts.push({ kind: "removed", text: before[i++] });
        } else {
            parts.push({ kind: "added", text: after[j++] });
        }
    }
    return parts;
}

/**
 * What both lists begin and end with needs no table.
 * @param {string[]} before
 * @param {string[]} after
 * @param {(before: string[], after: string[]) => DiffPart[]} middle
 * @returns {DiffPart[]}
 */
function trimmed(before, after, middle) {
    const shorter = Math.min(before.length, after.length);
    let start = 0;
    while (start < shorter && before[start] === after[start]) start += 1;
    let end = 0;
    while (end < shorter - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end += 1;
    return [
        { kind: "same", text: before.slice(0, start).join("") },
        ...middle(before.slice(start, before.length - end), after.slice(start, after.length - end)),
        { kind: "same", text: before.slice(before.length - end).join("") },
    ];
}

/**
 * @param {string} before
 * @param {string} after
 * @returns {DiffPart[]}
 */
function replaced(before, after) {
    return [{ kind: "removed", text: before }, { kind: "added", text: after }];
}

/**
 * One run of changed lines; where it is long too, line by line if there are as many as before.
 * @param {string} before
 * @param {string} after
 * @returns {DiffPart[]}
 */
function run(before, after) {
    return trimmed(words(before), words(after), (one, other) => {
        const parts = aligned(one, other);
        if (parts) return parts;
        const [old, fresh] = [lines(one.join("")), lines(other.join(""))];
        if (old.length !== fresh.length || old.length === 1) return replaced(old.join(""), fresh.join(""));
        return old.flatMap((line, index) => run(line, fresh[index]));
    });
}

/**
 * Texts too long for a table of words: by lines first, then by the words of each run of changed lines.
 * @param {string} before
 * @param {string} after
 * @returns {DiffPart[]}
 */
function byLines(before, after) {
    return trimmed(lines(before), lines(after), (one, other) => {
        const parts = aligned(one, other);
        if (!parts) return replaced(one.join(""), other.join(""));
        /** @type {DiffPart[]} */
        const fine = [];
        let [gone, come] = ["", ""];
        const flush = () => {
            fine.push(...run(gone, come));
            [gone, come] = ["", ""];
        };
        for (const part of parts) {
            if (part.kind === "removed") gone += part.text;
            else if (part.kind === "added") come += part.text;
            else {
                flush();
                fine.push(part);
            }
        }
        flush();
        return fine;
    });
}

/**
 * Neighbours of a kind become one part; in each run of changes what went stands before what came. A space between
 * two changed words belongs to the change: a sentence that was written anew reads as one, not as confetti.
 * @param {DiffPart[]} parts
 * @returns {DiffPart[]}
 */
function tidied(parts) {
    /** @type {DiffPart[]} */
    const tidy = [];
    let [same, gone, come] = ["", "", ""];
    const flush = () => {
        if (gone) tidy.push({ kind: "removed", text: gone });
        if (come) tidy.push({ kind: "added", text: come });
        [gone, come] = ["", ""];
    };
    const whole = parts.filter((part) => part.text !== "");
    for (const [index, part] of whole.entries()) {
        if (part.kind === "same") {
            const changesFollow = (whole[index + 1]?.kind ?? "same") !== "same";
            if (gone && come && changesFollow && /^[^\S\n]+$/.test(part.text)) {
                gone += part.text;
                come += part.text;
            } else {
                flush();
                same += part.text;
            }
            continue;
        }
        if (same) tidy.push({ kind: "same", text: same });
        same = "";
        if (part.kind === "removed") gone += part.text;
        else come += part.text;
    }
    flush();
    if (same) tidy.push({ kind: "same", text: same });
    return tidy;
}

/**
 * How many places differ: what went and what came for it are one.
 * @param {DiffPart[]} parts
 */
export function changeCount(parts) {
    return parts.filter(({ kind }, index) => kind !== "same" && (parts[index - 1]?.kind ?? "same") === "same").length;
}

/**
 * The parts of two texts in reading order. All that is not `added` makes up `before`, all that is not `removed`
 * makes up `after`.
 * @param {string} before
 * @param {string} after
 * @returns {DiffPart[]}
 */
export function compareTexts(before, after) {
    const parts = trimmed(
        words(before),
        words(after),
        (one, other) => aligned(one, other) ?? byLines(one.join(""), other.join("")),
    );
    return tidied(parts);
}
