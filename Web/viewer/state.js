/** What the viewer shows, as plain data, and the steps from one state to the next. */

/** @import { VOIWindow } from "../types.d.ts" */

/** What the left button does: "window", "pan", "zoom", "scroll", or the name of a tool that was added. @typedef {string} Tool */

/**
 * @typedef {object} ViewerState
 * @property {number} index frame of the series, from 0
 * @property {VOIWindow | null} window null: each frame's own, or the automatic one
 * @property {string} windowName what the window is called
 * @property {boolean} invert
 * @property {number} zoom 1 fits the image into the canvas
 * @property {number} panX in CSS pixels
 * @property {number} panY
 * @property {number} rotation quarter turns clockwise, 0 … 3
 * @property {boolean} flipHorizontal
 * @property {boolean} flipVertical
 * @property {boolean} smooth interpolate between pixels
 * @property {boolean} overlay show the text in the corners
 * @property {boolean} playing
 * @property {Tool} tool of the left mouse button
 */

/** @type {ViewerState} */
export const initialState = {
    index: 0,
    window: null,
    windowName: "",
    invert: false,
    zoom: 1,
    panX: 0,
    panY: 0,
    rotation: 0,
    flipHorizontal: false,
    flipVertical: false,
    smooth: true,
    overlay: true,
    playing: false,
    tool: "window",
};

/**
 * @param {number} value
 * @param {number} low
 * @param {number} high
 */
export function clamp(value, low, high) {
    return Math.min(high, Math.max(low, value));
}

/**
 * @param {ViewerState} state
 * @param {number} steps
 * @param {number} count frames in the series
 * @returns {ViewerState}
 */
export function scrolled(state, steps, count) {
    return { ...state, index: clamp(state.index + steps, 0, Math.max(0, count - 1)) };
}

/**
 * Zooms so that the point (x, y), measured from the middle of the canvas, stays where it is.
 * @param {ViewerState} state
 * @param {number} factor
 * @param {number} [x]
 * @param {number} [y]
 * @returns {ViewerState}
 */
export function zoomed(state, factor, x = 0, y = 0) {
    const zoom = clamp(state.zoom * factor, 0.1, 40);
    const real = zoom / state.zoom;
    return { ...state, zoom, panX: x - (x - state.panX) * real, panY: y - (y - state.panY) * real };
}

/**
 * @param {ViewerState} state
 * @param {number} dx
 * @param {number} dy
 * @returns {ViewerState}
 */
export function panned(state, dx, dy) {
    return { ...state, panX: state.panX + dx, panY: state.panY + dy };
}

/**
 * Dragging right widens, dragging down raises the level; the speed follows the width, so that a narrow
 * brain window and a wide lung window feel the same.
 * @param {VOIWindow} window
 * @param {number} dx
 * @param {number} dy
 * @returns {VOIWindow}
 */
export function draggedWindow(window, dx, dy) {
    const speed = Math.max(window.width, 1e-3) / 300;
    const least = window.function === "LINEAR" ? 1 : 1e-3;
    return {
        ...window,
        width: Math.max(least, window.width + dx * speed * 1.5),
        center: window.center + dy * speed,
        explanation: null,
    };
}

/**
 * Everything as the series was opened, except the place in it and the tool in hand.
 * @param {ViewerState} state
 * @returns {ViewerState}
 */
export function resetView(state) {
    return { ...initialState, index: state.index, tool: state.tool, overlay: state.overlay, smooth: state.smooth };
}

/**
 * @param {ViewerState} state
 * @returns {ViewerState}
 */
export function fitted(state) {
    return { ...state, zoom: 1, panX: 0, panY: 0 };
}

/**
 * A quarter turn as seen on the screen: under a single flip the image itself turns the other way.
 * @param {ViewerState} state
 * @param {1 | -1} quarters clockwise
 * @returns {ViewerState}
 */
export function rotated(state, quarters) {
    const mirrored = state.flipHorizontal !== state.flipVertical;
    return { ...state, rotation: (state.rotation + (mirrored ? -quarters : quarters) + 4) % 4, panX: 0, panY: 0 };
}
