/** The held image with its boxes: frames, contrast, size on the screen. */

import { announce, fill, h } from "../core/dom.js";
import { icon } from "../ui/icons.js";
import { Boxes } from "./boxes.js";
import { boxLayer } from "./drawing.js";
import { Frames } from "./frames.js";

/** @import { HeldItem } from "../types.d.ts" */

/** Between two frames of a film, in milliseconds. */
const pace = 80;
/** Frames that are asked for before they are shown. */
const ahead = 6;
/** Sizes on the screen; the first fits. */
const zooms = [1, 2, 4];

/**
 * @param {{ changed: () => void, signal: AbortSignal }} how `changed` is told of each change of the boxes, and of each
 *     frame that was seen
 */
export function stage({ changed, signal }) {
    const frames = new Frames();
    const sheet = h("div", { class: "held-sheet" });
    const picture = h("div", { class: "held-picture" }, sheet);
    const bar = h("div", { class: "held-frames" });
    const element = h("section", { class: "held-look", "aria-label": "The image" }, picture, bar);
    const state = {
        /** @type {HeldItem | undefined} */ item: undefined,
        boxes: new Boxes({ rows: 0, columns: 0 }),
        frame: 1,
        stretched: false,
        zoom: 0,
        playing: 0,
        /** Frames that were on the screen. @type {Set<number>} */ seen: new Set(),
    };
    let drawn = boxLayer(state.boxes, () => {});
    const total = () => state.item?.frames ?? 1;

    /** The image as large as fits, or a multiple of that. */
    function fit() {
        const { rows, columns } = state.boxes;
        if (!rows || !columns) return;
        const { clientWidth, clientHeight } = picture;
        const scale = Math.min(clientWidth / columns, clientHeight / rows) * (zooms[state.zoom] ?? 1);
        sheet.style.width = `${Math.max(1, Math.floor(columns * scale))}px`;
        sheet.style.height = `${Math.max(1, Math.floor(rows * scale))}px`;
        drawn.refresh();
    }
    const resized = new ResizeObserver(fit);
    resized.observe(picture);
    signal.addEventListener("abort", () => {
        resized.disconnect();
        stop();
    });

    function boxesChanged() {
        drawn.refresh();
        changed();
    }

    function showFrame() {
        const { item } = state;
        if (!item) return;
        const image = frames.picture(item, state.frame, state.stretched);
        const shown = () => {
            if (state.item !== item || image.parentElement !== sheet) return;
            state.seen.add(state.frame);
            changed();
        };
        image.addEventListener("error", () => {
            if (image.parentElement !== sheet) return;
            stop();
            fill(
                sheet,
                h("p", null, "This object can't be shown as an image. Judge it by its description, or reject it."),
            );
            sheet.style.width = sheet.style.height = "";
        }, { once: true });
        fill(sheet, image, state.boxes.rows > 0 ? drawn.layer : null);
        drawn.refresh();
        if (image.complete && image.naturalWidth > 0) shown();
        else image.addEventListener("load", shown, { once: true });
        showBar();
    }

    function showBar() {
        const many = total() > 1;
        /** @type {(name: string, symbol: string | null, key: string, act: () => void, more?: object) => HTMLElement} */
        const button = (name, symbol, key, act, more = {}) =>
            h("button", { class: "button small", type: "button", title: `${name} (${key})`, onclick: act, ...more }, [
                symbol ? icon(symbol) : name,
                symbol ? h("span", { class: "visually-hidden" }, name) : null,
            ]);
        fill(
            bar,
            many
                ? [
                    button("Previous", null, "←", () => turn(-1), { disabled: state.frame === 1 }),
                    h("span", { class: "numeric" }, `Frame ${state.frame} of ${total()}`),
                    button("Next", null, "→", () => turn(1), { disabled: state.frame === total() }),
                    state.playing
                        ? button("Stop", "pause", "Space", stop)
                        : button("Play all frames", "play", "Space", play),
                ]
                : null,
            state.boxes.rows > 0
                ? [
                    button("Larger", "zoom", "Z", zoom, { "aria-pressed": state.zoom > 0 ? "true" : "false" }),
                    button("All values", "window", "C", stretch, {
                        "aria-pressed": state.stretched ? "true" : "false",
                    }),
                ]
                : null,
        );
    }

    /** @param {number} by */
    function turn(by) {
        stop();
        go(Math.min(total(), Math.max(1, state.frame + by)));
    }

    /** @param {number} frame */
    function go(frame) {
        if (frame === state.frame) return;
        state.frame = frame;
        showFrame();
    }

    function play() {
        if (total() < 2 || !state.item) return;
        if (state.frame === total()) go(1);
        state.playing = setInterval(() => {
            const { item, frame } = state;
            if (!item) return stop();
            if (frame === total()) return stop();
            for (let next = frame + 1; next <= Math.min(total(), frame + ahead); next++) {
                frames.picture(item, next, state.stretched);
            }
            // A frame that is on its way is waited for: every frame is seen.
            if (frames.picture(item, frame + 1, state.stretched).complete) go(frame + 1);
        }, pace);
        showBar();
    }

    function stop() {
        clearInterval(state.playing);
        if (state.playing === 0) return;
        state.playing = 0;
        showBar();
    }

    function zoom() {
        state.zoom = (state.zoom + 1) % zooms.length;
        announce(state.zoom ? `${zooms[state.zoom]} times as large` : "The whole image");
        fit();
        showBar();
    }

    function stretch() {
        state.stretched = !state.stretched;
        announce(state.stretched ? "All values are shown" : "As the file says");
        showFrame();
    }

    return {
        element,
        get boxes() {
            return state.boxes;
        },
        get frame() {
            return state.frame;
        },
        /** Frames that nobody has looked at. */
        get unseen() {
            return total() - state.seen.size;
        },
        /**
         * @param {HeldItem | undefined} item
         * @param {HeldItem | undefined} next the one that follows: its picture is asked for now
         */
        show(item, next) {
            if (item !== state.item) {
                stop();
                Object.assign(state, { item, frame: 1, zoom: 0, seen: new Set() });
                state.boxes = new Boxes(item ?? { rows: 0, columns: 0 });
                drawn = boxLayer(state.boxes, boxesChanged);
                frames.keepOnly([item, next]);
                showFrame();
                fit();
            }
            if (next) frames.picture(next, 1, state.stretched);
        },
        boxesChanged,
        turn,
        go: (/** @type {number} */ frame) => {
            stop();
            go(frame);
        },
        last: total,
        playOrStop: () => state.playing ? stop() : play(),
        zoom,
        stretch,
    };
}
