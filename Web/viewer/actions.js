/** What an action does to the state: the same for keys and buttons. */

import { fitted, initialState, panned, resetView, rotated, scrolled, zoomed } from "./state.js";
import { fileKey } from "./tools/presets.js";

/** @import { ViewerState } from "./state.js" */
/** @import { Action } from "./tools/keymap.js" */

/** @type {Record<Action, number | undefined>} */
const steps = { next: 1, previous: -1, first: -1e9, last: 1e9 };

/** @type {Record<Action, [dx: number, dy: number] | undefined>} */
const moves = { panLeft: [-40, 0], panRight: [40, 0], panUp: [0, -40], panDown: [0, 40] };

/** As if the mouse had been dragged so far with the window tool. @type {Record<Action, [number, number] | undefined>} */
export const windowDrags = { wider: [20, 0], narrower: [-20, 0], levelUp: [0, 15], levelDown: [0, -15] };

/**
 * The state a series is opened with: tool, overlay and smoothing stay as the person set them.
 * @param {ViewerState} state
 * @returns {ViewerState}
 */
export function openedState(state) {
    return { ...resetView(state), index: 0, windowName: `key:${fileKey}` };
}

/**
 * @param {ViewerState} state
 * @param {Action} action
 * @param {number} count frames in the series
 * @returns {ViewerState | null} null where the action is not one of the state
 */
export function stateAfter(state, action, count) {
    const step = steps[action];
    if (step !== undefined) return { ...scrolled(state, step, count), playing: false };
    const move = moves[action];
    if (move) return panned(state, ...move);
    switch (action) {
        case "window":
        case "pan":
        case "zoom":
        case "scroll":
            return { ...state, tool: action };
        case "zoomIn":
            return zoomed(state, 1.25);
        case "zoomOut":
            return zoomed(state, 0.8);
        case "fit":
            return fitted(state);
        case "rotateRight":
            return rotated(state, 1);
        case "rotateLeft":
            return rotated(state, -1);
        case "flipHorizontal":
            return { ...state, flipHorizontal: !state.flipHorizontal };
        case "flipVertical":
            return { ...state, flipVertical: !state.flipVertical };
        case "invert":
            return { ...state, invert: !state.invert };
        case "smooth":
            return { ...state, smooth: !state.smooth };
        case "overlay":
            return { ...state, overlay: !state.overlay };
        case "reset":
            return { ...resetView(state), windowName: `key:${fileKey}`, smooth: initialState.smooth };
        case "cine":
            return { ...state, playing: !state.playing && count > 1 };
        default:
            return null;
    }
}
