import { fill } from "../core/dom.js";
import { anchorOf, badgeOf, boxBeside, shapeOf, shapesOf, textBoxOf, textSize } from "./drawing.js";
import { hit } from "./geometry.js";
import { lines, measure, typeName } from "./measure.js";

/** @import { DisplayFrame } from "../types.d.ts" */
/** @import { Shown, TarnViewport } from "../viewer/viewport.js" */
/** @import { Affine } from "../viewer/geometry/view.js" */
/** @import { Box } from "./drawing.js" */
/** @import { AnnotationStore } from "./store.js" */
/** @import { Annotation, Measured, Point } from "./types.d.ts" */

/** With more on one image, text would hide it: then only what is selected has its text. */
const mostTexts = 40;

/** With more on one image, those of one colour are drawn as one. */
const mostSingle = 100;

/** Places of the text boxes that were dragged, in CSS pixels from where they would stand. @type {Map<string, Point>} */
const strayed = new Map();

/**
 * What is known of an annotation on the frame that is shown: from its stored values, else what the server said.
 * @param {Annotation} annotation
 * @param {Shown} shown
 * @returns {Measured}
 */
export function measuredOn(annotation, { frame, display, stored }) {
    const measured = measure(annotation, frame, display.series.modality, stored);
    const known = annotation.measured;
    if (!known) return measured;
    // The server has read all of the file: what its values are called, it knows better.
    return stored ? { ...measured, valueUnit: known.valueUnit ?? measured.valueUnit } : { ...known, ...measured };
}

/**
 * @param {Annotation[]} drawn
 * @param {AnnotationStore} store
 * @param {string | undefined} chosen
 * @param {Affine} toCanvas
 * @param {(one: Annotation) => { color: string, selected: boolean, movable: boolean }} look
 */
function together(drawn, store, chosen, toCanvas, look) {
    /** @type {Map<string, Annotation[]>} */
    const byColor = new Map();
    for (const one of drawn) {
        if (one.id === chosen) continue;
        const color = store.colorOf(one.label);
        const all = byColor.get(color);
        if (all) all.push(one);
        else byColor.set(color, [one]);
    }
    return [
        ...[...byColor].map(([color, all]) => shapesOf(all, toCanvas, color)),
        ...drawn.filter(({ id }) => id === chosen).map((one) => shapeOf(one, toCanvas, look(one))),
    ];
}

/** The annotations that lie on one viewport's image. */
export class AnnotationLayer {
    /** @type {Map<string, Box>} */
    #texts = new Map();
    #scheduled = 0;
    #family = "";

    /**
     * @param {TarnViewport} viewport
     * @param {(study: string) => AnnotationStore} storeOf
     */
    constructor(viewport, storeOf) {
        this.viewport = viewport;
        this.storeOf = storeOf;
        viewport.layer.setAttribute("aria-hidden", "true");
    }

    /** The store of the study that is shown here. */
    get store() {
        const { shown } = this.viewport;
        return shown && this.storeOf(shown.study.uid);
    }

    /** Draws with the next picture. */
    later() {
        this.#scheduled ||= requestAnimationFrame(() => {
            this.#scheduled = 0;
            this.draw();
        });
    }

    clear() {
        cancelAnimationFrame(this.#scheduled);
        this.#scheduled = 0;
        this.#texts.clear();
        fill(this.viewport.layer);
    }

    draw() {
        const { shown } = this.viewport;
        const toCanvas = this.viewport.toCanvas();
        this.#texts.clear();
        if (!shown || !toCanvas) return void fill(this.viewport.layer);
        this.#family ||= getComputedStyle(this.viewport).fontFamily;
        const store = this.storeOf(shown.study.uid);
        const { instance, frame } = shown.frame;
        const ghosts = [];
        for (const ghost of store.ghost?.annotations ?? []) {
            if (ghost.instance !== instance || ghost.frame !== frame || ghost.type === "image") continue;
            ghosts.push(shapeOf(ghost, toCanvas, { color: store.colorOf(ghost.label), selected: false, ghost: true }));
        }
        const { shapes, texts } = store.hidden ? { shapes: [], texts: [] } : this.#present(store, shown, toCanvas);
        // An earlier version on top: where nothing was moved its dashes lie on the present line.
        fill(this.viewport.layer, [...shapes, ...ghosts, ...texts]);
    }

    /** @param {AnnotationStore} store @param {Shown} shown @param {Affine} toCanvas */
    #present(store, shown, toCanvas) {
        const list = store.on(shown.frame.instance, shown.frame.frame);
        const chosen = store.preview?.id ?? store.selected?.id;
        const drawn = list.filter(({ type }) => type !== "image");
        // What is selected comes last, on top.
        drawn.sort((one, other) => Number(one.id === chosen) - Number(other.id === chosen));
        const look = (/** @type {Annotation} */ one) => ({
            color: store.colorOf(one.label),
            selected: one.id === chosen,
            movable: store.mayChange(one.id),
        });
        const withText = drawn.length > mostTexts ? drawn.filter(({ id }) => id === chosen) : drawn;
        return {
            shapes: drawn.length > mostSingle
                ? together(drawn, store, chosen, toCanvas, look)
                : drawn.map((one) => shapeOf(one, toCanvas, look(one))),
            texts: [
                ...this.#badges(list.filter(({ type }) => type === "image"), store),
                ...withText.map((one) => this.#text(one, shown, toCanvas, look(one))),
            ].filter((part) => part !== null),
        };
    }

    /**
     * @param {Annotation} annotation
     * @param {Shown} shown
     * @param {Affine} toCanvas
     * @param {{ color: string, selected: boolean }} look
     */
    #text(annotation, shown, toCanvas, look) {
        const text = this.#lines(annotation, shown, shown.frame);
        if (text.length === 0) return null;
        const anchor = anchorOf(annotation, toCanvas);
        const size = textSize(text, this.#family);
        const place = strayed.get(annotation.id);
        const taken = place ? [] : [...this.#texts.values()];
        const { clientWidth: width, clientHeight: height } = this.viewport.stage;
        const box = boxBeside(anchor, size, place, { width, height }, taken);
        this.#texts.set(annotation.id, box);
        return textBoxOf(text, box, anchor, look);
    }

    /** @param {Annotation} annotation @param {Shown} shown @param {DisplayFrame} frame */
    #lines(annotation, shown, frame) {
        const values = lines(annotation, measuredOn(annotation, shown), frame);
        return annotation.label ? [annotation.label, ...values] : values;
    }

    /** @param {Annotation[]} images @param {AnnotationStore} store */
    #badges(images, store) {
        const middle = this.viewport.stage.clientWidth / 2;
        return images.map((one, index) => {
            const { element, box } = badgeOf(one.label || typeName("image"), middle, 34 + index * 30, {
                color: store.colorOf(one.label),
                selected: store.selected?.id === one.id,
                family: this.#family,
            });
            this.#texts.set(one.id, box);
            return element;
        });
    }

    /**
     * What lies under a place of the stage.
     * @param {{ x: number, y: number }} at
     * @param {number} [more] reach to add, for fingers
     * @returns {{ annotation: Annotation, handle: number | null, text: boolean } | null}
     */
    at({ x, y }, more = 0) {
        const { shown } = this.viewport;
        const toCanvas = this.viewport.toCanvas();
        const store = this.store;
        if (!shown || !toCanvas || !store || store.hidden) return null;
        const list = store.on(shown.frame.instance, shown.frame.frame);
        const shapes = list.filter(({ type }) => type !== "image");
        const shape = hit(shapes, [x, y], toCanvas, store.selected?.id ?? null, more);
        if (shape?.handle !== null && shape) return { ...shape, text: false };
        for (const [id, box] of [...this.#texts].reverse()) {
            if (x < box.x || y < box.y || x > box.x + box.width || y > box.y + box.height) continue;
            const annotation = list.find((one) => one.id === id);
            if (annotation) return { annotation, handle: null, text: true };
        }
        return shape && { ...shape, text: false };
    }

    /**
     * Moves a text box away from where it would stand.
     * @param {string} id
     * @param {number} dx
     * @param {number} dy
     */
    stray(id, dx, dy) {
        const box = this.#texts.get(id);
        const annotation = this.store?.find(id);
        const toCanvas = this.viewport.toCanvas();
        if (!box || !annotation || !toCanvas || annotation.type === "image") return;
        const anchor = anchorOf(annotation, toCanvas);
        strayed.set(id, [box.x + dx - anchor[0], box.y + dy - anchor[1]]);
        this.draw();
    }
}
