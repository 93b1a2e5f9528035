import { h } from "../core/dom.js";
import { modalityName } from "../core/format.js";

/**
 * The modalities of a study as badges with their full names for those who don't know the code.
 * @param {string[]} modalities
 */
export function modalityBadges(modalities) {
    return h(
        "span",
        { class: "badges" },
        modalities.map((code) => h("span", { class: "badge accent", title: modalityName(code) }, code)),
    );
}
