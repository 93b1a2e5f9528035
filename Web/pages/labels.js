import { h } from "../core/dom.js";

/** @import { PageContext } from "../core/router.js" */

/** @param {PageContext} context */
export function render({ setTitle }) {
    setTitle("Labels");
    return h("main", { class: "narrow" }, h("div", { class: "heading" }, h("h1", null, "Labels")));
}
