import { h } from "../core/dom.js";

/** Keys of labels: digits first, then letters. */
export const labelKeys = "123456789abcdefghijklmnopqrstuvwxyz";

/** A small square of a label's colour. @param {string} color */
export function swatch(color) {
    const element = h("span", { class: "ann-swatch", "aria-hidden": "true" });
    // Through the object model: a style attribute is forbidden by the page's policy.
    element.style.backgroundColor = color;
    return element;
}
