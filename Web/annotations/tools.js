/** Drawing, taking hold and moving: what the left button does to annotations. */

import { announce } from "../core/dom.js";
import { toast } from "../ui/notice.js";
import { pixelShape } from "../viewer/geometry/view.js";
import { clamped, handlesOf, insideSquare, movedBy, straightened, withHandleAt } from "./geometry.js";
import { summary, typeName } from "./measure.js";
import { changed, mostAnnotations } from "./model.js";
import { measuredOn } from "./layer.js";

/** @import { Point as Place, ToolHandler } from "../viewer/tools/pointer.js" */
/** @import { AnnotationLayer } from "./layer.js" */
/** @import { AnnotationStore } from "./store.js" */
/** @import { Annotation, AnnotationType, Point } from "./types.d.ts" */
/** @import { DisplayFrame } from "../types.d.ts" */

const drawingNames = new Set(["length", "rectangle", "ellipse", "point"]);

/** A hand that trembles does not draw. */
const least = 3;

/**
 * Adds an annotation, and says so.
 * @param {AnnotationStore} store
 * @param {Annotation} annotation
 * @param {AnnotationLayer} layer
 */
export function addTo(store, annotation, layer) {
    if (!store.add(annotation)) {
        toast(`A study holds ${mostAnnotations} annotations at most. Remove some, then add others.`, "alert");
        return;
    }
    const shown = layer.viewport.shown;
    const value = shown ? summary(annotation, measuredOn(annotation, shown)) : "";
    announce([typeName(annotation.type, annotation.label), annotation.label, value].filter(Boolean).join(", "));
}

/**
 * The second point of a shape, as far as the image goes.
 * @param {AnnotationType} type
 * @param {Point} from
 * @param {Point} to
 * @param {DisplayFrame} frame
 * @param {boolean} keep Shift: square, circle, or one of eight directions
 * @returns {Point}
 */
function endOf(type, from, to, frame, keep) {
    const shape = pixelShape(frame.pixelSpacing);
    if (type === "length") return clamped(frame, keep ? straightened(from, to, shape) : to);
    return insideSquare(from, to, frame, keep ? shape : null);
}

/**
 * Draws shapes of one type by dragging.
 * @param {AnnotationLayer} layer
 * @param {AnnotationType} type
 * @returns {ToolHandler}
 */
export function drawingTool(layer, type) {
    /** @type {{ store: AnnotationStore, frame: DisplayFrame, from: Point, start: Place, made: Annotation | null } | null} */
    let drawn = null;

    /** @param {Place} at @param {PointerEvent} event */
    const follow = (at, event) => {
        if (!drawn) return;
        const { store, frame, from, start } = drawn;
        if (type === "point") {
            drawn.made = store.make(type, frame, [clamped(frame, at.image)]);
        } else {
            if (!drawn.made && Math.hypot(at.x - start.x, at.y - start.y) < least) return;
            const points = [from, endOf(type, from, at.image, frame, event.shiftKey)];
            drawn.made = drawn.made ? changed(drawn.made, { points }) : store.make(type, frame, points);
        }
        store.preview = drawn.made;
    };

    return {
        cursor: "crosshair",
        down(at, event) {
            const { shown } = layer.viewport;
            const [x, y] = at.image;
            if (!shown || !(x >= 0 && y >= 0 && x <= shown.frame.columns && y <= shown.frame.rows)) return false;
            const store = layer.storeOf(shown.study.uid);
            if (store.hidden) store.hidden = false;
            store.select(null);
            drawn = { store, frame: shown.frame, from: [x, y], start: at, made: null };
            if (type === "point") follow(at, event);
            return true;
        },
        move: follow,
        up(at, event) {
            follow(at, event);
            const { store, made } = drawn ?? {};
            drawn = null;
            if (!store) return;
            store.preview = null;
            if (made) addTo(store, made, layer);
        },
        cancel() {
            if (drawn) drawn.store.preview = null;
            drawn = null;
        },
    };
}

/**
 * What lies under the pointer, to be taken hold of; null where nothing does.
 * @param {AnnotationLayer} layer
 * @param {Place} at
 * @returns {ToolHandler | null}
 */
export function holdOf(layer, at) {
    const found = layer.at(at);
    const store = layer.store;
    if (!found || !store) return null;
    // With a pencil in the hand only the shape that is selected is taken hold of: one draws across all else.
    const draws = drawingNames.has(layer.viewport.state.tool);
    if (draws && (found.text || found.annotation.id !== store.selected?.id)) return null;
    if (found.text) return textHold(layer, store, found.annotation);
    return shapeHold(layer, store, found.annotation, found.handle);
}

/**
 * @param {AnnotationLayer} layer
 * @param {AnnotationStore} store
 * @param {Annotation} annotation
 * @returns {ToolHandler}
 */
function textHold(layer, store, annotation) {
    let last = { x: 0, y: 0 };
    let moved = false;
    return {
        cursor: "move",
        down(at) {
            last = at;
            store.select(annotation.id);
            return true;
        },
        move(at) {
            moved ||= Math.hypot(at.x - last.x, at.y - last.y) >= least;
            if (!moved) return;
            layer.stray(annotation.id, at.x - last.x, at.y - last.y);
            last = at;
        },
        up() {},
        cancel() {},
    };
}

/**
 * @param {AnnotationLayer} layer
 * @param {AnnotationStore} store
 * @param {Annotation} annotation
 * @param {number | null} handle
 * @returns {ToolHandler}
 */
function shapeHold(layer, store, annotation, handle) {
    const free = store.mayChange(annotation.id);
    const frame = layer.viewport.shown?.frame;
    /** @type {Place | null} */
    let start = null;
    let moved = false;

    /** @param {Place} at @param {PointerEvent} event @returns {Point[] | null} */
    const pointsAt = (at, event) => {
        if (!start || !frame || !free) return null;
        const [dx, dy] = [at.image[0] - start.image[0], at.image[1] - start.image[1]];
        const held = handle === null ? null : handlesOf(annotation)[handle];
        if (handle === null || !held) return movedBy(annotation, dx, dy, frame);
        const keep = event.shiftKey ? pixelShape(frame.pixelSpacing) : null;
        return withHandleAt(annotation, handle, [held[0] + dx, held[1] + dy], frame, keep);
    };

    return {
        cursor: !free ? "pointer" : handle === null ? "move" : "grab",
        down(at) {
            start = at;
            store.select(annotation.id);
            return true;
        },
        move(at, event) {
            moved ||= start !== null && Math.hypot(at.x - start.x, at.y - start.y) >= least;
            const points = moved ? pointsAt(at, event) : null;
            if (points) store.preview = changed(annotation, { points });
        },
        up(at, event) {
            const points = moved ? pointsAt(at, event) : null;
            store.preview = null;
            if (points) store.change(annotation.id, { points });
        },
        cancel() {
            store.preview = null;
        },
    };
}
