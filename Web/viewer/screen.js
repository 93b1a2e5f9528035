import { h } from "../core/dom.js";
import { Renderer } from "./render/renderer.js";

/** @import { Picture } from "./render/renderer.js" */
/** @import { ViewerState } from "./state.js" */

/** A canvas as large as its stage, with the one graphics context it needs. Its canvas says `redraw` when that was lost. */
export class Screen {
    canvas = h("canvas");
    /** @type {Renderer | null} */
    #renderer = null;

    /** Prepares what takes time, before anything is to be shown. */
    warm() {
        try {
            this.#renderer ??= new Renderer(this.canvas);
            this.#renderer.warm();
        } catch {
            this.#renderer = null; // Said in words when an image is to be shown.
        }
    }

    clear() {
        this.#renderer?.clear();
    }

    /**
     * @param {HTMLElement} stage
     * @param {Picture} picture
     * @param {ViewerState} state
     * @returns {{ width: number, height: number, ratio: number }} CSS pixels, and device pixels for one of them
     */
    draw(stage, picture, state) {
        this.#renderer ??= new Renderer(this.canvas);
        const ratio = globalThis.devicePixelRatio || 1;
        const width = Math.max(1, Math.round(stage.clientWidth * ratio));
        const height = Math.max(1, Math.round(stage.clientHeight * ratio));
        if (this.canvas.width !== width) this.canvas.width = width;
        if (this.canvas.height !== height) this.canvas.height = height;
        this.#renderer.draw(picture, state, ratio);
        return { width: width / ratio, height: height / ratio, ratio };
    }
}
