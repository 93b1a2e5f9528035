/** The boxes over the image: drawn, moved and pulled with mouse, pen or finger. */

import { svg } from "../core/dom.js";

/** @import { Boxes, Corner } from "./boxes.js" */

/** @type {Corner[]} */
const corners = ["nw", "ne", "sw", "se"];
/** A shorter way, in pixels of the screen, is a click and draws nothing. */
const shortest = 4;

/**
 * @param {Boxes} boxes
 * @param {() => void} changed called after each change, also while the pointer moves
 */
export function boxLayer(boxes, changed) {
    const layer = svg("svg", {
        class: "held-boxes",
        viewBox: `0 0 ${boxes.columns} ${boxes.rows}`,
        preserveAspectRatio: "none",
        "aria-hidden": "true",
    });
    /** What the pointer does from here on. @type {((point: [number, number]) => void) | null} */
    let drag = null;

    /** @param {PointerEvent} event @returns {[number, number]} in pixels of the image */
    function pointOf(event) {
        const { left, top, width, height } = layer.getBoundingClientRect();
        return [
            (event.clientX - left) / width * boxes.columns,
            (event.clientY - top) / height * boxes.rows,
        ];
    }

    /** @param {PointerEvent} event */
    function begin(event) {
        if (event.button !== 0) return;
        event.preventDefault();
        const from = pointOf(event);
        const start = [event.clientX, event.clientY];
        const corner = event.target instanceof Element ? event.target.getAttribute("data-corner") : null;
        if (corner) drag = (to) => boxes.pull(/** @type {Corner} */ (corner), to);
        else {
            boxes.selected = boxes.at(from);
            const box = boxes.current;
            if (box) {
                const [dx, dy] = [from[0] - box.x, from[1] - box.y];
                drag = ([x, y]) => boxes.move(x - dx - box.x, y - dy - box.y);
            } else drag = drawing(from);
        }
        layer.setPointerCapture(event.pointerId);
        const still = () => {
            layer.removeEventListener("pointermove", move);
            drag = null;
        };
        /** @param {PointerEvent} moved */
        const move = (moved) => {
            if (Math.hypot(moved.clientX - start[0], moved.clientY - start[1]) < shortest && !moving) return;
            moving = true;
            drag?.(pointOf(moved));
            changed();
        };
        let moving = false;
        layer.addEventListener("pointermove", move);
        layer.addEventListener("pointerup", still, { once: true });
        layer.addEventListener("pointercancel", still, { once: true });
        changed();
    }

    /** @param {[number, number]} from */
    function drawing(from) {
        let isNew = true;
        return (/** @type {[number, number]} */ to) => {
            if (!isNew) boxes.list.splice(boxes.selected, 1);
            isNew = false;
            boxes.draw(from, to);
        };
    }

    layer.addEventListener("pointerdown", begin);

    /** Draws the boxes as they are now. */
    function refresh() {
        // Handles keep their size on the screen, whatever the image's is.
        const unit = boxes.columns / Math.max(1, layer.clientWidth);
        const shapes = boxes.list.map((box, index) => {
            const selected = index === boxes.selected ? " selected" : "";
            return svg("rect", {
                class: `held-box ${box.origin} ${box.black ? "black" : "left"}${selected}`,
                x: box.x,
                y: box.y,
                width: box.width,
                height: box.height,
            });
        });
        const box = boxes.current;
        const handles = box
            ? corners.map((corner) =>
                svg("circle", {
                    class: "held-handle",
                    "data-corner": corner,
                    cx: corner.endsWith("w") ? box.x : box.x + box.width,
                    cy: corner.startsWith("n") ? box.y : box.y + box.height,
                    r: 6 * unit,
                })
            )
            : [];
        layer.replaceChildren(...shapes, ...handles);
    }

    return { layer, refresh };
}
