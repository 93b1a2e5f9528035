import { percentileWindow } from "./render/window.js";
import { autoKey, fileKey, presetWindow } from "./tools/presets.js";

/** @import { SeriesDisplay, VOIWindow } from "../types.d.ts" */
/** @import { LoadedFrame } from "./codec/loader.js" */

/** The windows a series can be looked at with. */
export class SeriesWindows {
    /** One for all frames, so that scrolling does not flicker. @type {VOIWindow | null} */
    #automatic = null;

    /** @param {SeriesDisplay} display */
    constructor(display) {
        this.display = display;
    }

    /**
     * The window a frame comes with; else soft tissue for CT, else one from the values.
     * @param {number} index
     * @param {LoadedFrame | undefined} loaded
     * @returns {VOIWindow | null} null for a picture, and for a frame that is not there yet
     */
    own(index, loaded) {
        const { windows, series, frames } = this.display;
        const frame = frames[index];
        if (!frame || loaded?.kind === "picture") return null;
        const given = frame.windows?.[0] ?? windows[0] ?? presetWindow("1", series.modality);
        if (given) return given;
        if (!this.#automatic && loaded) this.#automatic = this.#percentile(index, loaded);
        return this.#automatic;
    }

    /**
     * @param {number} index
     * @returns {VOIWindow[]} those of the file
     */
    ofFile(index) {
        return this.display.frames[index]?.windows ?? this.display.windows;
    }

    /**
     * The window behind a digit, with the name the state keeps for it; null where it does not apply.
     * @param {string} key
     * @param {number} index
     * @param {LoadedFrame | undefined} loaded
     * @returns {{ window: VOIWindow | null, windowName: string } | null}
     */
    behind(key, index, loaded) {
        const windowName = `key:${key}`;
        if (key === fileKey) return { window: null, windowName };
        const window = key === autoKey
            ? this.#percentile(index, loaded)
            : presetWindow(key, this.display.series.modality);
        return window && { window, windowName };
    }

    /** @param {number} index @param {LoadedFrame | undefined} loaded */
    #percentile(index, loaded) {
        const frame = this.display.frames[index];
        if (!frame || loaded?.kind !== "stored") return null;
        return percentileWindow(loaded.stored, frame.slope, frame.intercept);
    }
}
