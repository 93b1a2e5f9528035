import { api } from "../core/api.js";
import { announce, h } from "../core/dom.js";
import { permitted } from "../core/session.js";
import { openDialog } from "../ui/dialog.js";
import { toast } from "../ui/notice.js";
import { labelAPI } from "./api.js";
import { actionsOf, toolsOf } from "./keys.js";
import { AnnotationLayer } from "./layer.js";
import { labelKeys, swatch } from "./label-look.js";
import { AnnotationStore } from "./store.js";
import { LabelSync } from "./sync.js";
import { holdOf } from "./tools.js";

/** @import { SeriesDisplay, StudyDetail } from "../types.d.ts" */
/** @import { TarnViewer } from "../viewer/viewer.js" */
/** @import { TarnViewport } from "../viewer/viewport.js" */
/** @import { Annotation, Label } from "./types.d.ts" */

/** Where an image is found. @typedef {{ display: SeriesDisplay, index: number, series: number }} ImagePlace */

/**
 * Brings together what a study's annotations need: viewer, stores, layers, tools, label set. One for each opened
 * study; aborting `signal` takes everything away again. Dispatches `places` when more images are known.
 */
export class AnnotationDesk extends EventTarget {
    /** @type {Map<string, AnnotationStore>} */
    #stores = new Map();
    /** @type {Map<TarnViewport, AnnotationLayer>} */
    #layers = new Map();
    /** @type {Map<string, ImagePlace>} */
    #places = new Map();
    /** @type {Set<string>} */
    #asked = new Set();
    #setOfOthers = "";
    /** What is gone to as soon as its series is there. @type {{ viewport: TarnViewport, annotation: Annotation } | null} */
    #wanted = null;

    /**
     * @param {Pick<StudyDetail, "uid" | "project" | "series">} study
     * @param {TarnViewer} viewer
     * @param {AbortSignal} signal
     */
    constructor(study, viewer, signal) {
        super();
        this.study = study;
        this.viewer = viewer;
        this.signal = signal;
        this.mayAnnotate = permitted("annotate", study.project);
        this.store = this.storeOf(study.uid);
        this.sync = new LabelSync(this.store, labelAPI, { storage: sessionStorage });
        const withdraw = viewer.extend({ actions: actionsOf(this), tools: toolsOf(this) });
        viewer.addEventListener("viewportchange", () => this.#attach(), { signal });
        viewer.addEventListener("shown", (event) => this.#drawn(event), { signal });
        this.sync.addEventListener("state", () => this.#follow(), { signal });
        addEventListener("beforeunload", (event) => {
            // Drafts keep themselves; only where that does not work the browser is to ask.
            if (this.sync.state === "trouble" && this.sync.isDirty) event.preventDefault();
        }, { signal });
        addEventListener("pagehide", () => this.sync.leave(), { signal });
        document.addEventListener("visibilitychange", () => document.hidden && this.sync.keepNow(), { signal });
        signal.addEventListener("abort", () => {
            withdraw();
            this.sync.retire();
            for (const layer of this.#layers.values()) this.#detach(layer);
        });
        this.#attach();
    }

    /** @param {string} study */
    storeOf(study) {
        let store = this.#stores.get(study);
        if (!store) {
            store = new AnnotationStore(study);
            this.#stores.set(study, store);
            if (this.store) this.#otherStudy(store);
            store.addEventListener("view", () => this.#redraw());
            store.addEventListener("preview", () => this.#redrawLayers());
            if (this.#setOfOthers) this.#lookAt(store, this.#setOfOthers);
        }
        return store;
    }

    /** Of a study beside this one: measured on, but kept nowhere. @param {AnnotationStore} store */
    #otherStudy(store) {
        store.labels = this.store.labels;
        let told = false;
        store.addEventListener("edit", () => {
            if (told || !store.list.some(({ id }) => store.mayChange(id))) return;
            told = true;
            toast("This is another study: what you draw on it stays on this screen. Open it to keep labels.", "info");
        });
    }

    /** The store of what a viewport shows. @param {TarnViewport} viewport */
    storeAt(viewport) {
        const { study } = viewport;
        return study ? this.storeOf(study.uid) : null;
    }

    /** @param {TarnViewport} viewport */
    layerOf(viewport) {
        let layer = this.#layers.get(viewport);
        if (!layer) {
            layer = new AnnotationLayer(viewport, (study) => this.storeOf(study));
            this.#layers.set(viewport, layer);
        }
        return layer;
    }

    #attach() {
        for (const viewport of this.viewer.viewports) {
            const layer = this.layerOf(viewport);
            if (viewport.hit) continue;
            viewport.hit = (point) => holdOf(layer, point);
            viewport.stage.addEventListener("pointerdown", (event) => this.#pressed(layer, event), {
                signal: this.signal,
            });
        }
        const wanted = this.#wanted;
        if (wanted && this.viewer.show(wanted.viewport, wanted.annotation.instance, wanted.annotation.frame)) {
            this.#wanted = null;
        }
        this.#learn();
        this.#redraw();
    }

    /** A press beside everything lets go of what was selected. @param {AnnotationLayer} layer @param {PointerEvent} event */
    #pressed(layer, event) {
        const { store, viewport } = layer;
        if (!store?.selected || event.button !== 0) return;
        const box = viewport.stage.getBoundingClientRect();
        const at = { x: event.clientX - box.left, y: event.clientY - box.top };
        if (!store.preview && !layer.at(at)) store.select(null);
    }

    /** @param {AnnotationLayer} layer */
    #detach(layer) {
        layer.clear();
        layer.viewport.hit = null;
    }

    #redraw() {
        this.#redrawLayers();
        this.viewer.update();
    }

    #redrawLayers() {
        for (const layer of this.#layers.values()) layer.later();
    }

    /** Together with the picture, so that nothing trails behind it. @param {Event} event */
    #drawn(event) {
        for (const [viewport, layer] of this.#layers) if (viewport === event.target) layer.draw();
    }

    /** Remembers where the images of the series on the screen are. */
    #learn() {
        for (const { display } of this.viewer.viewports) if (display) this.#know(display);
    }

    /** @param {SeriesDisplay} display */
    #know(display) {
        if (this.#asked.has(`known ${display.series.uid}`)) return;
        this.#asked.add(`known ${display.series.uid}`);
        const series = this.study.series.findIndex(({ uid }) => uid === display.series.uid);
        if (series < 0) return;
        for (const [index, frame] of display.frames.entries()) {
            this.#places.set(`${frame.instance}/${frame.frame}`, { display, index, series });
        }
        this.dispatchEvent(new Event("places"));
    }

    /** Where an annotation's image is; null as long as its series is not known. @param {Annotation} annotation */
    placeOf({ instance, frame }) {
        return this.#places.get(`${instance}/${frame}`) ?? null;
    }

    /** Finds the images of all annotations, one series after the other. */
    async find() {
        for (const { uid } of this.study.series) {
            if (this.signal.aborted || this.store.list.every((one) => this.placeOf(one))) return;
            if (this.#asked.has(`known ${uid}`) || this.#asked.has(uid)) continue;
            this.#asked.add(uid);
            try {
                this.#know(await api.get(`series/${encodeURIComponent(uid)}/display`, this.signal));
            } catch {
                this.#asked.delete(uid);
                return;
            }
        }
    }

    /**
     * Shows the image of an annotation and selects it.
     * @param {Annotation} annotation
     * @param {boolean} [steered] whether the arrow keys are to move it
     */
    goTo(annotation, steered = false) {
        const place = this.placeOf(annotation);
        const { viewer, study } = this;
        const viewport = viewer.active.study?.uid === study.uid
            ? viewer.active
            : viewer.viewports.find((one) => one.study?.uid === study.uid) ?? viewer.active;
        viewer.activate(viewport);
        this.#wanted = null;
        if (!viewer.show(viewport, annotation.instance, annotation.frame) && place) {
            this.#wanted = { viewport, annotation };
            // The page knows its list of series and opens one as if it had been dropped here.
            const detail = { viewport, study: study.uid, series: place.display.series.uid };
            viewer.dispatchEvent(new CustomEvent("seriesdrop", { detail }));
        }
        if (this.store.hidden) this.store.hidden = false;
        this.store.select(annotation.id);
        if (!steered || annotation.points.length === 0 || !this.store.mayChange(annotation.id)) return;
        this.store.steered = true;
        viewport.stage.focus();
        announce("Arrow keys move it. Escape ends that.");
    }

    /** @param {Label[]} labels of the project */
    useLabels(labels) {
        for (const store of this.#stores.values()) store.labels = labels;
    }

    /** Beside this study, its priors show what the same label set says of them. */
    #follow() {
        const set = this.sync.set?.id ?? "";
        if (set === this.#setOfOthers) return;
        this.#setOfOthers = set;
        for (const store of this.#stores.values()) if (store !== this.store) this.#lookAt(store, set);
    }

    /** @param {AnnotationStore} store @param {string} set */
    async #lookAt(store, set) {
        const own = store.list.filter(({ id }) => store.mayChange(id));
        /** @type {readonly Annotation[]} */
        let theirs = [];
        try {
            if (set) theirs = (await labelAPI.study(set, store.study)).labels.annotations;
        } catch {
            // A prior in another project is not in this label set.
        }
        if (this.#setOfOthers === set) store.reset([...theirs, ...own], theirs);
    }

    /** Asks for a label: for what is selected, else for what comes next. */
    chooseLabel() {
        const offered = this.store.labels.filter(({ retired }) => !retired);
        if (offered.length === 0) return;
        const { selected } = this.store;
        const target = selected && this.store.mayChange(selected.id) ? selected : null;
        /** @param {string} label */
        const choose = (label) => {
            dialog.close();
            this.setLabel(label);
        };
        const buttons = offered.map(({ name, color }, index) => {
            const button = h("button", { class: "ann-choice", type: "button" }, [
                swatch(color),
                h("span", null, name),
                labelKeys[index] ? h("kbd", null, labelKeys[index].toUpperCase()) : null,
            ]);
            button.addEventListener("click", () => choose(name));
            return button;
        });
        const title = target ? "Label of the chosen annotation" : "Label for new annotations";
        const dialog = openDialog(title, h("div", { class: "ann-choices" }, buttons));
        dialog.addEventListener("keydown", (event) => {
            const label = offered[labelKeys.indexOf(event.key.toLowerCase())];
            if (!label || event.key.length !== 1 || event.ctrlKey || event.metaKey || event.altKey) return;
            event.preventDefault();
            choose(label.name);
        });
        buttons.find((_, index) => offered[index]?.name === (target?.label ?? this.store.label))?.focus();
    }

    /** @param {string} label for what is selected, and for what comes next */
    setLabel(label) {
        const { selected } = this.store;
        if (selected && this.store.mayChange(selected.id)) this.store.change(selected.id, { label });
        if (label) this.store.label = label;
    }
}
