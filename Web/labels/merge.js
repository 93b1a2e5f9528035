/** A list of labels that two people changed at once. */

/** @import { Label } from "../annotations/types.d.ts" */

/** Colours that people with any sight tell apart (Okabe and Ito), in the order new labels get them. */
const colors = ["#e69f00", "#009e73", "#56b4e9", "#d55e00", "#cc79a7", "#0072b2", "#f0e442"];

/**
 * A colour that no label of the list has; where all are taken, the one used least.
 * @param {Pick<Label, "color">[]} labels
 */
export function freshColor(labels) {
    const uses = (/** @type {string} */ color) => labels.filter((label) => label.color === color).length;
    return colors.reduce((best, color) => uses(color) < uses(best) ? color : best);
}

/** @param {string} name */
const folded = (name) => name.trim().toLowerCase();

/**
 * What is wrong with a list before it is saved; empty where nothing is.
 * @param {Label[]} labels
 */
export function listTrouble(labels) {
    const names = new Set();
    for (const { name } of labels) {
        if (name.trim() === "") return "A label has no name. Give it one, or take the row away.";
        if (names.has(folded(name))) return `Two labels are called “${name.trim()}”. Each name stands once.`;
        names.add(folded(name));
    }
    return "";
}

/**
 * One's own changes on top of a list that somebody saved meanwhile: nothing of either is lost, and where both changed
 * the same label one's own counts, which one sees before saving again.
 * @param {Label[]} base what one began with
 * @param {Label[]} mine
 * @param {Label[]} theirs
 * @returns {Label[]}
 */
export function mergeLists(base, mine, theirs) {
    const [was, now] = [byName(base), byName(mine)];
    const merged = theirs.map((label) => {
        const own = now.get(folded(label.name));
        const before = was.get(folded(label.name));
        return own && before && !isSame(own, before) ? { ...own, name: label.name } : label;
    });
    const there = byName(theirs);
    return [...merged, ...mine.filter(({ name }) => !there.has(folded(name)))];
}

/** @param {Label[]} labels */
function byName(labels) {
    return new Map(labels.map((label) => [folded(label.name), label]));
}

/** @param {Label} one @param {Label} other */
function isSame(one, other) {
    return one.color === other.color && (one.description ?? "") === (other.description ?? "") &&
        one.retired === other.retired;
}
