import { announce, fill, h, svg } from "../core/dom.js";
import { openedState, stateAfter, windowDrags } from "./actions.js";
import { FrameLoader } from "./codec/loader.js";
import { Cover } from "./cover.js";
import { attachDrop } from "./drop.js";
import { Film } from "./film.js";
import { apply, imageToCanvas, inverse } from "./geometry/view.js";
import { Overlay } from "./overlay.js";
import { probeText } from "./probe.js";
import { drawingTrouble } from "./render/renderer.js";
import { Screen } from "./screen.js";
import { SeriesWindows } from "./series-windows.js";
import { rates, Slices } from "./slices.js";
import { draggedWindow, initialState, panned, scrolled, zoomed } from "./state.js";
import { attachPointer } from "./tools/pointer.js";

/** @import { SeriesDisplay, Study } from "../types.d.ts" */
/** @import { Affine } from "./geometry/view.js" */
/** @import { ViewerState } from "./state.js" */
/** @import { Surroundings } from "./surroundings.d.ts" */
/** @import { Action } from "./tools/keymap.js" */
/** @import { Point, ToolHandler } from "./tools/pointer.js" */

/** @typedef {import("./surroundings.d.ts").Shown} Shown */

/**
 * One image with what lies on it: canvas, text, a layer for annotations, the bar below. Events that bubble: `shown`
 * after each drawing, when frame, transform or window may be others. `data-shown` holds the index of the frame on
 * the screen.
 */
export class TarnViewport extends HTMLElement {
    /** What the left button does, by the name of the tool; the four of the viewer itself are not in it. @type {Map<string, ToolHandler>} */
    tools = new Map();
    /** Asked before the tool: whoever lies under the pointer, to be taken hold of. @type {((point: Point) => ToolHandler | null) | null} */
    hit = null;
    /** For annotations: an empty `<svg>` in CSS pixels above the image. */
    layer = svg("svg", { class: "layer" });
    /** Reference lines and the linked crosshair. */
    guides = svg("svg", { class: "guides", "aria-hidden": "true" });

    /** @type {ViewerState} */
    #state = initialState;
    /** @type {SeriesDisplay | null} */
    #display = null;
    /** @type {Study | null} */
    #study = null;
    /** @type {SeriesWindows | null} */
    #windows = null;
    /** @type {FrameLoader | null} */
    #loader = null;
    /** @type {{ x: number, y: number } | null} */
    #pointer = null;
    #scheduled = 0;
    #film = new Film(() => this.#next());
    #share = 1;

    #screen = new Screen();
    #overlay = new Overlay();
    #cover = new Cover();
    #stage = h(
        "div",
        {
            class: "stage",
            tabindex: "0",
            role: "application",
            "aria-label": "Image. Arrow keys scroll, question mark lists all keys.",
        },
        this.#screen.canvas,
        this.guides,
        this.layer,
        this.#overlay.element,
        this.#cover.element,
    );
    #slices = new Slices({
        go: (index) => {
            this.#around.touched(this);
            this.change({ index, playing: false });
        },
        play: () => {
            this.#around.touched(this);
            this.act("cine");
        },
        rate: (rate) => this.#film.rate = rate,
        maximise: () => this.#around.maximise(this),
        close: () => this.#around.close(this),
    });
    #resize = new ResizeObserver(() => this.redraw());
    #around;
    #pointing;

    /** @param {Surroundings} around */
    constructor(around) {
        super();
        this.#around = around;
        this.#screen.canvas.addEventListener("redraw", () => this.redraw());
        this.#resize.observe(this.#stage);
        this.#pointing = attachPointer(this.#stage, {
            tool: () => this.#state.tool,
            point: (x, y) => this.#point(x, y),
            take: (point, event) => this.#take(point, event),
            touched: () => around.touched(this),
            window: (dx, dy) => this.#dragWindow(dx, dy),
            pan: (dx, dy) => this.replace(panned(this.#state, dx, dy)),
            zoom: (factor, x, y) => this.#zoomAt(factor, x, y),
            scroll: (steps) => this.#scroll(steps),
            hover: (point, event) => this.#hover(point, event),
            leave: () => {
                this.#pointer = null;
                this.#showProbe();
                around.left(this);
            },
            menu: (point) => around.menu(this, point),
            twice: () => around.maximise(this),
        });
        attachDrop(this, (detail) => around.dropped(this, detail));
    }

    connectedCallback() {
        if (this.childElementCount === 0) this.append(this.#stage, this.#slices.element);
        this.redraw();
    }

    disconnectedCallback() {
        this.close();
    }

    /** Prepares what takes time, before anything is to be shown. */
    warm() {
        this.#screen.warm();
    }

    get state() {
        return this.#state;
    }

    get display() {
        return this.#display;
    }

    get study() {
        return this.#study;
    }

    get stage() {
        return this.#stage;
    }

    get count() {
        return this.#display?.frames.length ?? 0;
    }

    /** The part of the cache and of the connections that is for this viewport, between 0 and 1. @param {number} share */
    set share(share) {
        this.#share = share;
        if (this.#loader) this.#loader.share = share;
    }

    /** What is there to be seen; null where there is nothing, or nothing yet. @returns {Shown | null} */
    get shown() {
        const { index } = this.#state;
        const frame = this.#display?.frames[index];
        const loaded = this.#loader?.get(index);
        if (!this.#display || !this.#study || !frame || !loaded) return null;
        const stored = loaded.kind === "stored" ? loaded.stored : null;
        return { study: this.#study, display: this.#display, frame, index, stored };
    }

    /** The window in force for the frame looked at; null for a picture. */
    get window() {
        const { index, window } = this.#state;
        const loaded = this.#loader?.get(index);
        if (loaded?.kind === "picture") return null;
        return window ?? this.#windows?.own(index, loaded) ?? null;
    }

    /** From image coordinates to CSS pixels of the layer; null without an image. @returns {Affine | null} */
    toCanvas() {
        const frame = this.#display?.frames[this.#state.index];
        if (!frame) return null;
        const { clientWidth: width, clientHeight: height } = this.#stage;
        return imageToCanvas(frame, { width, height }, this.#state);
    }

    /**
     * Shows a series.
     * @param {SeriesDisplay} display
     * @param {Study} study
     * @param {number} [index] of the image to begin with
     */
    open(display, study, index = 0) {
        this.close();
        this.#display = display;
        this.#study = study;
        this.#windows = new SeriesWindows(display);
        this.#film.rate = display.frameRate ?? rates.usual;
        const before = this.#state;
        this.#state = { ...openedState(before), index };
        this.#loader = new FrameLoader(
            { study: study.uid, series: display.series.uid, frames: display.frames },
            this.#around.cache,
            this.#around.pool,
            (arrived) => {
                if (arrived === this.#state.index) this.#draw();
            },
        );
        this.#loader.share = this.#share;
        if (display.frames.length === 0) {
            this.#cover.say(
                "image",
                `This series holds no images (${display.series.modality}). It is stored, and comes along in an export.`,
            );
            this.#screen.clear();
        }
        this.#loader.want(index);
        this.#around.changed(this, before);
        this.redraw();
    }

    /** Stops loading and playing, and forgets the series. */
    close() {
        this.#pointing.cancel();
        this.#loader?.close();
        this.#loader = null;
        this.#display = null;
        this.#study = null;
        this.#windows = null;
        this.#state = { ...this.#state, playing: false };
        delete this.dataset["shown"];
        this.#film.play(false);
        this.#cover.clear();
        fill(this.guides);
    }

    /**
     * Says something in place of the image.
     * @param {string} text
     * @param {string} [symbol]
     * @param {...(Node | string)} more such as a button
     */
    fail(text, symbol = "alert", ...more) {
        this.close();
        this.#screen.clear();
        this.#overlay.element.hidden = true;
        this.#slices.show({ index: 0, count: 0, playing: false, rate: this.#film.rate });
        this.#cover.say(symbol, text, ...more);
        this.#around.changed(this, this.#state);
    }

    /** Lets go of what the pointer holds. @returns {boolean} whether it held anything */
    cancel() {
        return this.#pointing.cancel();
    }

    /**
     * @param {Action} action
     * @returns {boolean} whether it is one that a viewport can do
     */
    act(action) {
        const state = stateAfter(this.#state, action, this.count);
        if (state) {
            this.replace(state);
            return true;
        }
        const drag = windowDrags[action];
        if (drag) {
            this.#dragWindow(...drag);
            return true;
        }
        if (action.startsWith("preset:")) {
            this.preset(action.slice("preset:".length));
            return true;
        }
        if (action !== "probe") return false;
        this.#pointer = { x: this.#stage.clientWidth / 2, y: this.#stage.clientHeight / 2 };
        this.#showProbe();
        announce(this.#overlay.probe.textContent || "No value here");
        return true;
    }

    /** A window by its digit. @param {string} key */
    preset(key) {
        const { index } = this.#state;
        const chosen = this.#windows?.behind(key, index, this.#loader?.get(index));
        if (chosen) this.change(chosen);
    }

    /** The windows of the file for the frame looked at. */
    get fileWindows() {
        return this.#windows?.ofFile(this.#state.index) ?? [];
    }

    /** @param {number} index among the file's windows */
    useFileWindow(index) {
        const window = this.fileWindows[index];
        if (window) this.change({ window, windowName: `file:${index}` });
    }

    /** @param {Partial<ViewerState>} changes */
    change(changes) {
        this.replace({ ...this.#state, ...changes });
    }

    /** @param {ViewerState} state */
    replace(state) {
        const before = this.#state;
        this.#state = state;
        if (state.index !== before.index) this.#loader?.want(state.index);
        if (state.playing !== before.playing) this.#film.play(state.playing);
        this.#around.changed(this, before);
        this.redraw();
    }

    redraw() {
        if (this.#scheduled || !this.isConnected) return;
        this.#scheduled = requestAnimationFrame(() => {
            this.#scheduled = 0;
            this.#draw();
        });
    }

    /** @param {number} x @param {number} y @returns {Point} */
    #point(x, y) {
        const toCanvas = this.toCanvas();
        return { x, y, image: toCanvas ? apply(inverse(toCanvas), x, y) : [NaN, NaN] };
    }

    /** @param {Point} point @param {PointerEvent} event @returns {ToolHandler | null} */
    #take(point, event) {
        if (!this.shown) return null;
        for (const handler of [this.hit?.(point), this.tools.get(this.#state.tool)]) {
            if (handler?.down(point, event)) return handler;
        }
        return null;
    }

    /** @param {Point} point @param {PointerEvent} event */
    #hover(point, event) {
        this.#pointer = point;
        this.#showProbe();
        if (event.buttons === 0) {
            const handler = this.hit?.(point) ?? this.tools.get(this.#state.tool);
            this.#stage.style.cursor = handler?.cursor ?? "";
        }
        this.#around.hovered(this, point, event);
    }

    /** @param {number} dx @param {number} dy */
    #dragWindow(dx, dy) {
        const window = this.window;
        if (window) this.change({ window: draggedWindow(window, dx, dy), windowName: "" });
    }

    /** @param {number} factor @param {number} x @param {number} y */
    #zoomAt(factor, x, y) {
        const { clientWidth, clientHeight } = this.#stage;
        this.replace(zoomed(this.#state, factor, x - clientWidth / 2, y - clientHeight / 2));
    }

    /** @param {number} steps */
    #scroll(steps) {
        this.replace({ ...scrolled(this.#state, steps, this.count), playing: false });
    }

    #next() {
        // A frame that is still on its way holds the film rather than being skipped.
        if (!this.#loader?.get(this.#state.index)) return;
        this.change({ index: (this.#state.index + 1) % Math.max(1, this.count) });
    }

    #draw() {
        const display = this.#display;
        const study = this.#study;
        const state = this.#state;
        const frame = display?.frames[state.index];
        this.#slices.show({ index: state.index, count: this.count, playing: state.playing, rate: this.#film.rate });
        // Without a size while another viewport is maximised.
        if (!display || !study || !frame || !this.isConnected || this.#stage.clientWidth === 0) return;
        const loaded = this.#loader?.get(state.index);
        if (!loaded) return this.#showWaiting(state.index);
        try {
            const window = this.window;
            const shape = /** @type {const} */ ("LINEAR");
            const picture = { frame, loaded, window: window ?? { center: 0, width: 1, function: shape } };
            const canvas = this.#screen.draw(this.#stage, picture, state);
            this.#overlay.show({ display, study, frame, state, window, canvas });
            this.#cover.clear();
            this.dataset["shown"] = String(state.index);
            this.#showProbe();
            this.dispatchEvent(new Event("shown", { bubbles: true }));
        } catch (error) {
            this.#cover.say("alert", drawingTrouble(error));
        }
    }

    /** @param {number} index */
    #showWaiting(index) {
        const failure = this.#loader?.failure(index);
        if (failure) {
            const text = `This image can't be shown. ${failure.message}`;
            return this.#cover.failed(text, () => this.#loader?.retry(index));
        }
        this.#cover.wait(() => {
            const { index } = this.#state;
            return this.#loader && !this.#loader.get(index) ? `Loading image ${index + 1}…` : "";
        });
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

customElements.define("tarn-viewport", TarnViewport);
