/**
 * Where image and canvas meet. Canvas coordinates are CSS pixels, x to the right and y down; image
 * coordinates are pixels where the sample (column i, row j) covers [i, i+1) by [j, j+1).
 */

/** @import { ViewerState } from "../state.js" */

/**
 * An affine map: x' = a·x + c·y + e, y' = b·x + d·y + f.
 * @typedef {{ a: number, b: number, c: number, d: number, e: number, f: number }} Affine
 */

/** @typedef {{ rows: number, columns: number, pixelSpacing: number[] | null }} ImageSize */
/** @typedef {{ width: number, height: number }} CanvasSize */

/**
 * Pixel Spacing is row spacing first (PS3.3 10.7.1.3): the height of a pixel, then its width. The smaller of
 * the two is drawn as 1.
 * @param {number[] | null} spacing
 * @returns {[width: number, height: number]}
 */
export function pixelShape(spacing) {
    const [height, width] = spacing ?? [1, 1];
    if (!height || !width || !(height > 0) || !(width > 0)) return [1, 1];
    const smaller = Math.min(height, width);
    return [width / smaller, height / smaller];
}

/**
 * CSS pixels for one (smaller side of a) pixel at which the image just fits.
 * @param {ImageSize} image
 * @param {CanvasSize} canvas
 * @param {number} rotation quarter turns
 */
export function fitScale(image, canvas, rotation) {
    const [wide, high] = pixelShape(image.pixelSpacing);
    const width = image.columns * wide;
    const height = image.rows * high;
    const turned = rotation % 2 === 1;
    return Math.min(canvas.width / (turned ? height : width), canvas.height / (turned ? width : height));
}

/** Cosine and sine of each quarter turn. @type {[number, number][]} */
const quarterTurns = [[1, 0], [0, 1], [-1, 0], [0, -1]];

/**
 * Image to canvas under a state.
 * @param {ImageSize} image
 * @param {CanvasSize} canvas
 * @param {ViewerState} state
 * @returns {Affine}
 */
export function imageToCanvas(image, canvas, state) {
    const [wide, high] = pixelShape(image.pixelSpacing);
    const scale = fitScale(image, canvas, state.rotation) * state.zoom;
    // Quarter turns clockwise on a canvas whose y points down; then the flips, which are those of the screen.
    const [cos, sin] = quarterTurns[((state.rotation % 4) + 4) % 4] ?? [1, 0];
    const flipX = state.flipHorizontal ? -1 : 1;
    const flipY = state.flipVertical ? -1 : 1;
    const a = flipX * cos * scale * wide;
    const b = flipY * sin * scale * wide;
    const c = flipX * -sin * scale * high;
    const d = flipY * cos * scale * high;
    const e = canvas.width / 2 + state.panX - a * image.columns / 2 - c * image.rows / 2;
    const f = canvas.height / 2 + state.panY - b * image.columns / 2 - d * image.rows / 2;
    return { a, b, c, d, e, f };
}

/**
 * @param {Affine} m
 * @returns {Affine}
 */
export function inverse({ a, b, c, d, e, f }) {
    const determinant = a * d - b * c;
    return {
        a: d / determinant,
        b: -b / determinant,
        c: -c / determinant,
        d: a / determinant,
        e: (c * f - d * e) / determinant,
        f: (b * e - a * f) / determinant,
    };
}

/**
 * @param {Affine} m
 * @param {number} x
 * @param {number} y
 * @returns {[number, number]}
 */
export function apply(m, x, y) {
    return [m.a * x + m.c * y + m.e, m.b * x + m.d * y + m.f];
}

/**
 * The box around the image on the canvas.
 * @param {Affine} toCanvas
 * @param {ImageSize} image
 * @returns {[left: number, top: number, right: number, bottom: number]}
 */
export function bounds(toCanvas, { rows, columns }) {
    const [x0, y0] = apply(toCanvas, 0, 0);
    const [x1, y1] = apply(toCanvas, columns, rows);
    return [Math.min(x0, x1), Math.min(y0, y1), Math.max(x0, x1), Math.max(y0, y1)];
}
