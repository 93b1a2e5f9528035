import { followed, linkOf } from "./geometry/follow.js";

/** @import { Link } from "./geometry/follow.js" */
/** @import { ViewerState } from "./state.js" */
/** @import { TarnViewport } from "./viewport.js" */

/** @typedef {"scroll" | "view" | "window"} LinkKind */

/** What two viewports do together: scroll, zoom and move, window. */
export class Links {
    /** @type {Record<LinkKind, boolean>} */
    on = { scroll: true, view: false, window: false };
    /** Whether the person wants to scroll both where that has a meaning. */
    #wantsScroll = true;
    /** @type {Link | null} */
    #link = null;
    /** While one follows the other, what the follower reports is no wish of the person. */
    #isFollowing = false;

    /** @param {() => TarnViewport[]} viewports */
    constructor(viewports) {
        this.viewports = viewports;
    }

    /** What a link does just now, in words. @param {LinkKind} kind */
    text(kind) {
        if (kind === "view") return this.on.view ? "Both zoom and move together" : "Each zooms and moves alone";
        if (kind === "window") {
            return this.on.window
                ? "Both have the same window, if they are of one modality"
                : "Each has its own window";
        }
        if (!this.on.scroll) return "Each scrolls alone";
        if (this.#link?.by === "number") {
            return "Both scroll together image by image, because their positions can't be compared";
        }
        return this.#link?.isExact
            ? "Both scroll together, at the same place in the patient"
            : "Both scroll together by millimetres, beginning with the two images that were shown when they were linked";
    }

    /** Takes the images that are shown now as belonging together. */
    take() {
        const [one, other] = this.viewports();
        this.#link = null;
        if (!one?.display?.frames.length || !other?.display?.frames.length) return;
        this.#link = linkOf(
            { display: one.display, index: one.state.index },
            { display: other.display, index: other.state.index },
        );
    }

    /** For series that are new beside each other: linked, but not where their planes cross. */
    begin() {
        this.take();
        this.on.scroll = this.#wantsScroll && !(this.#link?.isAcross ?? false);
    }

    /**
     * @param {LinkKind} kind
     * @param {TarnViewport} viewport whose view or window the other one gets
     */
    toggle(kind, viewport) {
        this.on[kind] = !this.on[kind];
        if (kind === "scroll") this.#wantsScroll = this.on.scroll;
        if (this.on[kind]) this.#adopt(kind, viewport);
    }

    /**
     * Changes a viewport without the other one following.
     * @param {() => void} action
     */
    alone(action) {
        const before = this.#isFollowing;
        this.#isFollowing = true;
        try {
            action();
        } finally {
            this.#isFollowing = before;
        }
    }

    /**
     * Lets the other viewport follow.
     * @param {TarnViewport} viewport that has changed
     * @param {ViewerState} before
     */
    follow(viewport, before) {
        if (this.#isFollowing) return;
        const viewports = this.viewports();
        const other = viewports.find((one) => one !== viewport);
        if (!other?.display || !viewport.display) return;
        /** @type {Partial<ViewerState>} */
        const changes = {};
        const after = viewport.state;
        if (this.on.scroll && this.#link && after.index !== before.index) {
            const index = followed(this.#link, after.index, viewport === viewports[1]);
            if (index !== other.state.index) Object.assign(changes, { index, playing: false });
        }
        if (this.on.view) Object.assign(changes, movedAlong(before, after, other.state));
        if (this.on.window) Object.assign(changes, windowAlong(viewport, other, before));
        if (Object.keys(changes).length > 0) this.alone(() => other.change(changes));
    }

    /**
     * Brings the other viewport to what this one has: for the moment in which a link is switched on.
     * @param {LinkKind} kind
     * @param {TarnViewport} viewport
     */
    #adopt(kind, viewport) {
        const other = this.viewports().find((one) => one !== viewport);
        if (!other) return;
        if (kind === "scroll") return this.take();
        const { zoom, panX, panY } = viewport.state;
        const changes = kind === "view" ? { zoom, panX, panY } : windowAlong(viewport, other, null);
        this.alone(() => other.change(changes));
    }
}

/**
 * The same movement of the picture on the canvas for the other image, wherever that stands.
 * @param {ViewerState} before
 * @param {ViewerState} after
 * @param {ViewerState} other
 * @returns {Partial<ViewerState>}
 */
export function movedAlong(before, after, other) {
    if (after.zoom === before.zoom && after.panX === before.panX && after.panY === before.panY) return {};
    if (after.zoom === 1 && after.panX === 0 && after.panY === 0) return { zoom: 1, panX: 0, panY: 0 };
    const factor = after.zoom / before.zoom;
    return {
        zoom: other.zoom * factor,
        panX: other.panX * factor + after.panX - before.panX * factor,
        panY: other.panY * factor + after.panY - before.panY * factor,
    };
}

/**
 * Values of one modality only can be compared.
 * @param {TarnViewport} viewport
 * @param {TarnViewport} other
 * @param {ViewerState | null} before
 * @returns {Partial<ViewerState>}
 */
function windowAlong(viewport, other, before) {
    const { window, windowName, invert } = viewport.state;
    if (before && window === before.window && windowName === before.windowName && invert === before.invert) return {};
    if (viewport.display?.series.modality !== other.display?.series.modality) return {};
    return { window, windowName, invert };
}
