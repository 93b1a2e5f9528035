import { apply, imageToCanvas, inverse } from "./geometry/view.js";

/** @import { DisplayFrame } from "../types.d.ts" */
/** @import { LoadedFrame } from "./codec/loader.js" */
/** @import { CanvasSize } from "./geometry/view.js" */
/** @import { ViewerState } from "./state.js" */

/**
 * The rescaled value of the pixel at a place of the canvas, in words: "(256, 100)  -1024 HU".
 * @param {object} what
 * @param {DisplayFrame} what.frame
 * @param {LoadedFrame} what.loaded
 * @param {string} what.modality
 * @param {ViewerState} what.state
 * @param {CanvasSize} what.canvas
 * @param {{ x: number, y: number }} what.at
 * @returns {string} empty beside the image, and for pictures that hold no values
 */
export function probeText({ frame, loaded, modality, state, canvas, at }) {
    if (loaded.kind !== "stored") return "";
    const [x, y] = apply(inverse(imageToCanvas(frame, canvas, state)), at.x, at.y).map(Math.floor);
    if (x < 0 || y < 0 || x >= frame.columns || y >= frame.rows) return "";
    const value = loaded.stored.values[y * frame.columns + x] * frame.slope + frame.intercept;
    const unit = modality === "CT" ? " HU" : "";
    return `(${x}, ${y})  ${Number.isInteger(value) ? value : value.toFixed(2)}${unit}`;
}
