/** Mouse, pen and fingers on the canvas, turned into the viewer's steps. */

/** @import { Tool } from "../state.js" */

/**
 * A place on the stage: CSS pixels from its top left, and the same in image coordinates (NaN without an image).
 * @typedef {{ x: number, y: number, image: [number, number] }} Point
 */

/**
 * A tool of the left button, or something that can be taken hold of. `down` says whether it takes the pointer; then
 * `move` and `up` follow, or `cancel`.
 * @typedef {object} ToolHandler
 * @property {string} [cursor] of CSS
 * @property {(point: Point, event: PointerEvent) => boolean} down
 * @property {(point: Point, event: PointerEvent) => void} move
 * @property {(point: Point, event: PointerEvent) => void} up
 * @property {() => void} cancel
 */

/**
 * What the stage asks for.
 * @typedef {object} PointerTarget
 * @property {() => Tool} tool of the left button
 * @property {(x: number, y: number) => Point} point
 * @property {(point: Point, event: PointerEvent) => ToolHandler | null} take who has taken the left button
 * @property {() => void} touched
 * @property {(dx: number, dy: number) => void} window
 * @property {(dx: number, dy: number) => void} pan
 * @property {(factor: number, x: number, y: number) => void} zoom
 * @property {(steps: number) => void} scroll
 * @property {(point: Point, event: PointerEvent) => void} hover
 * @property {() => void} leave
 * @property {(point: Point) => void} menu
 * @property {() => void} twice a double click that nobody took
 */

/** How far a right button may stray and still be a click. */
const clickReach = 4;
const pixelsForStep = 12;
const wheelForStep = 40;

/**
 * The tool of a drag: middle button and Shift move, the right button zooms.
 * @param {PointerEvent} event
 * @param {Tool} chosen
 * @returns {Tool}
 */
function toolOf(event, chosen) {
    if (event.button === 1 || event.shiftKey) return "pan";
    if (event.button === 2) return "zoom";
    return chosen;
}

/** Middle of all fingers and their mean distance from it. @param {{ x: number, y: number }[]} points */
function pinch(points) {
    const x = points.reduce((sum, point) => sum + point.x, 0) / points.length;
    const y = points.reduce((sum, point) => sum + point.y, 0) / points.length;
    const spread = points.reduce((sum, point) => sum + Math.hypot(point.x - x, point.y - y), 0) / points.length;
    return { x, y, spread };
}

/**
 * @param {HTMLElement} element
 * @param {PointerTarget} target
 * @returns {{ cancel: () => boolean }} lets go of what is held, and says whether there was anything
 */
export function attachPointer(element, target) {
    /** @type {Map<number, { x: number, y: number }>} */
    const fingers = new Map();
    /** @type {Tool | null} */
    let tool = null;
    /** @type {ToolHandler | null} */
    let holder = null;
    /** Whether the last press was taken: a double click on an annotation is its own. */
    let taken = false;
    let leftover = 0;
    let start = { x: 0, y: 0 };
    let strayed = false;

    /** @param {MouseEvent} event */
    const place = (event) => {
        const box = element.getBoundingClientRect();
        return target.point(event.clientX - box.left, event.clientY - box.top);
    };

    const cancel = () => {
        const held = holder;
        holder = null;
        held?.cancel();
        return held !== null;
    };

    /** @param {number} dy */
    const scrollBy = (dy) => {
        leftover += dy;
        const steps = Math.trunc(leftover / pixelsForStep);
        leftover -= steps * pixelsForStep;
        if (steps !== 0) target.scroll(steps);
    };

    /** @param {number} dx @param {number} dy */
    const drag = (dx, dy) => {
        if (tool === "window") target.window(dx, dy);
        else if (tool === "pan") target.pan(dx, dy);
        else if (tool === "zoom") target.zoom(Math.exp(-dy / 150), start.x, start.y);
        else if (tool === "scroll") scrollBy(dy);
    };

    element.addEventListener("pointerdown", (event) => {
        // What is said in place of an image has buttons of its own; a captured pointer would never click them.
        if (event.target instanceof Element && event.target.closest("button, a")) return;
        element.setPointerCapture(event.pointerId);
        target.touched();
        const at = place(event);
        fingers.set(event.pointerId, at);
        if (fingers.size === 1) {
            tool = toolOf(event, target.tool());
            holder = event.button === 0 && !event.shiftKey ? target.take(at, event) : null;
            taken = holder !== null;
            start = at;
            strayed = false;
            leftover = 0;
        } else {
            // Two fingers zoom: what the first one had begun is not meant.
            cancel();
        }
        element.focus({ preventScroll: true });
        if (event.button === 1) event.preventDefault();
    });

    element.addEventListener("pointermove", (event) => {
        const at = place(event);
        const before = fingers.get(event.pointerId);
        if (!before) return target.hover(at, event);
        const old = pinch([...fingers.values()]);
        fingers.set(event.pointerId, at);
        const now = pinch([...fingers.values()]);
        if (fingers.size === 2) {
            target.pan(now.x - old.x, now.y - old.y);
            if (old.spread > 8 && now.spread > 8) target.zoom(now.spread / old.spread, now.x, now.y);
        } else if (fingers.size >= 3) {
            scrollBy(now.y - old.y);
        } else {
            strayed ||= Math.hypot(at.x - start.x, at.y - start.y) > clickReach;
            if (holder) holder.move(at, event);
            else if (!taken && (strayed || event.button !== 2)) drag(at.x - before.x, at.y - before.y);
            target.hover(at, event);
        }
    });

    element.addEventListener("pointerup", (event) => {
        const at = place(event);
        fingers.delete(event.pointerId);
        if (fingers.size > 0) return;
        const held = holder;
        holder = tool = null;
        if (held) held.up(at, event);
        else if (event.button === 2 && !strayed) target.menu(at);
    });
    element.addEventListener("pointercancel", (event) => {
        fingers.delete(event.pointerId);
        if (fingers.size === 0) tool = null;
        cancel();
    });
    element.addEventListener("pointerleave", () => {
        if (fingers.size === 0) target.leave();
    });
    element.addEventListener("contextmenu", (event) => event.preventDefault());
    element.addEventListener("dblclick", () => {
        if (!taken) target.twice();
    });
    attachWheel(element, target, place);
    return { cancel };
}

/**
 * @param {HTMLElement} element
 * @param {PointerTarget} target
 * @param {(event: MouseEvent) => Point} place
 */
function attachWheel(element, target, place) {
    let wheel = 0;
    element.addEventListener("wheel", (event) => {
        event.preventDefault();
        target.touched();
        // Shift turns the wheel sideways in some browsers.
        const turned = event.deltaY || event.deltaX;
        const delta = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? turned : turned * wheelForStep;
        if (event.ctrlKey || event.metaKey) {
            const { x, y } = place(event);
            target.zoom(Math.exp(-delta / 400), x, y);
            return;
        }
        // A notch of a mouse wheel is one image, however far the system says it goes; a touchpad adds up.
        if (Math.abs(delta) >= wheelForStep) {
            wheel = 0;
            target.scroll(Math.sign(delta));
            return;
        }
        wheel += delta;
        if (Math.abs(wheel) >= wheelForStep) {
            target.scroll(Math.sign(wheel));
            wheel = 0;
        }
    }, { passive: false });
}
