/**
 * One viewer for the life of the page: its graphics context, workers and shaders are made once, before the
 * first click on a study.
 */

import { TarnViewer } from "./viewer.js";

/** @type {TarnViewer | null} */
let viewer = null;

export function sharedViewer() {
    viewer ??= new TarnViewer();
    return viewer;
}
