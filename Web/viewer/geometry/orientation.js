/** The letters at the edges of the image, from Image Orientation (Patient) in LPS axes (PS3.3 C.7.6.2.1.1). */

/** @import { Affine } from "./view.js" */

/**
 * The patient directions a vector points to, main one first: "L", "PH", …
 * @param {number[]} vector in LPS
 * @returns {string}
 */
export function directionLetters(vector) {
    const length = Math.hypot(...vector);
    if (!(length > 0)) return "";
    const axes = /** @type {const} */ ([["L", "R"], ["P", "A"], ["H", "F"]]);
    return axes
        .map(([positive, negative], axis) => {
            const part = (vector[axis] ?? 0) / length;
            return { letter: part > 0 ? positive : negative, size: Math.abs(part) };
        })
        // Below about 17 degrees off an axis the second letter would only confuse.
        .filter(({ size }) => size > 0.3)
        .sort((one, other) => other.size - one.size)
        .slice(0, 2)
        .map(({ letter }) => letter)
        .join("");
}

/**
 * Letters for the four edges of the canvas.
 * @param {number[] | null} orientation six direction cosines: along a row, then along a column
 * @param {Affine} toImage canvas to image
 * @returns {{ left: string, right: string, top: string, bottom: string } | null}
 */
export function edgeLetters(orientation, toImage) {
    if (orientation?.length !== 6 || orientation.some((value) => !Number.isFinite(value))) return null;
    /** @param {number} x @param {number} y */
    const patient = (x, y) => {
        const along = toImage.a * x + toImage.c * y;
        const down = toImage.b * x + toImage.d * y;
        return [0, 1, 2].map((axis) => along * (orientation[axis] ?? 0) + down * (orientation[axis + 3] ?? 0));
    };
    return {
        left: directionLetters(patient(-1, 0)),
        right: directionLetters(patient(1, 0)),
        top: directionLetters(patient(0, -1)),
        bottom: directionLetters(patient(0, 1)),
    };
}

/**
 * A round length in millimetres for the ruler, at most `pixels` long on the canvas.
 * @param {number} millimetresPerPixel of the canvas
 * @param {number} pixels
 * @returns {number} 1, 2 or 5 times a power of ten
 */
export function rulerLength(millimetresPerPixel, pixels) {
    const most = millimetresPerPixel * pixels;
    const power = 10 ** Math.floor(Math.log10(most));
    return [5, 2, 1].map((factor) => factor * power).find((length) => length <= most) ?? power;
}
