import { h } from "../core/dom.js";

/**
 * A label's colour; its name stands beside it.
 * @param {string} color "#rrggbb"
 */
export function swatch(color) {
    const element = h("span", { class: "swatch", "aria-hidden": "true" });
    // Through the object model: a style attribute would need a hole in the content security policy.
    if (/^#[0-9a-f]{6}$/i.test(color)) element.style.backgroundColor = color;
    return element;
}
