import { announce, h } from "../core/dom.js";
import { toast } from "../ui/notice.js";
import { ByteCache } from "./codec/cache.js";
import { DecoderPool } from "./codec/pool.js";
import { Extensions } from "./extensions.js";
import { counterpart } from "./geometry/follow.js";
import { Guides } from "./guides.js";
import { Links } from "./links.js";
import { openMenu } from "./menu.js";
import { menuItems } from "./menu-items.js";
import { openShortcuts } from "./sheet.js";
import { Toolbar } from "./toolbar.js";
import { bindings } from "./tools/keymap.js";
import { Keys } from "./tools/keys.js";
import { TarnViewport } from "./viewport.js";

/** @import { SeriesDisplay, Study } from "../types.d.ts" */
/** @import { LoadedFrame } from "./codec/loader.js" */
/** @import { Extension } from "./extensions.js" */
/** @import { LinkKind } from "./links.js" */
/** @import { ViewerState } from "./state.js" */
/** @import { Action } from "./tools/keymap.js" */
/** @import { Surroundings } from "./surroundings.d.ts" */

/** Decoded frames kept in memory, over all series and viewports. */
const cacheBudget = 400 * 1024 * 1024;

/** @type {Record<Action, LinkKind | undefined>} */
const linkActions = { linkScroll: "scroll", linkView: "view", linkWindow: "window" };

/**
 * The image viewer: tools, keys, and one or two viewports. Give it a series with `open`; it tells the page by events:
 * `seriesstep` (detail 1 or −1, for the active viewport), `paneltoggle`, `seriesdrop` (detail: viewport, study, series)
 * and `viewportchange` when there are other viewports, another is active or one shows another series. `data-shown`
 * holds the index of the frame in the active viewport.
 */
export class TarnViewer extends HTMLElement {
    #listening = new AbortController();
    #pool = new DecoderPool(2);
    /** @type {ByteCache<LoadedFrame>} */
    #cache = new ByteCache(cacheBudget, (loaded) => loaded.kind === "picture" && loaded.bitmap.close());
    #extensions = new Extensions();
    #keys = new Keys(bindings, globalThis.localStorage);
    #links = new Links(() => this.#viewports);
    #guides = new Guides(() => this.#viewports, this.#links);
    /** @type {Surroundings} */
    #surroundings = {
        pool: this.#pool,
        cache: this.#cache,
        changed: (viewport, before) => this.#changed(viewport, before),
        touched: (viewport) => this.activate(viewport),
        hovered: (viewport, point, event) => {
            if (event.shiftKey && event.buttons === 0) this.#guides.point(viewport, point);
            else this.#guides.leave();
        },
        left: () => this.#guides.leave(),
        menu: (viewport, point) => this.#openMenu(viewport, point),
        maximise: (viewport) => {
            this.activate(viewport);
            this.act("maximise");
        },
        close: (viewport) => this.closeViewport(viewport),
        dropped: (viewport, detail) =>
            this.dispatchEvent(new CustomEvent("seriesdrop", { detail: { viewport, ...detail } })),
    };
    #first = new TarnViewport(this.#surroundings);
    /** Kept when it is closed: each has a graphics context, of which a page can have few. @type {TarnViewport | null} */
    #spare = null;
    #active = this.#first;
    #viewports = [this.#first];
    #isMaximised = false;
    #closeMenu = () => {};
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
        this.addEventListener("shown", () => {
            this.#guides.draw();
            this.#showActive();
        });
    }

    connectedCallback() {
        if (this.childElementCount === 0) this.append(this.#toolbar.element, this.#grid);
        this.#listening = new AbortController();
        addEventListener("keydown", (event) => this.#key(event), { signal: this.#listening.signal });
    }

    disconnectedCallback() {
        this.#listening.abort();
        this.#closeMenu();
        this.one(this.#first);
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
        this.#rearrange();
    }

    /**
     * Shows a series: from its first image, or beside another one from the image that goes with it.
     * @param {SeriesDisplay} display
     * @param {Study} study
     * @param {TarnViewport} [viewport]
     */
    open(display, study, viewport = this.#active) {
        delete this.dataset["shown"];
        const other = this.#viewports.find((one) => one !== viewport);
        const beside = other?.display?.frames.length ? { display: other.display, index: other.state.index } : null;
        this.#links.alone(() => viewport.open(display, study, beside ? counterpart(beside, display) : 0));
        this.#links.begin();
        this.#showActive();
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

    /** Makes room for a second image beside the first, and gives that viewport. */
    two() {
        const present = this.#viewports[1];
        if (present) return present;
        const added = this.#spare ??= new TarnViewport(this.#surroundings);
        const { tool, overlay, smooth } = this.#active.state;
        for (const { name, handler } of this.#extensions.tools) {
            if (!added.tools.has(name)) added.tools.set(name, handler(added));
        }
        this.#viewports = [this.#first, added];
        this.#grid.append(added);
        added.change({ tool, overlay, smooth });
        added.fail("Choose a series on the left, or drag one here.", "image");
        this.#active = added;
        this.#rearrange();
        return added;
    }

    /** Only one viewport again. @param {TarnViewport} kept */
    one(kept) {
        if (this.#viewports.length === 1) return;
        for (const viewport of this.#viewports.filter((one) => one !== kept)) {
            viewport.remove();
            if (viewport !== this.#first) this.#spare = viewport;
        }
        // The first of the two may be the one that is closed: then the other takes its place for good.
        if (kept !== this.#first) [this.#spare, this.#first] = [this.#first, kept];
        this.#viewports = [kept];
        this.#active = kept;
        this.#isMaximised = false;
        this.#rearrange();
    }

    /** @param {TarnViewport} viewport */
    closeViewport(viewport) {
        const kept = this.#viewports.find((one) => one !== viewport);
        if (kept) this.one(kept);
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
                for (const viewport of [this.#first, this.#spare ?? this.#first, ...this.#viewports]) {
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
        if (this.#arrange(action)) return;
        switch (action) {
            case "cancel":
                if (!this.#active.cancel() && this.#isMaximised) this.act("maximise");
                return;
            case "menu": {
                const { clientWidth, clientHeight } = this.#active.stage;
                return this.#openMenu(this.#active, { x: clientWidth / 2, y: clientHeight / 3 });
            }
            case "shortcuts":
                return openShortcuts(this.#keys, (name) => this.#extensions.has(name));
            case "panel":
                return void this.dispatchEvent(new Event("paneltoggle"));
            case "nextSeries":
                return void this.dispatchEvent(new CustomEvent("seriesstep", { detail: 1 }));
            case "previousSeries":
                return void this.dispatchEvent(new CustomEvent("seriesstep", { detail: -1 }));
            default:
                this.#active.act(action);
        }
    }

    /** What has to do with two viewports. @param {Action} action @returns {boolean} whether it was one of these */
    #arrange(action) {
        const [left, right] = this.#viewports;
        const kind = linkActions[action];
        if (action === "two") {
            if (right) this.one(this.#active);
            else this.two();
        } else if (action === "nextViewport" || action === "previousViewport") {
            const viewport = action === "nextViewport" ? right : left;
            if (viewport && right) this.activate(viewport);
        } else if (action === "maximise") {
            this.#isMaximised = !this.#isMaximised && right !== undefined;
            this.#rearrange();
        } else if (kind || action === "references") {
            if (!right) toast("This is for two images: open a second one first (T).", "info");
            else if (kind) this.#toggleLink(kind);
            else this.#toggleLines();
        } else {
            return false;
        }
        return true;
    }

    /** @param {LinkKind} kind */
    #toggleLink(kind) {
        this.#links.toggle(kind, this.#active);
        this.#showActive();
        announce(this.#links.text(kind));
    }

    #toggleLines() {
        this.#guides.lines = !this.#guides.lines;
        this.#guides.draw();
        this.#showActive();
        announce(this.#guides.text);
    }

    /** After viewports have come, gone or changed places. */
    #rearrange() {
        const many = this.#viewports.length > 1;
        this.#grid.toggleAttribute("data-many", many);
        this.#grid.toggleAttribute("data-maximised", many && this.#isMaximised);
        for (const viewport of this.#viewports) {
            viewport.share = 1 / this.#viewports.length;
            viewport.toggleAttribute("data-active", many && viewport === this.#active);
        }
        this.#guides.draw();
        this.#showActive();
        this.dispatchEvent(new Event("viewportchange"));
    }

    /** @param {TarnViewport} viewport @param {{ x: number, y: number }} point on its stage */
    #openMenu(viewport, point) {
        const box = viewport.stage.getBoundingClientRect();
        this.#closeMenu();
        const items = menuItems({
            viewport,
            keys: this.#keys,
            extensions: this.#extensions,
            isMany: this.#viewports.length > 1,
            isMaximised: this.#isMaximised,
            act: (action) => this.act(action),
        });
        this.#closeMenu = openMenu({ x: box.left + point.x, y: box.top + point.y }, items, "Image", this);
    }

    /** @param {TarnViewport} viewport @param {ViewerState} before */
    #changed(viewport, before) {
        const { tool, overlay, smooth } = viewport.state;
        if (tool !== before.tool || overlay !== before.overlay || smooth !== before.smooth) {
            // These are one setting for all.
            for (const other of this.#viewports) {
                const { state } = other;
                if (state.tool === tool && state.overlay === overlay && state.smooth === smooth) continue;
                this.#links.alone(() => other.change({ tool, overlay, smooth }));
            }
        }
        this.#links.follow(viewport, before);
        if (viewport === this.#active) this.#showActive();
    }

    #showActive() {
        const { display, state, window, fileWindows } = this.#active;
        const shown = this.#active.dataset["shown"];
        if (shown === undefined) delete this.dataset["shown"];
        else if (this.dataset["shown"] !== shown) this.dataset["shown"] = shown;
        const offered = `${display?.series.uid} ${fileWindows.map(({ explanation }) => explanation).join("|")}`;
        if (offered !== this.#offered) {
            this.#offered = offered;
            this.#toolbar.offer(display?.series.modality ?? "", fileWindows);
        }
        this.#toolbar.show(state, window, this.#extensions.tools.map(({ name }) => name));
        const many = this.#viewports.length > 1;
        this.#toolbar.showLinks(many, [
            ["linkScroll", this.#links.on.scroll, this.#links.text("scroll")],
            ["linkView", this.#links.on.view, this.#links.text("view")],
            ["linkWindow", this.#links.on.window, this.#links.text("window")],
            ["references", this.#guides.lines, this.#guides.text],
        ]);
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
