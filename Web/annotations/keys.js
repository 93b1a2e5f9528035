/** What keys and buttons do to annotations. */

import { announce } from "../core/dom.js";
import { movedBy } from "./geometry.js";
import { typeName } from "./measure.js";
import { addTo, drawingTool } from "./tools.js";

/** @import { ExtraAction, ExtraTool } from "../viewer/extensions.js" */
/** @import { TarnViewport } from "../viewer/viewport.js" */
/** @import { AnnotationDesk } from "./desk.js" */
/** @import { AnnotationType } from "./types.d.ts" */

/** @type {{ name: AnnotationType, text: string, keys: string[], icon: string }[]} */
const drawings = [
    { name: "length", text: "Measure a length", keys: ["m"], icon: "ruler" },
    { name: "rectangle", text: "Draw a rectangle", keys: ["b"], icon: "rectangle" },
    { name: "ellipse", text: "Draw an ellipse", keys: ["e"], icon: "ellipse" },
    { name: "point", text: "Mark a point", keys: ["a"], icon: "point" },
];

/**
 * @param {AnnotationDesk} desk
 * @returns {ExtraTool[]}
 */
export function toolsOf(desk) {
    return drawings.map((one) => ({
        ...one,
        handler: (/** @type {TarnViewport} */ viewport) => drawingTool(desk.layerOf(viewport), one.name),
    }));
}

/** One pixel each; with Shift ten. @type {[key: string, name: string, dx: number, dy: number][]} */
const nudges = [
    ["ArrowLeft", "left", -1, 0],
    ["ArrowRight", "right", 1, 0],
    ["ArrowUp", "up", 0, -1],
    ["ArrowDown", "down", 0, 1],
];

/** Actions of the viewer's own that move what is steered. @type {Record<string, [dx: number, dy: number]>} */
const steering = {
    next: [0, 1],
    previous: [0, -1],
    nextViewport: [1, 0],
    previousViewport: [-1, 0],
    panLeft: [-10, 0],
    panRight: [10, 0],
    panUp: [0, -10],
    panDown: [0, 10],
};

/**
 * Moves what is selected as it is seen: up on the screen is up, however the image is turned.
 * @param {AnnotationDesk} desk
 * @param {TarnViewport} viewport
 * @param {number} dx
 * @param {number} dy
 * @returns {boolean} whether anything is selected here
 */
function nudge(desk, viewport, dx, dy) {
    const { shown } = viewport;
    const store = shown && desk.storeOf(shown.study.uid);
    const one = store?.selected;
    const map = viewport.toCanvas();
    if (!store || !shown || !one || !map || one.points.length === 0) return false;
    if (one.instance !== shown.frame.instance || one.frame !== shown.frame.frame) return false;
    const sign = (/** @type {number} */ value) => Math.abs(value) < 1e-9 ? 0 : Math.sign(value);
    const [x, y] = [sign(map.a) * dx + sign(map.b) * dy, sign(map.c) * dx + sign(map.d) * dy];
    store.change(one.id, { points: movedBy(one, x, y, shown.frame) }, `nudge:${one.id}`);
    return true;
}

/** @param {AnnotationDesk} desk @param {TarnViewport} viewport */
function toggleKeyImage(desk, viewport) {
    const { shown } = viewport;
    if (!shown) return;
    const store = desk.storeOf(shown.study.uid);
    const { instance, frame } = shown.frame;
    const marked = store.on(instance, frame).find(({ type, label, id }) =>
        type === "image" && label === "" && store.mayChange(id)
    );
    if (marked) {
        store.remove(marked.id);
        announce("No key image any more");
    } else {
        addTo(store, store.make("image", shown.frame, []), desk.layerOf(viewport));
    }
}

/** @param {AnnotationDesk} desk @param {TarnViewport} viewport */
function remove(desk, viewport) {
    const store = desk.storeAt(viewport);
    const one = store?.selected;
    if (!store || !one) return;
    if (!store.mayChange(one.id)) return announce("This one belongs to a label set that you may only look at");
    store.remove(one.id);
    announce(`${typeName(one.type, one.label)} removed`);
}

/**
 * Escape: one thing at a time, what is in hand first.
 * @param {AnnotationDesk} desk
 * @param {TarnViewport} viewport
 * @returns {boolean} whether it meant anything here
 */
function cancel(desk, viewport) {
    const store = desk.storeAt(viewport);
    if (!store || store.preview) return false;
    if (store.steered) store.steered = false;
    else if (store.selected) store.select(null);
    else if (store.ghost) store.ghost = null;
    else if (drawings.some(({ name }) => name === viewport.state.tool)) viewport.change({ tool: "window" });
    else return false;
    return true;
}

/**
 * Digits choose the label of what is selected; with nothing selected they are windows.
 * @param {AnnotationDesk} desk
 * @returns {ExtraAction[]}
 */
function labelDigits(desk) {
    return Array.from({ length: 9 }, (_, index) => ({
        name: `preset:${index + 1}`,
        text: "",
        run: (/** @type {TarnViewport} */ viewport) => {
            const store = desk.storeAt(viewport);
            const label = store?.labels.filter(({ retired }) => !retired)[index];
            if (!store?.selected || !label || !store.mayChange(store.selected.id)) return false;
            store.change(store.selected.id, { label: label.name });
            store.label = label.name;
            announce(`Label ${label.name}`);
            return true;
        },
    }));
}

/**
 * @param {AnnotationDesk} desk
 * @returns {ExtraAction[]}
 */
export function actionsOf(desk) {
    const active = () => desk.storeAt(desk.viewer.active);
    return [
        {
            name: "keyImage",
            text: "Mark as key image",
            keys: ["k"],
            icon: "star",
            run: (viewport) => toggleKeyImage(desk, viewport),
        },
        {
            name: "undo",
            text: "Undo",
            keys: ["Ctrl+z"],
            icon: "undo",
            enabled: () => active()?.canUndo ?? false,
            run: (viewport) => desk.storeAt(viewport)?.undo(),
        },
        {
            name: "redo",
            text: "Redo",
            keys: ["Ctrl+y", "Ctrl+Shift+z"],
            icon: "redo",
            enabled: () => active()?.canRedo ?? false,
            run: (viewport) => desk.storeAt(viewport)?.redo(),
        },
        {
            name: "delete",
            text: "Delete what is chosen",
            keys: ["Backspace", "Delete"],
            run: (viewport) => remove(desk, viewport),
        },
        {
            name: "annotations",
            text: "Show or hide annotations",
            keys: ["j"],
            icon: "eye",
            pressed: () => !(active()?.hidden ?? false),
            run: (viewport) => {
                const store = desk.storeAt(viewport);
                if (store) store.hidden = !store.hidden;
            },
        },
        { name: "chooseLabel", text: "Choose a label", keys: ["/"], run: () => desk.chooseLabel() },
        ...nudges.flatMap(([key, name, dx, dy]) =>
            [1, 10].map((far) => ({
                name: `nudge:${name}:${far}`,
                text: `Move what is chosen ${name}${far > 1 ? " by ten pixels" : ""}`,
                keys: [`Ctrl+${far > 1 ? "Shift+" : ""}${key}`],
                run: (/** @type {TarnViewport} */ viewport) => nudge(desk, viewport, dx * far, dy * far),
            }))
        ),
        ...Object.entries(steering).map(([name, [dx, dy]]) => ({
            name,
            text: "",
            run: (/** @type {TarnViewport} */ viewport) =>
                (desk.storeAt(viewport)?.steered ?? false) && nudge(desk, viewport, dx, dy),
        })),
        { name: "cancel", text: "", run: (viewport) => cancel(desk, viewport) },
        ...labelDigits(desk),
    ];
}
