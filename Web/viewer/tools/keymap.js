/** Which key does what. The sheet behind "?" is made from the same table. */

/**
 * @typedef {"next" | "previous" | "first" | "last" | "nextSeries" | "previousSeries" | "zoomIn" | "zoomOut" | "fit"
 *   | "rotateRight" | "rotateLeft" | "flipHorizontal" | "flipVertical" | "invert" | "cine" | "reset" | "window"
 *   | "pan" | "zoom" | "scroll" | "overlay" | "smooth" | "shortcuts" | "panel" | "levelUp" | "levelDown" | "wider"
 *   | "narrower" | "panLeft" | "panRight" | "panUp" | "panDown" | "probe"} Action
 */

/** @type {{ keys: string[], show: string, action: Action, text: string, group: string }[]} */
export const bindings = [
    { keys: ["ArrowDown"], show: "↓", action: "next", text: "Next image", group: "Images" },
    { keys: ["ArrowUp"], show: "↑", action: "previous", text: "Previous image", group: "Images" },
    { keys: ["Home"], show: "Home", action: "first", text: "First image", group: "Images" },
    { keys: ["End"], show: "End", action: "last", text: "Last image", group: "Images" },
    { keys: ["PageDown"], show: "Page ↓", action: "nextSeries", text: "Next series", group: "Images" },
    { keys: ["PageUp"], show: "Page ↑", action: "previousSeries", text: "Previous series", group: "Images" },
    { keys: ["c"], show: "C", action: "cine", text: "Play or pause", group: "Images" },
    { keys: ["w"], show: "W", action: "window", text: "Brightness and contrast tool", group: "Window" },
    { keys: ["]"], show: "]", action: "levelUp", text: "Raise the level (darker)", group: "Window" },
    { keys: ["["], show: "[", action: "levelDown", text: "Lower the level (brighter)", group: "Window" },
    { keys: ["."], show: ".", action: "wider", text: "Widen (less contrast)", group: "Window" },
    { keys: [","], show: ",", action: "narrower", text: "Narrow (more contrast)", group: "Window" },
    { keys: ["i"], show: "I", action: "invert", text: "Invert", group: "Window" },
    { keys: ["+"], show: "+", action: "zoomIn", text: "Zoom in", group: "View" },
    { keys: ["-"], show: "−", action: "zoomOut", text: "Zoom out", group: "View" },
    { keys: ["=", "f"], show: "= or F", action: "fit", text: "Fit into the window", group: "View" },
    { keys: ["Shift+ArrowLeft"], show: "Shift ←", action: "panLeft", text: "Move left", group: "View" },
    { keys: ["Shift+ArrowRight"], show: "Shift →", action: "panRight", text: "Move right", group: "View" },
    { keys: ["Shift+ArrowUp"], show: "Shift ↑", action: "panUp", text: "Move up", group: "View" },
    { keys: ["Shift+ArrowDown"], show: "Shift ↓", action: "panDown", text: "Move down", group: "View" },
    { keys: ["r"], show: "R", action: "rotateRight", text: "Turn right", group: "View" },
    { keys: ["l"], show: "L", action: "rotateLeft", text: "Turn left", group: "View" },
    { keys: ["h"], show: "H", action: "flipHorizontal", text: "Flip left and right", group: "View" },
    { keys: ["v"], show: "V", action: "flipVertical", text: "Flip top and bottom", group: "View" },
    { keys: [" "], show: "Space", action: "reset", text: "Reset everything", group: "View" },
    { keys: ["p"], show: "P", action: "pan", text: "Move tool", group: "Tools" },
    { keys: ["z"], show: "Z", action: "zoom", text: "Zoom tool", group: "Tools" },
    { keys: ["s"], show: "S", action: "scroll", text: "Scroll tool", group: "Tools" },
    { keys: ["x"], show: "X", action: "probe", text: "Read the value in the middle", group: "Tools" },
    { keys: ["n"], show: "N", action: "smooth", text: "Smooth or true pixels", group: "Tools" },
    { keys: ["o"], show: "O", action: "overlay", text: "Text on the image", group: "Tools" },
    { keys: ["d"], show: "D", action: "panel", text: "Details beside the image", group: "Tools" },
    { keys: ["?"], show: "?", action: "shortcuts", text: "This list", group: "Tools" },
];

const byKey = new Map(bindings.flatMap((binding) => binding.keys.map((key) => [key, binding.action])));

/**
 * The action for a key press; null when it means nothing here or belongs to the browser.
 * @param {Pick<KeyboardEvent, "key" | "shiftKey" | "ctrlKey" | "metaKey" | "altKey">} event
 * @returns {Action | { preset: string } | null}
 */
export function actionOf({ key, shiftKey, ctrlKey, metaKey, altKey }) {
    if (ctrlKey || metaKey || altKey) return null;
    if (/^[0-9]$/.test(key)) return { preset: key };
    // Characters carry Shift in themselves ("+", "?"), arrows do not.
    const name = key.length === 1 ? key.toLowerCase() : key;
    return byKey.get(shiftKey && key.length > 1 ? `Shift+${name}` : name) ?? null;
}
