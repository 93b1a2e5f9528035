/** Annotations as SVG in CSS pixels: shape with a halo, handles, text box. */

import { svg } from "../core/dom.js";
import { apply } from "../viewer/geometry/view.js";
import { handlesOf, outlineOf } from "./geometry.js";

/** @import { Affine } from "../viewer/geometry/view.js" */
/** @import { Annotation, Point } from "./types.d.ts" */

/** @typedef {{ x: number, y: number, width: number, height: number }} Box */

/**
 * @param {Point[]} outline
 * @returns {string}
 */
function pathOf(outline) {
    return outline.map(([x, y], index) => `${index === 0 ? "M" : "L"}${x.toFixed(2)} ${y.toFixed(2)}`).join("");
}

/**
 * A line with short strokes across its ends; a cross with an open middle for a point.
 * @param {Annotation} annotation
 * @param {Affine} toCanvas
 */
function pathFor(annotation, toCanvas) {
    if (annotation.type === "ellipse") return ellipsePath(annotation, toCanvas);
    const outline = outlineOf(annotation, toCanvas);
    const [from, to] = outline;
    if (annotation.type === "point" && from) {
        const [x, y] = from;
        const arms = [[-11, 0, -3, 0], [3, 0, 11, 0], [0, -11, 0, -3], [0, 3, 0, 11]];
        return arms.map(([a = 0, b = 0, c = 0, d = 0]) => pathOf([[x + a, y + b], [x + c, y + d]])).join("");
    }
    if (annotation.type === "length" && from && to) {
        const reach = Math.hypot(to[0] - from[0], to[1] - from[1]) || 1;
        const [nx, ny] = [-(to[1] - from[1]) / reach * 6, (to[0] - from[0]) / reach * 6];
        const across = (/** @type {Point} */ [x, y]) => pathOf([[x - nx, y - ny], [x + nx, y + ny]]);
        return pathOf(outline) + across(from) + across(to);
    }
    return pathOf(outline);
}

/**
 * Two arcs: images are turned by quarters only, so that the axes stay those of the screen.
 * @param {Annotation} annotation
 * @param {Affine} toCanvas
 */
function ellipsePath({ points }, toCanvas) {
    const [[x0, y0] = [0, 0], [x1, y1] = [0, 0]] = points.map(([x, y]) => apply(toCanvas, x, y));
    const [left, right] = [Math.min(x0, x1).toFixed(2), Math.max(x0, x1).toFixed(2)];
    const arc = `A${(Math.abs(x1 - x0) / 2).toFixed(2)} ${(Math.abs(y1 - y0) / 2).toFixed(2)} 0 1 0`;
    const middle = ((y0 + y1) / 2).toFixed(2);
    return `M${left} ${middle}${arc} ${right} ${middle}${arc} ${left} ${middle}`;
}

/**
 * Many shapes of one colour as one: hundreds of elements would make every image slow.
 * @param {Annotation[]} annotations
 * @param {Affine} toCanvas
 * @param {string} color
 */
export function shapesOf(annotations, toCanvas, color) {
    const d = annotations.map((one) => pathFor(one, toCanvas)).join("");
    return svg("g", { class: "annotation many" }, [
        svg("path", { class: "halo", d, stroke: haloFor(color), "stroke-width": 4 }),
        svg("path", { class: "line", d, stroke: color, "stroke-width": 1.6 }),
    ]);
}

/**
 * Dark around light colours, light around dark ones: every line is seen on every ground.
 * @param {string} color "#rrggbb"
 */
export function haloFor(color) {
    const [r = 0, g = 0, b = 0] = (color.match(/[0-9a-f]{2}/gi) ?? []).map((pair) => parseInt(pair, 16));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b < 70 ? "#ffffff" : "#000000";
}

/**
 * The shape of an annotation.
 * @param {Annotation} annotation
 * @param {Affine} toCanvas
 * @param {{ color: string, selected: boolean, ghost?: boolean, movable?: boolean }} look
 */
export function shapeOf(annotation, toCanvas, { color, selected, ghost = false, movable = true }) {
    const d = pathFor(annotation, toCanvas);
    const dashes = ghost ? "5 5" : null;
    return svg("g", { class: `annotation ${annotation.type}`, "data-id": ghost ? null : annotation.id }, [
        svg("path", {
            class: "halo",
            d,
            stroke: haloFor(color),
            "stroke-width": selected ? 5 : 4,
            "stroke-dasharray": dashes,
        }),
        svg("path", {
            class: "line",
            d,
            stroke: color,
            "stroke-width": selected ? 2.4 : 1.6,
            "stroke-dasharray": dashes,
        }),
        ...(selected && movable && annotation.type !== "point"
            ? handlesOf(annotation).map(([x, y]) => {
                const [cx, cy] = apply(toCanvas, x, y);
                return svg("circle", { class: "handle", cx: cx.toFixed(2), cy: cy.toFixed(2), r: 5, stroke: color });
            })
            : []),
        selected && annotation.type === "point" ? ring(annotation, toCanvas, color) : null,
    ]);
}

/** @param {Annotation} annotation @param {Affine} toCanvas @param {string} color */
function ring({ points }, toCanvas, color) {
    const [cx, cy] = apply(toCanvas, points[0]?.[0] ?? 0, points[0]?.[1] ?? 0);
    return svg("circle", {
        class: "line",
        cx: cx.toFixed(2),
        cy: cy.toFixed(2),
        r: 15,
        stroke: color,
        "stroke-width": 1.4,
    });
}

const lineHeight = 17;
const padding = 7;

/** @type {CanvasRenderingContext2D | null | undefined} */
let ruler;
/** @type {Map<string, number>} */
const widths = new Map();

/**
 * @param {string} text
 * @param {string} font
 */
function widthOf(text, font) {
    const key = `${font}\n${text}`;
    const known = widths.get(key);
    if (known !== undefined) return known;
    if (ruler === undefined) ruler = document.createElement("canvas").getContext("2d");
    if (ruler) ruler.font = font;
    const width = ruler ? ruler.measureText(text).width : text.length * 7;
    if (widths.size > 4000) widths.clear();
    widths.set(key, width);
    return width;
}

/**
 * Where the text stands if nobody has moved it: beside the rightmost place of the shape.
 * @param {Annotation} annotation
 * @param {Affine} toCanvas
 * @returns {Point}
 */
export function anchorOf(annotation, toCanvas) {
    const outline = outlineOf(annotation, toCanvas);
    /** @type {Point} */
    let best = outline[0] ?? [0, 0];
    for (const place of outline) if (place[0] > best[0] + 0.5) best = place;
    return best;
}

/**
 * @param {string[]} lines the last one is where the unit comes from
 * @param {string} family
 * @returns {{ width: number, height: number }}
 */
export function textSize(lines, family) {
    const width = Math.max(...lines.map((line, index) => widthOf(line, fontOf(index, family))));
    return { width: Math.ceil(width) + 2 * padding, height: lines.length * lineHeight + 2 * padding - 4 };
}

/** @param {number} index @param {string} family */
function fontOf(index, family) {
    return `${index === 0 ? 650 : 450} 13px ${family}`;
}

/**
 * Where a text box stands: where somebody dragged it, else to the right of the shape, above or below where another
 * one stands there already; always within the stage.
 * @param {Point} anchor
 * @param {{ width: number, height: number }} size
 * @param {Point | undefined} dragged from the anchor
 * @param {{ width: number, height: number }} stage
 * @param {Box[]} taken
 * @returns {Box}
 */
export function boxBeside(anchor, { width, height }, dragged, stage, taken) {
    const at = (/** @type {Point} */ [dx, dy]) => ({
        x: Math.max(2, Math.min(stage.width - width - 2, anchor[0] + dx)),
        y: Math.max(2, Math.min(stage.height - height - 2, anchor[1] + dy)),
        width,
        height,
    });
    if (dragged) return at(dragged);
    const middle = -height / 2;
    const near = [0, 1, -1, 2, -2].flatMap((step) => {
        const dy = middle + step * (height / 2 + 8);
        return /** @type {Point[]} */ ([[14, dy], [-width - 14, dy]]);
    });
    const boxes = [at([14, middle]), ...near.map(at)];
    return boxes.find((box) => !taken.some((other) => overlap(box, other))) ?? at([14, middle]);
}

/** @param {Box} one @param {Box} other */
function overlap(one, other) {
    return one.x < other.x + other.width + 3 && other.x < one.x + one.width + 3 &&
        one.y < other.y + other.height + 3 && other.y < one.y + one.height + 3;
}

/**
 * The text in its box, with a thin line to the shape where it was dragged away.
 * @param {string[]} lines
 * @param {Box} box
 * @param {Point} anchor
 * @param {{ color: string, selected: boolean }} look
 */
export function textBoxOf(lines, box, anchor, { color, selected }) {
    const nearest = [
        Math.min(box.x + box.width, Math.max(box.x, anchor[0])),
        Math.min(box.y + box.height, Math.max(box.y, anchor[1])),
    ];
    const far = Math.hypot((nearest[0] ?? 0) - anchor[0], (nearest[1] ?? 0) - anchor[1]) > 24;
    return svg("g", { class: "annotation-text" }, [
        far
            ? svg("line", {
                class: "leader",
                x1: anchor[0].toFixed(1),
                y1: anchor[1].toFixed(1),
                x2: nearest[0]?.toFixed(1),
                y2: nearest[1]?.toFixed(1),
                stroke: color,
            })
            : null,
        svg("rect", {
            class: "plate",
            x: box.x.toFixed(1),
            y: box.y.toFixed(1),
            width: box.width,
            height: box.height,
            rx: 5,
            stroke: selected ? color : "none",
        }),
        svg("rect", {
            x: box.x.toFixed(1),
            y: (box.y + 4).toFixed(1),
            width: 3,
            height: box.height - 8,
            rx: 1.5,
            fill: color,
        }),
        ...lines.map((line, index) =>
            svg("text", {
                x: (box.x + padding).toFixed(1),
                y: (box.y + padding + 9 + index * lineHeight).toFixed(1),
                class: index === 0 ? "first" : "more",
            }, line)
        ),
    ]);
}

/**
 * What is said of a whole image, at its top.
 * @param {string} text
 * @param {number} middle
 * @param {number} top
 * @param {{ color: string, selected: boolean, family: string }} look
 * @returns {{ element: SVGElement, box: Box }}
 */
export function badgeOf(text, middle, top, { color, selected, family }) {
    const width = widthOf(text, fontOf(0, family)) + 2 * padding + 16;
    const box = { x: Math.round(middle - width / 2), y: top, width: Math.ceil(width), height: 26 };
    const star = "M0 -6 1.8 -1.9 6 -1.9 2.6 .9 3.8 5.2 0 2.7 -3.8 5.2 -2.6 .9 -6 -1.9 -1.8 -1.9Z";
    const element = svg("g", { class: "annotation-text badge-on-image" }, [
        svg("rect", { class: "plate", ...box, rx: 13, stroke: selected ? "#ffffff" : color }),
        svg("path", { d: star, fill: color, transform: `translate(${box.x + 14} ${box.y + 13})` }),
        svg("text", { class: "first", x: box.x + padding + 17, y: box.y + 17 }, text),
    ]);
    return { element, box };
}
