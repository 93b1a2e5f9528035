import { h } from "../core/dom.js";
import { ByteCache } from "./codec/cache.js";
import { DecoderPool } from "./codec/pool.js";
import { Extensions } from "./extensions.js";
import { openShortcuts } from "./sheet.js";
import { Toolbar } from "./toolbar.js";
import { bindings } from "./tools/keymap.js";
import { Keys } from "./tools/keys.js";
import { TarnViewport } from "./viewport.js";

/** @import { SeriesDisplay, Study } from "../types.d.ts" */
/** @import { LoadedFrame } from "./codec/loader.js" */
/** @import { Extension } from "./extensions.js" */
/** @import { ViewerState } from "./state.js" */
/** @import { Action } from "./tools/keymap.js" */
/** @import { Surroundings } from "./viewport.js" */

/** Decoded frames kept in memory, over all series and viewports. */
const cacheBudget = 400 * 1024 * 1024;

const baseTools = ["window", "pan", "zoom", "scroll"];

/**
 * The image viewer: tools, keys, and one or two viewports. Give it a series with `open`; it tells the page by events:
 * `seriesstep` (detail 1 or −1, for the active viewport), `paneltoggle`, and `viewportchange` when another viewport is
 * active or shows another series. `data-shown` holds the index of the frame in the active viewport.
 */
export class TarnViewer extends HTMLElement {
    #listening = new AbortController();
    #pool = new DecoderPool(2);
    /** @type {ByteCache<LoadedFrame>} */
    #cache = new ByteCache(cacheBudget, (loaded) => loaded.kind === "picture" && loaded.bitmap.close());
    #extensions = new Extensions();
    #keys = new Keys(bindings, globalThis.localStorage);
    /** @type {Surroundings} */
    #surroundings = {
        pool: this.#pool,
        cache: this.#cache,
        changed: (viewport, before) => this.#changed(viewport, before),
        touched: (viewport) => this.activate(viewport),
        hovered: () => {},
        left: () => {},
        menu: () => {},
        maximise: () => {},
    };
    #first = new TarnViewport(this.#surroundings);
    #active = this.#first;
    #viewports = [this.#first];
    #grid = h("div", { class: "viewports" }, this.#first);
    #toolbar = new Toolbar({
        act: (action) => this.act(action),
        preset: (key) => this.#active.preset(key),
        fileWindow: (index) => this.#active.useFileWindow(index),
        setWindow: (center, width) => {
            const base = this.#active.window ?? { function: "LINEAR" };
            this.#active.change({ window: { function: base.function, center, width }, windowName: "" });
        },
    }, this.#keys);
    #offered = "";

    constructor() {
        super();
        this.addEventListener("shown", () => this.#showActive());
    }

    connectedCallback() {
        if (this.childElementCount === 0) this.append(this.#toolbar.element, this.#grid);
        this.#listening = new AbortController();
        addEventListener("keydown", (event) => this.#key(event), { signal: this.#listening.signal });
    }

    disconnectedCallback() {
        this.#listening.abort();
        delete this.dataset["shown"];
    }

    /** Prepares what takes time, before anything is to be shown. */
    warm() {
        this.#first.warm();
    }

    /** Those on the screen, from the left. */
    get viewports() {
        return [...this.#viewports];
    }

    /** The one that keys and buttons are for. */
    get active() {
        return this.#active;
    }

    /** @param {TarnViewport} viewport */
    activate(viewport) {
        if (viewport === this.#active) return;
        this.#active = viewport;
        this.#showActive();
        this.dispatchEvent(new Event("viewportchange"));
    }

    /**
     * Shows a series from its first image.
     * @param {SeriesDisplay} display
     * @param {Study} study
     * @param {TarnViewport} [viewport]
     */
    open(display, study, viewport = this.#active) {
        delete this.dataset["shown"];
        viewport.open(display, study);
        this.dispatchEvent(new Event("viewportchange"));
    }

    /**
     * Says something in place of the image.
     * @param {string} text
     * @param {TarnViewport} [viewport]
     */
    fail(text, viewport = this.#active) {
        delete this.dataset["shown"];
        viewport.fail(text);
    }

    /**
     * Goes to an image of the series that a viewport shows.
     * @param {TarnViewport} viewport
     * @param {string} instance SOP Instance UID
     * @param {number} frame from 1
     * @returns {boolean} whether the series holds it
     */
    show(viewport, instance, frame) {
        const index = viewport.display?.frames.findIndex((one) => one.instance === instance && one.frame === frame);
        if (index === undefined || index < 0) return false;
        viewport.change({ index, playing: false });
        return true;
    }

    /**
     * Adds actions and tools, with keys and buttons.
     * @param {Extension} extension
     * @returns {() => void} takes them away again
     */
    extend(extension) {
        this.#extensions.add(extension);
        for (const binding of this.#extensions.bindings) this.#keys.add(binding);
        for (const { name, handler } of extension.tools ?? []) {
            for (const viewport of this.#viewports) viewport.tools.set(name, handler(viewport));
        }
        this.#toolbar.extend(this.#extensions);
        this.update();
        return () => {
            this.#extensions.remove(extension);
            for (const { name } of extension.tools ?? []) {
                for (const viewport of this.#viewports) {
                    viewport.tools.delete(name);
                    if (viewport.state.tool === name) viewport.change({ tool: "window" });
                }
            }
            this.#toolbar.extend(this.#extensions);
            this.update();
        };
    }

    /** Shows anew how the added buttons stand. */
    update() {
        this.#toolbar.showExtras(this.#extensions);
        this.#showActive();
    }

    /**
     * Does what a key or a button means, in the active viewport.
     * @param {Action} action
     */
    act(action) {
        for (const extra of this.#extensions.actions) {
            if (extra.name === action && extra.run(this.#active) === true) return;
        }
        if (this.#extensions.tools.some(({ name }) => name === action)) return this.#active.change({ tool: action });
        switch (action) {
            case "cancel":
                return void this.#active.cancel();
            case "shortcuts":
                return openShortcuts(this.#keys, (name) => this.#extensions.has(name));
            case "panel":
                return this.dispatchEvent(new Event("paneltoggle"));
            case "nextSeries":
                return this.dispatchEvent(new CustomEvent("seriesstep", { detail: 1 }));
            case "previousSeries":
                return this.dispatchEvent(new CustomEvent("seriesstep", { detail: -1 }));
            default:
                this.#active.act(action);
        }
    }

    /** @param {TarnViewport} viewport @param {ViewerState} before */
    #changed(viewport, before) {
        const { tool, overlay, smooth } = viewport.state;
        if (tool !== before.tool || overlay !== before.overlay || smooth !== before.smooth) {
            // These are one setting for all.
            for (const other of this.#viewports) {
                const { state } = other;
                if (state.tool === tool && state.overlay === overlay && state.smooth === smooth) continue;
                other.change({ tool, overlay, smooth });
            }
        }
        if (viewport === this.#active) this.#showActive();
    }

    #showActive() {
        const { display, state, window, fileWindows } = this.#active;
        const shown = this.#active.dataset["shown"];
        if (shown === undefined) delete this.dataset["shown"];
        else this.dataset["shown"] = shown;
        const offered = `${display?.series.uid} ${fileWindows.map(({ explanation }) => explanation).join("|")}`;
        if (offered !== this.#offered) {
            this.#offered = offered;
            this.#toolbar.offer(display?.series.modality ?? "", fileWindows);
        }
        this.#toolbar.show(state, window, this.#extensions.tools.map(({ name }) => name));
        for (const viewport of this.#viewports) {
            viewport.toggleAttribute("data-active", viewport === this.#active && this.#viewports.length > 1);
        }
        this.dataset["tool"] = baseTools.includes(state.tool) ? state.tool : "added";
    }

    /** @param {KeyboardEvent} event */
    #key(event) {
        const target = event.target instanceof Element ? event.target : null;
        if (event.defaultPrevented || document.querySelector("dialog[open]")) return;
        if (target?.closest("input, select, textarea, [contenteditable]")) return;
        if (target?.closest("button, a, summary") && ["Enter", " "].includes(event.key)) return;
        const action = this.#keys.actionOf(event);
        if (!action) return;
        event.preventDefault();
        this.act(action);
    }
}

customElements.define("tarn-viewer", TarnViewer);
