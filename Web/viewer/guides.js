import { fill, svg } from "../core/dom.js";
import { inOneFrame } from "./geometry/follow.js";
import { crossing, planeOf, toImage, toPatient } from "./geometry/planes.js";
import { apply } from "./geometry/view.js";

/** @import { Links } from "./links.js" */
/** @import { Point } from "./tools/pointer.js" */
/** @import { TarnViewport } from "./viewport.js" */

/** What one viewport shows about another: where its image crosses, and where its pointer is. */
export class Guides {
    /** Whether the lines are wanted. */
    lines = true;
    /** A place of the patient under the pointer. @type {import("./geometry/planes.js").Vector | null} */
    #place = null;

    /**
     * @param {() => TarnViewport[]} viewports
     * @param {Links} links
     */
    constructor(viewports, links) {
        this.viewports = viewports;
        this.links = links;
    }

    /** What is drawn just now, in words. */
    get text() {
        const [one, other] = this.viewports();
        if (!this.lines) return "No lines";
        const comparable = one?.display && other?.display && inOneFrame(one.display, other.display);
        return comparable
            ? "A line shows where the other image crosses, unless they are parallel"
            : "There are no lines between these images: they are not of one examination";
    }

    /** Draws all guides anew. */
    draw() {
        const viewports = this.viewports();
        for (const viewport of viewports) {
            const other = viewports.find((one) => one !== viewport);
            const marks = other ? [this.#line(viewport, other), ...this.#cross(viewport)] : [];
            if (marks.length > 0 || viewport.guides.childElementCount > 0) fill(viewport.guides, marks);
        }
    }

    /**
     * Shows in the other viewport the place under the pointer, on the image nearest to it.
     * @param {TarnViewport} viewport
     * @param {Point} point
     */
    point(viewport, point) {
        const shown = viewport.shown;
        const plane = shown && planeOf(shown.frame);
        if (!plane) return this.leave();
        const place = toPatient(plane, ...point.image);
        this.#place = place;
        for (const other of this.viewports()) {
            const { display } = other;
            if (other === viewport || !display || !inOneFrame(shown.display, display)) continue;
            let index = -1;
            let least = Infinity;
            display.frames.forEach((frame, candidate) => {
                const its = planeOf(frame);
                const distance = its ? Math.abs(toImage(its, place).distance) : Infinity;
                if (distance < least) [index, least] = [candidate, distance];
            });
            if (index >= 0 && index !== other.state.index) {
                this.links.alone(() => other.change({ index, playing: false }));
            }
        }
        this.draw();
    }

    /** The pointer is gone, or Shift is no longer held. */
    leave() {
        if (!this.#place) return;
        this.#place = null;
        this.draw();
    }

    /** @param {TarnViewport} viewport @param {TarnViewport} other */
    #line(viewport, other) {
        const [here, there] = [viewport.shown, other.shown];
        const toCanvas = viewport.toCanvas();
        if (!this.lines || !here || !there || !toCanvas || !inOneFrame(here.display, there.display)) return null;
        const [plane, its] = [planeOf(here.frame), planeOf(there.frame)];
        const segment = plane && its && crossing(plane, its);
        if (!segment) return null;
        const [[x1, y1], [x2, y2]] = segment.map(([x, y]) => apply(toCanvas, x, y));
        return svg("line", { class: "reference", x1, y1, x2, y2 });
    }

    /** @param {TarnViewport} viewport */
    #cross(viewport) {
        const here = viewport.shown;
        const plane = here && planeOf(here.frame);
        const toCanvas = viewport.toCanvas();
        // Where positions can't be compared, a cross would lie.
        const comparable = here &&
            this.viewports().every((other) =>
                other === viewport || (other.display && inOneFrame(here.display, other.display))
            );
        if (!this.#place || !plane || !toCanvas || !comparable) return [];
        const at = toImage(plane, this.#place);
        if (at.x < 0 || at.y < 0 || at.x > plane.size[0] || at.y > plane.size[1]) return [];
        const [x, y] = apply(toCanvas, at.x, at.y);
        const line = (/** @type {number[]} */ [x1, y1, x2, y2]) => svg("line", { class: "cross", x1, y1, x2, y2 });
        return [[x - 16, y, x - 5, y], [x + 5, y, x + 16, y], [x, y - 16, x, y - 5], [x, y + 5, x, y + 16]].map(line);
    }
}
