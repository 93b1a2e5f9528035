/** Which key does what, before anybody changes it. The sheet behind "?" is made from the same table. */

import { ctPresets } from "./presets.js";

/**
 * What the viewer can be asked to do, by a key, a button or `act`: a name of the table below, `preset:` and a digit,
 * or one that was added by `TarnViewer.extend`.
 * @typedef {string} Action
 */

/**
 * @typedef {object} Binding
 * @property {string[]} keys as `keyName` writes them
 * @property {Action} action
 * @property {string} text
 * @property {string} group
 * @property {boolean} [extra] whether it does nothing until somebody adds it
 * @property {boolean} [two] whether it needs a second viewport
 */

/** @type {Binding[]} */
export const bindings = [
    { keys: ["ArrowDown"], action: "next", text: "Next image", group: "Images" },
    { keys: ["ArrowUp"], action: "previous", text: "Previous image", group: "Images" },
    { keys: ["Home"], action: "first", text: "First image", group: "Images" },
    { keys: ["End"], action: "last", text: "Last image", group: "Images" },
    { keys: ["PageDown"], action: "nextSeries", text: "Next series", group: "Images" },
    { keys: ["PageUp"], action: "previousSeries", text: "Previous series", group: "Images" },
    { keys: ["c"], action: "cine", text: "Play or pause", group: "Images" },
    { keys: ["t"], action: "two", text: "Two images side by side", group: "Compare" },
    { keys: ["ArrowRight"], action: "nextViewport", text: "Image on the right", group: "Compare", two: true },
    { keys: ["ArrowLeft"], action: "previousViewport", text: "Image on the left", group: "Compare", two: true },
    { keys: ["Enter"], action: "maximise", text: "One image large, or both again", group: "Compare", two: true },
    { keys: ["y"], action: "linkScroll", text: "Scroll both together", group: "Compare", two: true },
    { keys: ["u"], action: "linkView", text: "Zoom and move both together", group: "Compare", two: true },
    { keys: ["g"], action: "linkWindow", text: "Same window in both", group: "Compare", two: true },
    { keys: ["x"], action: "references", text: "Lines where the images cross", group: "Compare", two: true },
    { keys: ["w"], action: "window", text: "Brightness and contrast tool", group: "Window" },
    { keys: ["]"], action: "levelUp", text: "Raise the level (darker)", group: "Window" },
    { keys: ["["], action: "levelDown", text: "Lower the level (brighter)", group: "Window" },
    { keys: ["."], action: "wider", text: "Widen (less contrast)", group: "Window" },
    { keys: [","], action: "narrower", text: "Narrow (more contrast)", group: "Window" },
    { keys: ["i"], action: "invert", text: "Invert", group: "Window" },
    ...ctPresets.map(({ key, name, width, center }) => ({
        keys: [key],
        action: `preset:${key}`,
        text: `${name} (CT, ${width} / ${center})`.replace("-", "−"),
        group: "Window",
    })),
    { keys: ["8"], action: "preset:8", text: "Automatic window", group: "Window" },
    { keys: ["0"], action: "preset:0", text: "Window of the file", group: "Window" },
    { keys: ["+"], action: "zoomIn", text: "Zoom in", group: "View" },
    { keys: ["-"], action: "zoomOut", text: "Zoom out", group: "View" },
    { keys: ["=", "f"], action: "fit", text: "Fit into the window", group: "View" },
    { keys: ["Shift+ArrowLeft"], action: "panLeft", text: "Move left", group: "View" },
    { keys: ["Shift+ArrowRight"], action: "panRight", text: "Move right", group: "View" },
    { keys: ["Shift+ArrowUp"], action: "panUp", text: "Move up", group: "View" },
    { keys: ["Shift+ArrowDown"], action: "panDown", text: "Move down", group: "View" },
    { keys: ["r"], action: "rotateRight", text: "Turn right", group: "View" },
    { keys: ["l"], action: "rotateLeft", text: "Turn left", group: "View" },
    { keys: ["h"], action: "flipHorizontal", text: "Flip left and right", group: "View" },
    { keys: ["v"], action: "flipVertical", text: "Flip top and bottom", group: "View" },
    { keys: [" "], action: "reset", text: "Reset everything", group: "View" },
    { keys: ["m"], action: "length", text: "Measure a length", group: "Measure", extra: true },
    { keys: ["k"], action: "keyImage", text: "Mark as key image", group: "Measure", extra: true },
    { keys: ["Backspace", "Delete"], action: "delete", text: "Delete what is chosen", group: "Measure", extra: true },
    { keys: ["Ctrl+z"], action: "undo", text: "Undo", group: "Measure", extra: true },
    { keys: ["Ctrl+y", "Ctrl+Shift+z"], action: "redo", text: "Redo", group: "Measure", extra: true },
    { keys: ["p"], action: "pan", text: "Move tool", group: "Tools" },
    { keys: ["z"], action: "zoom", text: "Zoom tool", group: "Tools" },
    { keys: ["s"], action: "scroll", text: "Scroll tool", group: "Tools" },
    { keys: ["q"], action: "probe", text: "Read the value in the middle", group: "Tools" },
    { keys: ["n"], action: "smooth", text: "Smooth or true pixels", group: "Tools" },
    { keys: ["o"], action: "overlay", text: "Text on the image", group: "Tools" },
    { keys: ["d"], action: "panel", text: "Details beside the image", group: "Tools" },
    { keys: ["ContextMenu", "Shift+F10"], action: "menu", text: "Menu of the image", group: "Tools" },
    { keys: ["Escape"], action: "cancel", text: "Cancel", group: "Tools" },
    { keys: ["?"], action: "shortcuts", text: "This list", group: "Tools" },
];

/**
 * A key press as text: "ArrowDown", "Shift+ArrowDown", "i", "?", "Ctrl+z". Characters carry Shift in themselves, so
 * that "?" is the same on every keyboard.
 * @param {Pick<KeyboardEvent, "key" | "shiftKey" | "ctrlKey" | "metaKey" | "altKey">} event
 * @returns {string}
 */
export function keyName({ key, shiftKey, ctrlKey, metaKey, altKey }) {
    const isCharacter = key.length === 1;
    const control = ctrlKey || metaKey;
    const shift = shiftKey && (!isCharacter || control);
    const name = isCharacter ? key.toLowerCase() : key;
    return `${control ? "Ctrl+" : ""}${altKey ? "Alt+" : ""}${shift ? "Shift+" : ""}${name}`;
}

/** @type {Record<string, string>} */
const shownNames = {
    ArrowDown: "↓",
    ArrowUp: "↑",
    ArrowLeft: "←",
    ArrowRight: "→",
    PageDown: "Page ↓",
    PageUp: "Page ↑",
    ContextMenu: "Menu",
    Escape: "Esc",
    " ": "Space",
    "-": "−",
};

/**
 * A key as a person reads it.
 * @param {string} name
 * @returns {string}
 */
export function shownKey(name) {
    const parts = /^((?:Ctrl\+|Alt\+|Shift\+)*)(.+)$/s.exec(name);
    const key = parts?.[2] ?? name;
    const shown = shownNames[key] ?? (key.length === 1 ? key.toUpperCase() : key);
    return (parts?.[1] ?? "").replaceAll("+", " ") + shown;
}
