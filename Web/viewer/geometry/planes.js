/**
 * Image planes in the patient (LPS, millimetres; PS3.3 C.7.6.2.1.1). Image coordinates are those of view.js: the
 * centre of the first sample is (0.5, 0.5), and Image Position is where that centre lies.
 */

/** @import { DisplayFrame } from "../../types.d.ts" */

/** @typedef {[number, number, number]} Vector */

/**
 * @typedef {object} Plane
 * @property {Vector} origin centre of the first sample
 * @property {Vector} right direction of a row
 * @property {Vector} down direction of a column
 * @property {Vector} normal
 * @property {[width: number, height: number]} pixel in mm
 * @property {[columns: number, rows: number]} size
 */

/** @param {Vector} a @param {Vector} b */
export function dot(a, b) {
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

/** @param {Vector} a @param {Vector} b @returns {Vector} */
export function cross(a, b) {
    return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

/** @param {Vector} a @param {Vector} b @returns {Vector} */
function minus(a, b) {
    return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}

/** @param {Vector} a @param {number} t @param {Vector} b @returns {Vector} a + t·b */
function along(a, t, b) {
    return [a[0] + t * b[0], a[1] + t * b[1], a[2] + t * b[2]];
}

/** @param {unknown} values @param {number} count @returns {values is number[]} */
function areNumbers(values, count) {
    return Array.isArray(values) && values.length === count && values.every((value) => Number.isFinite(value));
}

/**
 * The plane of a frame; null where the file does not say where it lies.
 * @param {DisplayFrame} frame
 * @returns {Plane | null}
 */
export function planeOf({ position, orientation, pixelSpacing, rows, columns }) {
    if (!areNumbers(position, 3) || !areNumbers(orientation, 6) || !areNumbers(pixelSpacing, 2)) return null;
    const [height, width] = pixelSpacing;
    if (!(height > 0) || !(width > 0)) return null;
    const right = /** @type {Vector} */ (orientation.slice(0, 3));
    const down = /** @type {Vector} */ (orientation.slice(3, 6));
    const normal = cross(right, down);
    // Directions that are no unit vectors at right angles come from a damaged file.
    if (Math.abs(Math.hypot(...normal) - 1) > 0.01 || Math.abs(Math.hypot(...right) - 1) > 0.01) return null;
    const origin = /** @type {Vector} */ ([...position]);
    return { origin, right, down, normal, pixel: [width, height], size: [columns, rows] };
}

/**
 * Where an image point lies in the patient.
 * @param {Plane} plane
 * @param {number} x
 * @param {number} y
 * @returns {Vector}
 */
export function toPatient({ origin, right, down, pixel }, x, y) {
    return along(along(origin, (x - 0.5) * pixel[0], right), (y - 0.5) * pixel[1], down);
}

/**
 * The image point nearest to a point of the patient, and how far it is away along the normal.
 * @param {Plane} plane
 * @param {Vector} point
 * @returns {{ x: number, y: number, distance: number }}
 */
export function toImage({ origin, right, down, normal, pixel }, point) {
    const from = minus(point, origin);
    return {
        x: dot(from, right) / pixel[0] + 0.5,
        y: dot(from, down) / pixel[1] + 0.5,
        distance: dot(from, normal),
    };
}

/** @param {Plane} one @param {Plane} other @param {number} [degrees] how far apart the normals may be */
export function areParallel(one, other, degrees = 5) {
    return Math.abs(dot(one.normal, other.normal)) >= Math.cos(degrees * Math.PI / 180);
}

/**
 * The part of the image `shown` in which the image `other` crosses it, in image coordinates of `shown`, as long as the
 * picture of `other` reaches; null where they are parallel or do not meet.
 * @param {Plane} shown
 * @param {Plane} other
 * @returns {[[number, number], [number, number]] | null}
 */
export function crossing(shown, other) {
    if (areParallel(shown, other, 1)) return null;
    // The corners of the other image, by their signed distance from the plane that is shown: its edges cross the
    // plane where the sign changes.
    const [columns, rows] = other.size;
    const corners = [[0, 0], [columns, 0], [columns, rows], [0, rows]].map(([x = 0, y = 0]) =>
        toImage(shown, toPatient(other, x, y))
    );
    /** @type {[number, number][]} */
    const ends = [];
    corners.forEach((a, index) => {
        const b = corners[(index + 1) % corners.length];
        if (!b || (a.distance < 0) === (b.distance < 0)) return;
        const t = a.distance / (a.distance - b.distance);
        ends.push([a.x + t * (b.x - a.x), a.y + t * (b.y - a.y)]);
    });
    const [from, to] = ends;
    return from && to ? clipped(from, to, shown.size) : null;
}

/**
 * The part of a segment within an image (Liang and Barsky).
 * @param {[number, number]} from
 * @param {[number, number]} to
 * @param {[number, number]} size
 * @returns {[[number, number], [number, number]] | null}
 */
export function clipped(from, to, size) {
    let first = 0;
    let last = 1;
    for (const axis of /** @type {const} */ ([0, 1])) {
        const step = to[axis] - from[axis];
        if (step === 0) {
            if (from[axis] < 0 || from[axis] > size[axis]) return null;
            continue;
        }
        const ends = [-from[axis] / step, (size[axis] - from[axis]) / step].sort((a, b) => a - b);
        first = Math.max(first, ends[0] ?? first);
        last = Math.min(last, ends[1] ?? last);
    }
    if (first > last) return null;
    /** @param {number} t @returns {[number, number]} */
    const at = (t) => [from[0] + t * (to[0] - from[0]), from[1] + t * (to[1] - from[1])];
    return [at(first), at(last)];
}
