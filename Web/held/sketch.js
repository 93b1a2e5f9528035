import { svg } from "../core/dom.js";

/** @import { PixelApproval } from "../types.d.ts" */

/**
 * Where the boxes of an approval lie.
 * @param {PixelApproval} approval
 */
export function approvalSketch({ rows, columns, regions, seen }) {
    const words = `${regions.length} blacked out, ${seen.length} left, in an image of ${columns} × ${rows}`;
    return svg(
        "svg",
        { class: "approval-sketch", viewBox: `0 0 ${columns} ${rows}`, role: "img", "aria-label": words },
        svg("rect", { class: "approval-image", x: 0, y: 0, width: columns, height: rows }),
        regions.map(({ x, y, width, height }) => svg("rect", { class: "held-box black", x, y, width, height })),
        seen.map(({ x, y, width, height }) => svg("rect", { class: "held-box left", x, y, width, height })),
    );
}
