import { announce, fill, h } from "../core/dom.js";
import { icon } from "../ui/icons.js";
import { ByteCache } from "./codec/cache.js";
import { FrameLoader } from "./codec/loader.js";
import { DecoderPool } from "./codec/pool.js";
import { Overlay } from "./overlay.js";
import { drawingTrouble, Renderer } from "./render/renderer.js";
import { probeText } from "./probe.js";
import { percentileWindow } from "./render/window.js";
import { openShortcuts } from "./sheet.js";
import { openedState, stateAfter, windowDrags } from "./actions.js";
import { draggedWindow, initialState, panned, scrolled, zoomed } from "./state.js";
import { Toolbar } from "./toolbar.js";
import { actionOf } from "./tools/keymap.js";
import { attachPointer } from "./tools/pointer.js";
import { autoKey, fileKey, presetWindow } from "./tools/presets.js";

/** @import { SeriesDisplay, Study, VOIWindow } from "../types.d.ts" */
/** @import { LoadedFrame } from "./codec/loader.js" */
/** @import { ViewerState } from "./state.js" */
/** @import { Action } from "./tools/keymap.js" */

/** Decoded frames kept in memory, over all series. */
const cacheBudget = 400 * 1024 * 1024;
const framesPerSecond = 12;

/**
 * The image viewer. Give it a series with `open`; it tells the page by events: `seriesstep` (detail 1 or −1)
 * and `paneltoggle`. `data-shown` holds the index of the frame that is on the screen.
 */
export class TarnViewer extends HTMLElement {
    /** @type {ViewerState} */
    #state = initialState;
    /** @type {SeriesDisplay | null} */
    #display = null;
    /** @type {Study | null} */
    #study = null;
    /** @type {FrameLoader | null} */
    #loader = null;
    /** @type {Renderer | null} */
    #renderer = null;
    /** The automatic window of the series: one for all frames, so that scrolling does not flicker. @type {VOIWindow | null} */
    #automatic = null;
    /** @type {{ x: number, y: number } | null} */
    #pointer = null;
    #scheduled = 0;
    #playTimer = 0;
    #slowTimer = 0;
    #listening = new AbortController();

    #pool = new DecoderPool(2);
    /** @type {ByteCache<LoadedFrame>} */
    #cache = new ByteCache(cacheBudget, (loaded) => loaded.kind === "picture" && loaded.bitmap.close());
    #canvas = h("canvas");
    #overlay = new Overlay();
    #message = h("div", { class: "message", role: "status" });
    #stage = h(
        "div",
        {
            class: "stage",
            tabindex: "0",
            role: "application",
            "aria-label": "Image. Arrow keys scroll, question mark lists all keys.",
        },
        this.#canvas,
        this.#overlay.element,
        this.#message,
    );
    #slider = h("input", { type: "range", min: "1", step: "1", "aria-label": "Image" });
    #position = h("span", { class: "numeric position" });
    #play = h("button", { class: "tool", type: "button" });
    #toolbar = new Toolbar({
        act: (action) => this.act(action),
        preset: (key) => this.preset(key),
        fileWindow: (index) => this.#useFileWindow(index),
        setWindow: (center, width) => {
            const base = this.window ?? { function: "LINEAR" };
            this.#set({ window: { function: base.function, center, width }, windowName: "" });
        },
    });
    #resize = new ResizeObserver(() => this.#redraw());

    constructor() {
        super();
        this.#slider.addEventListener(
            "input",
            () => this.#set({ index: Number(this.#slider.value) - 1, playing: false }),
        );
        this.#play.addEventListener("click", () => this.act("cine"));
        this.#canvas.addEventListener("redraw", () => this.#redraw());
        this.#resize.observe(this.#stage);
        attachPointer(this.#stage, {
            tool: () => this.#state.tool,
            window: (dx, dy) => this.#dragWindow(dx, dy),
            pan: (dx, dy) => this.#replace(panned(this.#state, dx, dy)),
            zoom: (factor, x, y) => this.#zoomAt(factor, x, y),
            scroll: (steps) => this.#scroll(steps),
            probe: (x, y) => {
                this.#pointer = { x, y };
                this.#showProbe();
            },
            leave: () => {
                this.#pointer = null;
                this.#showProbe();
            },
        });
    }

    connectedCallback() {
        if (this.childElementCount === 0) {
            this.append(
                this.#toolbar.element,
                this.#stage,
                h("div", { class: "slices" }, this.#play, this.#slider, this.#position),
            );
        }
        this.#listening = new AbortController();
        addEventListener("keydown", (event) => this.#key(event), { signal: this.#listening.signal });
        this.#redraw();
    }

    disconnectedCallback() {
        this.#listening.abort();
        this.close();
    }

    /** Prepares what takes time, before anything is to be shown. */
    warm() {
        try {
            this.#renderer ??= new Renderer(this.#canvas);
            this.#renderer.warm();
        } catch {
            this.#renderer = null; // Said in words when an image is to be shown.
        }
    }

    /** The window in force for the frame looked at; null for a picture. */
    get window() {
        const { index, window } = this.#state;
        const loaded = this.#loader?.get(index);
        if (loaded?.kind === "picture") return null;
        return window ?? this.#ownWindow(index);
    }

    /**
     * Shows a series from its first image.
     * @param {SeriesDisplay} display
     * @param {Study} study
     */
    open(display, study) {
        this.close();
        this.#display = display;
        this.#study = study;
        this.#state = openedState(this.#state);
        this.#slider.max = String(Math.max(1, display.frames.length));
        this.#toolbar.offer(display.series.modality, display.frames[0]?.windows ?? display.windows);
        this.#loader = new FrameLoader(
            { study: study.uid, series: display.series.uid, frames: display.frames },
            this.#cache,
            this.#pool,
            (index) => {
                if (index === this.#state.index) this.#draw();
            },
        );
        if (display.frames.length === 0) {
            this.#say(
                "image",
                `This series holds no images (${display.series.modality}). It is stored, and comes along in an export.`,
            );
            this.#renderer?.clear();
        }
        this.#loader.want(0);
        this.#redraw();
    }

    /** Stops loading and playing. */
    close() {
        this.#loader?.close();
        this.#loader = null;
        this.#display = null;
        this.#automatic = null;
        delete this.dataset["shown"];
        clearInterval(this.#playTimer);
        clearTimeout(this.#slowTimer);
        fill(this.#message);
    }

    /**
     * Says something in place of the image.
     * @param {string} text
     */
    fail(text) {
        this.close();
        this.#renderer?.clear();
        this.#say("alert", text);
    }

    /** @param {Action} action */
    act(action) {
        const state = stateAfter(this.#state, action, this.#display?.frames.length ?? 0);
        if (state) return this.#replace(state);
        const drag = windowDrags[action];
        if (drag) return this.#dragWindow(...drag);
        switch (action) {
            case "probe":
                this.#pointer = { x: this.#stage.clientWidth / 2, y: this.#stage.clientHeight / 2 };
                this.#showProbe();
                return announce(this.#overlay.probe.textContent || "No value here");
            case "shortcuts":
                return openShortcuts();
            case "panel":
                return this.dispatchEvent(new Event("paneltoggle"));
            case "nextSeries":
                return this.dispatchEvent(new CustomEvent("seriesstep", { detail: 1 }));
            case "previousSeries":
                return this.dispatchEvent(new CustomEvent("seriesstep", { detail: -1 }));
        }
    }

    /** A window by its digit. @param {string} key */
    preset(key) {
        const display = this.#display;
        if (!display) return;
        if (key === fileKey) return this.#set({ window: null, windowName: `key:${fileKey}` });
        if (key === autoKey) {
            const { index } = this.#state;
            const loaded = this.#loader?.get(index);
            const frame = display.frames[index];
            if (loaded?.kind !== "stored" || !frame) return;
            const window = percentileWindow(loaded.stored, frame.slope, frame.intercept);
            return this.#set({ window, windowName: `key:${autoKey}` });
        }
        const window = presetWindow(key, display.series.modality);
        if (window) this.#set({ window, windowName: `key:${key}` });
    }

    /** @param {number} index among the file's windows */
    #useFileWindow(index) {
        const windows = this.#display?.frames[this.#state.index]?.windows ?? this.#display?.windows;
        const window = windows?.[index];
        if (window) this.#set({ window, windowName: `file:${index}` });
    }

    /**
     * The window a frame comes with; else soft tissue for CT, else one from the values.
     * @param {number} index
     * @returns {VOIWindow | null}
     */
    #ownWindow(index) {
        const display = this.#display;
        const frame = display?.frames[index];
        if (!display || !frame) return null;
        const given = frame.windows?.[0] ?? display.windows[0] ?? presetWindow("1", display.series.modality);
        if (given) return given;
        const loaded = this.#loader?.get(index);
        if (!this.#automatic && loaded?.kind === "stored") {
            this.#automatic = percentileWindow(loaded.stored, frame.slope, frame.intercept);
        }
        return this.#automatic;
    }

    /** @param {number} dx @param {number} dy */
    #dragWindow(dx, dy) {
        const window = this.window;
        if (window) this.#set({ window: draggedWindow(window, dx, dy), windowName: "" });
    }

    /** @param {number} factor @param {number} x @param {number} y */
    #zoomAt(factor, x, y) {
        const { clientWidth, clientHeight } = this.#stage;
        this.#replace(zoomed(this.#state, factor, x - clientWidth / 2, y - clientHeight / 2));
    }

    /** @param {number} steps */
    #scroll(steps) {
        this.#replace({ ...scrolled(this.#state, steps, this.#display?.frames.length ?? 0), playing: false });
    }

    /** @param {Partial<ViewerState>} changes */
    #set(changes) {
        this.#replace({ ...this.#state, ...changes });
    }

    /** @param {ViewerState} state */
    #replace(state) {
        const before = this.#state;
        this.#state = state;
        if (state.index !== before.index) this.#loader?.want(state.index);
        if (state.playing !== before.playing) this.#playOrPause();
        this.#redraw();
    }

    #playOrPause() {
        clearInterval(this.#playTimer);
        if (!this.#state.playing) return;
        this.#playTimer = setInterval(() => {
            const count = this.#display?.frames.length ?? 0;
            const next = (this.#state.index + 1) % Math.max(1, count);
            // A frame that is still on its way holds the film rather than being skipped.
            if (this.#loader?.get(this.#state.index)) this.#set({ index: next });
        }, 1000 / framesPerSecond);
    }

    /** @param {KeyboardEvent} event */
    #key(event) {
        const target = event.target instanceof Element ? event.target : null;
        if (event.defaultPrevented || document.querySelector("dialog[open]")) return;
        if (target?.closest("input, select, textarea, [contenteditable]")) return;
        if (target?.closest("button, a, summary") && ["Enter", " "].includes(event.key)) return;
        const action = actionOf(event);
        if (!action) return;
        event.preventDefault();
        if (typeof action === "string") this.act(action);
        else this.preset(action.preset);
    }

    #redraw() {
        if (this.#scheduled || !this.isConnected) return;
        this.#scheduled = requestAnimationFrame(() => {
            this.#scheduled = 0;
            this.#draw();
        });
    }

    #draw() {
        const display = this.#display;
        const study = this.#study;
        const state = this.#state;
        const frame = display?.frames[state.index];
        this.#showControls();
        if (!display || !study || !frame || !this.isConnected) return;
        const loaded = this.#loader?.get(state.index);
        if (!loaded) return this.#showWaiting(state.index);
        clearTimeout(this.#slowTimer);
        this.#slowTimer = 0;
        try {
            this.#renderer ??= new Renderer(this.#canvas);
            const canvas = this.#fitCanvas();
            const window = this.window;
            const picture = {
                frame,
                loaded,
                window: window ?? { center: 0, width: 1, function: /** @type {const} */ ("LINEAR") },
            };
            this.#renderer.draw(picture, state, canvas.ratio);
            this.#overlay.show({ display, study, frame, state, window, canvas });
            fill(this.#message);
            this.dataset["shown"] = String(state.index);
            this.#showProbe();
        } catch (error) {
            this.#say("alert", drawingTrouble(error));
        }
    }

    /** Gives the canvas the size of the stage in device pixels. */
    #fitCanvas() {
        const ratio = globalThis.devicePixelRatio || 1;
        const { clientWidth: width, clientHeight: height } = this.#stage;
        const [w, t] = [Math.max(1, Math.round(width * ratio)), Math.max(1, Math.round(height * ratio))];
        if (this.#canvas.width !== w) this.#canvas.width = w;
        if (this.#canvas.height !== t) this.#canvas.height = t;
        return { width: w / ratio, height: t / ratio, ratio };
    }

    #showControls() {
        const { index, playing } = this.#state;
        const count = this.#display?.frames.length ?? 0;
        this.#toolbar.show(this.#state, this.window);
        this.#slider.value = String(index + 1);
        this.#slider.disabled = count < 2;
        this.#slider.setAttribute("aria-valuetext", `Image ${index + 1} of ${count}`);
        this.#position.textContent = count > 0 ? `${index + 1} / ${count}` : "";
        const label = playing ? "Pause (C)" : "Play (C)";
        if (this.#play.title !== label) {
            this.#play.title = label;
            this.#play.setAttribute("aria-label", label);
            fill(this.#play, icon(playing ? "pause" : "play"));
        }
        this.#play.disabled = count < 2;
    }

    /** @param {number} index */
    #showWaiting(index) {
        const failure = this.#loader?.failure(index);
        if (failure) {
            const retry = h("button", { class: "button", type: "button" }, "Try again");
            retry.addEventListener("click", () => this.#loader?.retry(index));
            return this.#say("alert", `This image can't be shown. ${failure.message}`, retry);
        }
        // Only a wait that one notices is worth a word.
        this.#slowTimer ||= setTimeout(() => {
            this.#slowTimer = 0;
            if (!this.#loader?.get(this.#state.index)) this.#say("image", `Loading image ${this.#state.index + 1}…`);
        }, 250);
    }

    /** @param {string} symbol @param {string} text @param {...Node} more */
    #say(symbol, text, ...more) {
        fill(this.#message, h("div", null, icon(symbol), h("p", null, text), more));
    }

    #showProbe() {
        const { index } = this.#state;
        const display = this.#display;
        const frame = display?.frames[index];
        const loaded = this.#loader?.get(index);
        const at = this.#pointer;
        const canvas = { width: this.#stage.clientWidth, height: this.#stage.clientHeight };
        this.#overlay.probe.textContent = display && frame && loaded && at
            ? probeText({ frame, loaded, modality: display.series.modality, state: this.#state, canvas, at })
            : "";
    }
}

customElements.define("tarn-viewer", TarnViewer);
