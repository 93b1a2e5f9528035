/** Which image of one series goes with an image of another, for scrolling both together. */

import { areParallel, dot, planeOf } from "./planes.js";

/** @import { DisplayFrame, SeriesDisplay } from "../../types.d.ts" */
/** @import { Vector } from "./planes.js" */

/**
 * Where the frames of a series lie along their common normal, in mm.
 * @typedef {{ normal: Vector, places: number[] }} Stack
 */

/** @typedef {{ display: SeriesDisplay, index: number }} Position */

/**
 * How two series go together, as taken when they were linked. By place: a place of the first times `turn` plus `offset`
 * is one of the second (in mm). By number: images differ by `offset`.
 * @typedef {object} Link
 * @property {"place" | "number"} by
 * @property {1 | -1} turn −1 where the normals are opposite
 * @property {number} offset
 * @property {boolean} isExact whether both lie in one frame of reference, so that the offset is none
 * @property {boolean} isAcross whether their planes cross, so that no image of one goes with one of the other
 * @property {[number[], number[]]} places
 * @property {[number, number]} counts
 */

/** Stacks may stand a little askew: gantry tilt, the head held otherwise. In degrees. */
const tolerance = 10;

/** @type {WeakMap<DisplayFrame[], Stack | null>} */
const known = new WeakMap();

/**
 * @param {DisplayFrame[]} frames
 * @returns {Stack | null} null where the frames are no stack of parallel planes with known places
 */
export function stackOf(frames) {
    const found = known.get(frames);
    if (found !== undefined) return found;
    const stack = makeStack(frames);
    known.set(frames, stack);
    return stack;
}

/** @param {DisplayFrame[]} frames @returns {Stack | null} */
function makeStack(frames) {
    const first = frames[0] && planeOf(frames[0]);
    if (!first) return null;
    const places = [];
    for (const frame of frames) {
        const plane = planeOf(frame);
        if (!plane || !areParallel(first, plane, 1)) return null;
        places.push(dot(plane.origin, first.normal));
    }
    // All at one place (a film of the heart): there is nothing to follow along the normal.
    const isFilm = frames.length > 1 && Math.max(...places) - Math.min(...places) < 0.01;
    return isFilm ? null : { normal: first.normal, places };
}

/** Whether positions of both series can be compared. @param {SeriesDisplay} one @param {SeriesDisplay} other */
export function inOneFrame(one, other) {
    return Boolean(one.frameOfReference) && one.frameOfReference === other.frameOfReference;
}

/**
 * Two stacks that can be followed by place, and how their normals stand.
 * @param {SeriesDisplay} one
 * @param {SeriesDisplay} other
 * @returns {{ from: Stack, to: Stack, turn: 1 | -1 } | null}
 */
function parallelStacks(one, other) {
    const from = stackOf(one.frames);
    const to = stackOf(other.frames);
    if (!from || !to) return null;
    const cosine = dot(from.normal, to.normal);
    if (Math.abs(cosine) < Math.cos(tolerance * Math.PI / 180)) return null;
    return { from, to, turn: cosine > 0 ? 1 : -1 };
}

/**
 * Links two series at the images shown now. Frames of reference differ between examinations; then the difference
 * between the two places is kept.
 * @param {Position} one
 * @param {Position} other
 * @returns {Link}
 */
export function linkOf(one, other) {
    const counts = /** @type {[number, number]} */ ([one.display.frames.length, other.display.frames.length]);
    const stacks = parallelStacks(one.display, other.display);
    const here = stacks?.from.places[one.index];
    const there = stacks?.to.places[other.index];
    if (!stacks || here === undefined || there === undefined) {
        const isAcross = stackOf(one.display.frames) !== null && stackOf(other.display.frames) !== null;
        const offset = other.index - one.index;
        return { by: "number", turn: 1, offset, isExact: false, isAcross, places: [[], []], counts };
    }
    const isExact = inOneFrame(one.display, other.display);
    const offset = isExact ? 0 : there - stacks.turn * here;
    const places = /** @type {[number[], number[]]} */ ([stacks.from.places, stacks.to.places]);
    return { by: "place", turn: stacks.turn, offset, isExact, isAcross: false, places, counts };
}

/**
 * The image that goes with image `index`: the nearest, beyond the ends the last one.
 * @param {Link} link
 * @param {number} index
 * @param {boolean} isBack from the second series to the first
 * @returns {number}
 */
export function followed({ by, turn, offset, places, counts }, index, isBack) {
    if (by === "number") {
        const last = Math.max(0, counts[isBack ? 0 : 1] - 1);
        return Math.min(last, Math.max(0, isBack ? index - offset : index + offset));
    }
    const here = places[isBack ? 1 : 0][index] ?? 0;
    return nearest(places[isBack ? 0 : 1], isBack ? turn * (here - offset) : turn * here + offset);
}

/**
 * @param {number[]} places
 * @param {number} wanted
 * @returns {number} index of the place nearest to it
 */
export function nearest(places, wanted) {
    let best = 0;
    for (let index = 1; index < places.length; index++) {
        if (Math.abs((places[index] ?? 0) - wanted) < Math.abs((places[best] ?? 0) - wanted)) best = index;
    }
    return best;
}

/**
 * Where a series is opened beside another: at the same place within one frame of reference, else about as far along.
 * @param {Position} one
 * @param {SeriesDisplay} other
 * @returns {number}
 */
export function counterpart(one, other) {
    const stacks = parallelStacks(one.display, other);
    const here = stacks?.from.places[one.index];
    if (stacks && here !== undefined && inOneFrame(one.display, other)) {
        return nearest(stacks.to.places, stacks.turn * here);
    }
    const share = one.index / Math.max(1, one.display.frames.length - 1);
    return Math.round((stacks?.turn === -1 ? 1 - share : share) * Math.max(0, other.frames.length - 1));
}
