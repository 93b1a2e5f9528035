/** Mouse, pen and fingers on the canvas, turned into the viewer's steps. */

/** @import { Tool } from "../state.js" */

/**
 * What the canvas asks for. Positions are CSS pixels from the top left of the canvas.
 * @typedef {object} PointerTarget
 * @property {() => Tool} tool of the left button
 * @property {(dx: number, dy: number) => void} window
 * @property {(dx: number, dy: number) => void} pan
 * @property {(factor: number, x: number, y: number) => void} zoom
 * @property {(steps: number) => void} scroll
 * @property {(x: number, y: number) => void} probe
 * @property {() => void} leave
 */

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

/**
 * @param {HTMLElement} element
 * @param {PointerTarget} target
 */
export function attachPointer(element, target) {
    /** @type {Map<number, { x: number, y: number }>} */
    const fingers = new Map();
    /** @type {Tool | null} */
    let tool = null;
    let leftover = 0;
    let wheel = 0;
    let start = { x: 0, y: 0 };

    /** @param {PointerEvent | WheelEvent} event */
    const place = (event) => {
        const box = element.getBoundingClientRect();
        return { x: event.clientX - box.left, y: event.clientY - box.top };
    };

    /** Middle of all fingers and their mean distance from it. */
    const pinch = () => {
        const points = [...fingers.values()];
        const x = points.reduce((sum, point) => sum + point.x, 0) / points.length;
        const y = points.reduce((sum, point) => sum + point.y, 0) / points.length;
        const spread = points.reduce((sum, point) => sum + Math.hypot(point.x - x, point.y - y), 0) / points.length;
        return { x, y, spread };
    };

    /** @param {number} dy */
    const scrollBy = (dy) => {
        leftover += dy;
        const steps = Math.trunc(leftover / pixelsForStep);
        leftover -= steps * pixelsForStep;
        if (steps !== 0) target.scroll(steps);
    };

    element.addEventListener("pointerdown", (event) => {
        element.setPointerCapture(event.pointerId);
        const at = place(event);
        fingers.set(event.pointerId, at);
        if (fingers.size === 1) {
            tool = toolOf(event, target.tool());
            start = at;
            leftover = 0;
        }
        element.focus({ preventScroll: true });
        if (event.button === 1) event.preventDefault();
    });

    element.addEventListener("pointermove", (event) => {
        const at = place(event);
        const before = fingers.get(event.pointerId);
        if (!before) {
            target.probe(at.x, at.y);
            return;
        }
        const old = pinch();
        fingers.set(event.pointerId, at);
        const now = pinch();
        if (fingers.size === 2) {
            target.pan(now.x - old.x, now.y - old.y);
            if (old.spread > 8 && now.spread > 8) target.zoom(now.spread / old.spread, now.x, now.y);
        } else if (fingers.size >= 3) {
            scrollBy(now.y - old.y);
        } else {
            const dx = at.x - before.x;
            const dy = at.y - before.y;
            if (tool === "window") target.window(dx, dy);
            else if (tool === "pan") target.pan(dx, dy);
            else if (tool === "zoom") target.zoom(Math.exp(-dy / 150), start.x, start.y);
            else scrollBy(dy);
            target.probe(at.x, at.y);
        }
    });

    /** @param {PointerEvent} event */
    const release = (event) => {
        fingers.delete(event.pointerId);
        if (fingers.size === 0) tool = null;
    };
    element.addEventListener("pointerup", release);
    element.addEventListener("pointercancel", release);
    element.addEventListener("pointerleave", () => {
        if (fingers.size === 0) target.leave();
    });
    element.addEventListener("contextmenu", (event) => event.preventDefault());

    element.addEventListener("wheel", (event) => {
        event.preventDefault();
        const delta = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? event.deltaY : event.deltaY * wheelForStep;
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
