/**
 * Statistics of a region of interest, from stored values. The same rules as the server's: the samples whose
 * centre (i + ½, j + ½) lies in the shape or on its edge, rescaled; the standard deviation is that of the
 * population.
 */

import { boxOf } from "./geometry.js";

/** @import { StoredFrame } from "../viewer/codec/frame.js" */
/** @import { Annotation, Point } from "./types.d.ts" */

/**
 * @typedef {object} ValueStatistics
 * @property {number} count
 * @property {number | null} mean null where no sample's centre is inside
 * @property {number | null} standardDeviation
 * @property {number | null} minimum
 * @property {number | null} maximum
 */

/** @type {ValueStatistics} */
const nothing = { count: 0, mean: null, standardDeviation: null, minimum: null, maximum: null };

/**
 * The first and last column of a row whose centres are inside, as `rowOf(j)`; null where none is.
 * @typedef {(row: number) => [first: number, last: number] | null} Spans
 */

/**
 * @param {number} low
 * @param {number} high
 * @param {number} count
 * @returns {[first: number, last: number]} the samples whose centres lie in [low, high]
 */
function centresIn(low, high, count) {
    return [Math.max(0, Math.ceil(low - 0.5)), Math.min(count - 1, Math.floor(high - 0.5))];
}

/**
 * @param {readonly Point[]} points
 * @param {number} columns
 * @returns {Spans}
 */
function rectangleSpans(points, columns) {
    const { left, right } = boxOf(points);
    const span = centresIn(left, right, columns);
    return () => span[0] <= span[1] ? span : null;
}

/**
 * @param {readonly Point[]} points
 * @param {number} columns
 * @returns {Spans}
 */
function ellipseSpans(points, columns) {
    const { left, top, right, bottom } = boxOf(points);
    const [cx, cy, a, b] = [(left + right) / 2, (top + bottom) / 2, (right - left) / 2, (bottom - top) / 2];
    if (!(a > 0) || !(b > 0)) return () => null;
    return (row) => {
        const v = (row + 0.5 - cy) / b;
        const inside = (/** @type {number} */ column) => {
            const u = (column + 0.5 - cx) / a;
            return u * u + v * v <= 1;
        };
        const half = a * Math.sqrt(Math.max(0, 1 - v * v));
        let [first, last] = centresIn(cx - half, cx + half, columns);
        // The root is rounded; whether a centre on the edge counts is for the ellipse's own equation to say.
        first = Math.max(0, first - 1);
        last = Math.min(columns - 1, last + 1);
        while (first <= last && !inside(first)) first++;
        while (last >= first && !inside(last)) last--;
        return first <= last ? [first, last] : null;
    };
}

/**
 * @param {Pick<Annotation, "type" | "points">} annotation
 * @param {StoredFrame} stored
 * @param {{ slope: number, intercept: number }} rescale
 * @returns {ValueStatistics | null} null for what has no values of its own
 */
export function statisticsOf({ type, points }, stored, { slope, intercept }) {
    const { rows, columns } = stored;
    if (type === "point") {
        const [x, y] = points[0] ?? [0, 0];
        const column = Math.min(columns - 1, Math.max(0, Math.floor(x)));
        const row = Math.min(rows - 1, Math.max(0, Math.floor(y)));
        return summed(stored, [row, row], () => [column, column], slope, intercept);
    }
    if (type !== "rectangle" && type !== "ellipse") return null;
    const { top, bottom } = boxOf(points);
    const spans = type === "rectangle" ? rectangleSpans(points, columns) : ellipseSpans(points, columns);
    return summed(stored, centresIn(top, bottom, rows), spans, slope, intercept);
}

/**
 * @param {StoredFrame} stored
 * @param {[first: number, last: number]} rows
 * @param {Spans} spans
 * @param {number} slope
 * @param {number} intercept
 * @returns {ValueStatistics}
 */
function summed({ values, columns }, rows, spans, slope, intercept) {
    let [count, sum, squares, minimum, maximum] = [0, 0, 0, Infinity, -Infinity];
    // Differences from one of the values: sums stay small, so that nothing is lost to rounding.
    let origin = 0;
    for (let row = rows[0]; row <= rows[1]; row++) {
        const span = spans(row);
        if (!span) continue;
        const [first, last] = [row * columns + span[0], row * columns + span[1]];
        if (count === 0) origin = values[first] ?? 0;
        for (let index = first; index <= last; index++) {
            const value = values[index];
            const difference = value - origin;
            sum += difference;
            squares += difference * difference;
            if (value < minimum) minimum = value;
            if (value > maximum) maximum = value;
        }
        count += last - first + 1;
    }
    if (count === 0) return nothing;
    const mean = sum / count;
    const ends = [minimum * slope + intercept, maximum * slope + intercept];
    return {
        count,
        mean: (origin + mean) * slope + intercept,
        standardDeviation: Math.abs(slope) * Math.sqrt(Math.max(0, squares / count - mean * mean)),
        minimum: Math.min(...ends),
        maximum: Math.max(...ends),
    };
}
