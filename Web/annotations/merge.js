/** Three-way merge of a study's annotations: what we both started from, what I have, what somebody else saved. */

import { differences, newAnnotationID } from "./model.js";

/** @import { Annotation, Conflict, ConflictPart } from "./types.d.ts" */

/**
 * @typedef {object} Merge
 * @property {Annotation[]} merged nothing is lost in it: where both changed the same, both are there
 * @property {Conflict[]} conflicts
 */

/**
 * @param {Annotation | null} one
 * @param {Annotation | null} other
 */
function same(one, other) {
    if (!one || !other) return one === other;
    return differences(one, other).length === 0;
}

/**
 * Part by part: a label changed by one and a note changed by the other are no conflict.
 * @param {Annotation} base
 * @param {Annotation} mine
 * @param {Annotation} theirs
 * @returns {{ annotation: Annotation, what: ConflictPart[] }} theirs with my changes, except where they collide
 */
function combined(base, mine, theirs) {
    const myChanges = differences(base, mine);
    const theirChanges = differences(base, theirs);
    const apart = differences(mine, theirs);
    const what = myChanges.filter((part) => theirChanges.includes(part) && apart.includes(part));
    /** @param {"geometry" | "label" | "note"} part */
    const takesMine = (part) => myChanges.includes(part) && !theirChanges.includes(part);
    const place = takesMine("geometry") ? mine : theirs;
    const { measured: _, ...shape } = place;
    return {
        annotation: {
            ...shape,
            label: takesMine("label") ? mine.label : theirs.label,
            note: takesMine("note") ? mine.note : theirs.note,
        },
        what,
    };
}

/**
 * One annotation's three states, brought together.
 * @param {string} id
 * @param {Annotation | null} base
 * @param {Annotation | null} mine
 * @param {Annotation | null} theirs
 * @param {() => string} newID
 * @returns {{ keep: Annotation[], conflict: Conflict | null }}
 */
function mergedOne(id, base, mine, theirs, newID) {
    const one = (/** @type {Annotation | null} */ annotation) => annotation ? [annotation] : [];
    if (same(mine, theirs) || same(mine, base)) return { keep: one(theirs), conflict: null };
    if (same(theirs, base)) return { keep: one(mine), conflict: null };
    // Removed by one and changed by the other: what was changed stays, so that no work is lost.
    if (!mine || !theirs) {
        return { keep: one(mine ?? theirs), conflict: { id, base, mine, theirs, what: ["removed"] } };
    }
    const { annotation, what } = combined(base ?? theirs, mine, theirs);
    const collides = base ? what : differences(mine, theirs);
    if (collides.length === 0) return { keep: [annotation], conflict: null };
    const { measured: _, ...copy } = mine;
    return {
        keep: [theirs, { ...copy, id: newID() }],
        conflict: { id, base, mine, theirs, what: collides },
    };
}

/**
 * Merges by id. Where both changed the same part of the same annotation, theirs keeps its id and mine stays
 * beside it under a new one.
 * @param {readonly Annotation[]} base
 * @param {readonly Annotation[]} mine
 * @param {readonly Annotation[]} theirs
 * @param {() => string} [newID]
 * @returns {Merge}
 */
export function mergeAnnotations(base, mine, theirs, newID = newAnnotationID) {
    const byID = (/** @type {readonly Annotation[]} */ list) => new Map(list.map((one) => [one.id, one]));
    const [bases, mines, others] = [byID(base), byID(mine), byID(theirs)];
    /** @type {Merge} */
    const result = { merged: [], conflicts: [] };
    for (const id of new Set([...others.keys(), ...mines.keys(), ...bases.keys()])) {
        const { keep, conflict } = mergedOne(
            id,
            bases.get(id) ?? null,
            mines.get(id) ?? null,
            others.get(id) ?? null,
            newID,
        );
        result.merged.push(...keep);
        if (conflict) result.conflicts.push(conflict);
    }
    return result;
}
