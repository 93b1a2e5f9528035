/**
 * The boxes of one image. A box is blacked out in every frame, or left: then somebody has looked at what is in it. All
 * is in pixels of the image, from 0, and stays within it.
 */

/** @import { PixelRegion } from "../types.d.ts" */

/**
 * @typedef {object} Box
 * @property {number} x
 * @property {number} y
 * @property {number} width
 * @property {number} height
 * @property {"rule" | "text" | "own"} origin of a rule, of the text detector, or drawn by hand
 * @property {boolean} black
 */

/** The corners by which a box is pulled. @typedef {"nw" | "ne" | "sw" | "se"} Corner */

/**
 * @param {number} value
 * @param {number} low
 * @param {number} high
 */
function within(value, low, high) {
    return Math.min(Math.max(value, low), Math.max(low, high));
}

export class Boxes {
    /** @type {Box[]} */
    list = [];
    /** Index of the selected one, or -1. */
    selected = -1;

    /**
     * @param {{ rows: number | null, columns: number | null, proposed?: PixelRegion[], found?: PixelRegion[] }} item
     */
    constructor({ rows, columns, proposed = [], found = [] }) {
        this.rows = rows ?? 0;
        this.columns = columns ?? 0;
        for (const region of proposed) this.list.push({ ...this.#kept(region), origin: "rule", black: true });
        for (const region of found) this.list.push({ ...this.#kept(region), origin: "text", black: true });
    }

    /** The selected box. */
    get current() {
        return this.list[this.selected] ?? null;
    }

    /** What is to be blacked out. @returns {PixelRegion[]} */
    get black() {
        return this.list.filter(({ black }) => black).map(plain);
    }

    /** What was looked at and left. @returns {PixelRegion[]} */
    get left() {
        return this.list.filter(({ black }) => !black).map(plain);
    }

    /**
     * A region within the image, at least one pixel of it.
     * @param {PixelRegion} region
     * @returns {PixelRegion}
     */
    #kept({ x, y, width, height }) {
        const left = within(Math.round(x), 0, this.columns - 1);
        const top = within(Math.round(y), 0, this.rows - 1);
        return {
            x: left,
            y: top,
            width: within(Math.round(width), 1, this.columns - left),
            height: within(Math.round(height), 1, this.rows - top),
        };
    }

    /**
     * A box between two points; it is selected.
     * @param {[number, number]} from
     * @param {[number, number]} to
     */
    draw(from, to) {
        const left = within(Math.floor(Math.min(from[0], to[0])), 0, this.columns - 1);
        const top = within(Math.floor(Math.min(from[1], to[1])), 0, this.rows - 1);
        const right = within(Math.ceil(Math.max(from[0], to[0])), left + 1, this.columns);
        const bottom = within(Math.ceil(Math.max(from[1], to[1])), top + 1, this.rows);
        const region = { x: left, y: top, width: right - left, height: bottom - top };
        this.selected = this.list.push({ ...region, origin: "own", black: true }) - 1;
    }

    /** A box in the middle, for who has no mouse; it is selected. */
    add() {
        const [width, height] = [Math.max(1, this.columns / 4), Math.max(1, this.rows / 12)];
        const [x, y] = [(this.columns - width) / 2, (this.rows - height) / 2];
        this.draw([x, y], [x + width, y + height]);
    }

    /**
     * Moves the selected box.
     * @param {number} dx
     * @param {number} dy
     */
    move(dx, dy) {
        const box = this.current;
        if (!box) return;
        box.x = within(Math.round(box.x + dx), 0, this.columns - box.width);
        box.y = within(Math.round(box.y + dy), 0, this.rows - box.height);
    }

    /**
     * Makes the selected box wider and higher, or narrower and lower; its top left corner stays.
     * @param {number} dx
     * @param {number} dy
     */
    grow(dx, dy) {
        const box = this.current;
        if (!box) return;
        box.width = within(Math.round(box.width + dx), 1, this.columns - box.x);
        box.height = within(Math.round(box.height + dy), 1, this.rows - box.y);
    }

    /**
     * Pulls a corner of the selected box to a point; the opposite one stays.
     * @param {Corner} corner
     * @param {[number, number]} to
     */
    pull(corner, [x, y]) {
        const box = this.current;
        if (!box) return;
        const [right, bottom] = [box.x + box.width, box.y + box.height];
        if (corner.endsWith("w")) {
            box.x = within(Math.round(x), 0, right - 1);
            box.width = right - box.x;
        } else box.width = within(Math.round(x) - box.x, 1, this.columns - box.x);
        if (corner.startsWith("n")) {
            box.y = within(Math.round(y), 0, bottom - 1);
            box.height = bottom - box.y;
        } else box.height = within(Math.round(y) - box.y, 1, this.rows - box.y);
    }

    /**
     * Selects the next box, or the one before; after the last, none.
     * @param {number} by 1 or -1
     */
    step(by) {
        const count = this.list.length + 1;
        this.selected = ((this.selected + 1 + by + count) % count) - 1;
    }

    /**
     * Takes the selected box away. One that was found stays as a mark that what is in it was looked at and left; the
     * same again blacks it out.
     * @returns {"gone" | "left" | "black" | null} what became of it
     */
    take() {
        const box = this.current;
        if (!box) return null;
        if (box.origin === "own") {
            this.list.splice(this.selected, 1);
            this.selected = Math.min(this.selected, this.list.length - 1);
            return "gone";
        }
        box.black = !box.black;
        return box.black ? "black" : "left";
    }

    /** @param {[number, number]} point @returns {number} index of the topmost box there, or -1 */
    at([x, y]) {
        return this.list.findLastIndex((box) =>
            x >= box.x && y >= box.y && x <= box.x + box.width && y <= box.y + box.height
        );
    }
}

/** @param {Box} box @returns {PixelRegion} */
function plain({ x, y, width, height }) {
    return { x, y, width, height };
}
