/** Shapes in image coordinates: lengths and areas, handles, and what lies under the pointer. */

import { apply } from "../viewer/geometry/view.js";

/** @import { Affine } from "../viewer/geometry/view.js" */
/** @import { Annotation, FrameGeometry, Point } from "./types.d.ts" */
/** @import { Scale } from "./spacing.js" */

/**
 * @param {Pick<FrameGeometry, "rows" | "columns">} frame
 * @param {readonly number[]} point
 * @returns {Point} the nearest point of the image
 */
export function clamped({ rows, columns }, [x = 0, y = 0]) {
    return [Math.min(columns, Math.max(0, x)), Math.min(rows, Math.max(0, y))];
}

/**
 * The box of a rectangle or ellipse, whichever corners it was drawn from.
 * @param {readonly Point[]} points
 */
export function boxOf(points) {
    const [[x0, y0] = [0, 0], [x1, y1] = [0, 0]] = points;
    return { left: Math.min(x0, x1), top: Math.min(y0, y1), right: Math.max(x0, x1), bottom: Math.max(y0, y1) };
}

/**
 * Length of a line, area of a box or ellipse.
 * @param {Annotation} annotation
 * @param {Scale} scale
 * @returns {{ length?: number, area?: number, width?: number, height?: number }}
 */
export function extentOf({ type, points }, scale) {
    const [[x0, y0] = [0, 0], [x1, y1] = [0, 0]] = points;
    const width = Math.abs(x1 - x0) * scale.x;
    const height = Math.abs(y1 - y0) * scale.y;
    switch (type) {
        case "length":
            return { length: Math.sqrt(width * width + height * height) };
        case "rectangle":
            return { area: width * height, width, height };
        case "ellipse":
            return { area: Math.PI * (width / 2) * (height / 2), width, height };
        default:
            return {};
    }
}

/**
 * Where an annotation can be taken hold of. A box has its four corners, of which the first and the third are
 * its points.
 * @param {Annotation} annotation
 * @returns {Point[]}
 */
export function handlesOf({ type, points }) {
    const [first, second] = points;
    if ((type === "rectangle" || type === "ellipse") && first && second) {
        return [first, [second[0], first[1]], second, [first[0], second[1]]];
    }
    return points.map(([x, y]) => [x, y]);
}

/**
 * The corner opposite `from` that makes a box square as it is seen.
 * @param {Point} from
 * @param {Point} to
 * @param {[width: number, height: number]} shape of a pixel
 * @returns {Point}
 */
export function squared(from, to, [wide, high]) {
    const dx = (to[0] - from[0]) * wide;
    const dy = (to[1] - from[1]) * high;
    const side = Math.max(Math.abs(dx), Math.abs(dy));
    return [from[0] + (dx < 0 ? -side : side) / wide, from[1] + (dy < 0 ? -side : side) / high];
}

/**
 * The end of a line, brought to the nearest of eight directions as it is seen.
 * @param {Point} from
 * @param {Point} to
 * @param {[width: number, height: number]} shape of a pixel
 * @returns {Point}
 */
export function straightened(from, to, [wide, high]) {
    const dx = (to[0] - from[0]) * wide;
    const dy = (to[1] - from[1]) * high;
    const eighth = Math.round(Math.atan2(dy, dx) / (Math.PI / 4)) * (Math.PI / 4);
    const reach = dx * Math.cos(eighth) + dy * Math.sin(eighth);
    return [from[0] + reach * Math.cos(eighth) / wide, from[1] + reach * Math.sin(eighth) / high];
}

/**
 * The points after a handle was dragged.
 * @param {Annotation} annotation
 * @param {number} handle index among `handlesOf`
 * @param {Point} to
 * @param {FrameGeometry} frame
 * @param {[width: number, height: number] | null} keep shape of a pixel where the box is to stay square
 * @returns {Point[]}
 */
export function withHandleAt(annotation, handle, to, frame, keep = null) {
    const { type } = annotation;
    if (type === "rectangle" || type === "ellipse") {
        const opposite = handlesOf(annotation)[(handle + 2) % 4] ?? to;
        return [opposite, insideSquare(opposite, to, frame, keep)];
    }
    const other = annotation.points[1 - handle];
    const end = keep && other && type === "length" ? straightened(other, to, keep) : to;
    return annotation.points.map((point, index) => index === handle ? clamped(frame, end) : [point[0], point[1]]);
}

/**
 * The far corner of a box: within the image, and square where asked, both at once.
 * @param {Point} from
 * @param {Point} to
 * @param {FrameGeometry} frame
 * @param {[width: number, height: number] | null} keep
 * @returns {Point}
 */
export function insideSquare(from, to, frame, keep) {
    if (!keep) return clamped(frame, to);
    const corner = squared(from, to, keep);
    const within = clamped(frame, corner);
    const share = (/** @type {0 | 1} */ axis) =>
        corner[axis] === from[axis] ? 1 : (within[axis] - from[axis]) / (corner[axis] - from[axis]);
    const most = Math.min(share(0), share(1));
    return [from[0] + (corner[0] - from[0]) * most, from[1] + (corner[1] - from[1]) * most];
}

/**
 * The points moved, as far as the image goes, the shape kept.
 * @param {Annotation} annotation
 * @param {number} dx
 * @param {number} dy
 * @param {Pick<FrameGeometry, "rows" | "columns">} frame
 * @returns {Point[]}
 */
export function movedBy({ points }, dx, dy, { rows, columns }) {
    const xs = points.map(([x]) => x);
    const ys = points.map(([, y]) => y);
    const x = Math.min(columns - Math.max(...xs), Math.max(-Math.min(...xs), dx));
    const y = Math.min(rows - Math.max(...ys), Math.max(-Math.min(...ys), dy));
    return points.map(([px, py]) => [px + x, py + y]);
}

/**
 * The outline as a closed or open line in canvas pixels.
 * @param {Annotation} annotation
 * @param {Affine} toCanvas
 * @returns {Point[]}
 */
export function outlineOf(annotation, toCanvas) {
    const { type, points } = annotation;
    /** @type {Point[]} */
    let outline = points.map(([x, y]) => [x, y]);
    if (type === "rectangle") {
        const corners = handlesOf(annotation);
        outline = [...corners, ...corners.slice(0, 1)];
    } else if (type === "ellipse") {
        const { left, top, right, bottom } = boxOf(points);
        outline = Array.from({ length: 65 }, (_, step) => {
            const angle = step / 64 * 2 * Math.PI;
            return [
                (left + right) / 2 + Math.cos(angle) * (right - left) / 2,
                (top + bottom) / 2 + Math.sin(angle) * (bottom - top) / 2,
            ];
        });
    }
    return outline.map(([x, y]) => apply(toCanvas, x, y));
}

/**
 * Distance of a point from a stretch of a line.
 * @param {readonly number[]} point
 * @param {readonly number[]} from
 * @param {readonly number[]} to
 */
export function distanceFromSegment([px = 0, py = 0], [x0 = 0, y0 = 0], [x1 = 0, y1 = 0]) {
    const [dx, dy] = [x1 - x0, y1 - y0];
    const length = dx * dx + dy * dy;
    const along = length === 0 ? 0 : Math.min(1, Math.max(0, ((px - x0) * dx + (py - y0) * dy) / length));
    return Math.hypot(px - x0 - along * dx, py - y0 - along * dy);
}

/**
 * Distance of a place on the canvas from an annotation's outline, in CSS pixels.
 * @param {Annotation} annotation
 * @param {Point} at
 * @param {Affine} toCanvas
 */
export function distanceFrom(annotation, at, toCanvas) {
    const outline = outlineOf(annotation, toCanvas);
    if (outline.length === 1) return distanceFromSegment(at, outline[0] ?? at, outline[0] ?? at);
    let nearest = Infinity;
    for (let index = 1; index < outline.length; index++) {
        nearest = Math.min(nearest, distanceFromSegment(at, outline[index - 1] ?? at, outline[index] ?? at));
    }
    return nearest;
}

/**
 * Whether a place lies in the box around an annotation, which most do not: the outline need not be looked at then.
 * @param {Annotation} annotation
 * @param {Point} at
 * @param {Affine} toCanvas
 * @param {number} margin
 */
function isNear({ points }, [x, y], toCanvas, margin) {
    const { left, top, right, bottom } = boxOf(points.map((point) => apply(toCanvas, ...point)).slice(0, 2));
    return points.length === 1 ||
        x >= left - margin && x <= right + margin && y >= top - margin && y <= bottom + margin;
}

/** Reach of the pointer in CSS pixels: a little more for the handles of what is selected. */
export const reach = { outline: 7, handle: 9 };

/**
 * What lies under the pointer: a handle of the selected annotation first, then the nearest outline.
 * @param {readonly Annotation[]} annotations of this frame
 * @param {Point} at on the canvas
 * @param {Affine} toCanvas
 * @param {string | null} selected
 * @param {number} [more] reach to add, for fingers
 * @returns {{ annotation: Annotation, handle: number | null } | null}
 */
export function hit(annotations, at, toCanvas, selected, more = 0) {
    const chosen = annotations.find(({ id }) => id === selected);
    if (chosen) {
        const distances = handlesOf(chosen).map(([x, y]) => {
            const place = apply(toCanvas, x, y);
            return Math.hypot(place[0] - at[0], place[1] - at[1]);
        });
        const nearest = Math.min(...distances);
        // The handle of a point is the point: taking hold of it is moving it.
        if (nearest <= reach.handle + more) return { annotation: chosen, handle: distances.indexOf(nearest) };
    }
    let best = null;
    let least = reach.outline + more;
    for (const annotation of annotations) {
        if (!isNear(annotation, at, toCanvas, least)) continue;
        const distance = distanceFrom(annotation, at, toCanvas);
        // Later ones lie on top; the selected one wins among equals.
        if (distance < least || distance === least && annotation.id !== best?.id && best?.id !== selected) {
            best = annotation;
            least = distance;
        }
    }
    return best && { annotation: best, handle: null };
}
