/** The VOI window functions of PS3.3 C.11.2, as numbers; the shader does the same for each pixel. */

/** @import { VOIWindow } from "../../types.d.ts" */
/** @import { StoredFrame } from "../codec/frame.js" */

/**
 * The grey of a rescaled value between 0 and 1.
 * @param {number} x rescaled value
 * @param {VOIWindow} window
 * @returns {number}
 */
export function greyOf(x, { center, width, function: shape }) {
    switch (shape) {
        case "SIGMOID": // C.11.2.1.3.1
            return 1 / (1 + Math.exp(-4 * (x - center) / width));
        case "LINEAR_EXACT": // C.11.2.1.3.2
            if (x <= center - width / 2) return 0;
            if (x > center + width / 2) return 1;
            return (x - center) / width + 0.5;
        default: // C.11.2.1.2.1
            if (x <= center - 0.5 - (width - 1) / 2) return 0;
            if (x > center - 0.5 + (width - 1) / 2) return 1;
            return (x - (center - 0.5)) / (width - 1) + 0.5;
    }
}

/**
 * The smallest width a function allows: LINEAR needs 1, the others more than 0.
 * @param {VOIWindow} window
 * @returns {VOIWindow} with a width that is allowed
 */
export function validWindow(window) {
    const least = window.function === "LINEAR" ? 1 : 1e-3;
    const width = Number.isFinite(window.width) ? Math.max(least, window.width) : least;
    return { ...window, width, center: Number.isFinite(window.center) ? window.center : 0 };
}

/**
 * The window from the 0.1st to the 99.9th percentile of a frame.
 * @param {StoredFrame} frame
 * @param {number} slope
 * @param {number} intercept
 * @param {number} [low] share of the values below the window
 * @returns {VOIWindow}
 */
export function percentileWindow({ values, signed }, slope, intercept, low = 0.001) {
    const histogram = new Uint32Array(65536);
    const offset = signed ? 32768 : 0;
    for (let i = 0; i < values.length; i++) histogram[(values[i] ?? 0) + offset]++;
    const skip = values.length * low;
    let bottom = 0;
    for (let sum = histogram[0]; sum <= skip && bottom < 65535; sum += histogram[++bottom]);
    let top = 65535;
    for (let sum = histogram[65535]; sum <= skip && top > 0; sum += histogram[--top]);
    const ends = [(bottom - offset) * slope + intercept, (Math.max(top, bottom) - offset) * slope + intercept];
    const from = Math.min(...ends);
    const to = Math.max(...ends);
    return validWindow({
        center: (from + to) / 2,
        width: Math.max(to - from, 1e-3),
        function: "LINEAR_EXACT",
        explanation: "Automatic",
    });
}
