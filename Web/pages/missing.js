import { h } from "../core/dom.js";
import { empty } from "../ui/notice.js";

/** @import { PageContext } from "../core/router.js" */

/**
 * What a person sees where there is nothing, or nothing for them: the two look the same on purpose.
 * @param {string} [text]
 */
export function missingContent(
    text = "The address may be wrong, the study may have been removed, or your account may not see it. " +
        "If you expected something here, ask the administrator of your project.",
) {
    return empty({
        symbol: "search",
        title: "Nothing to see here",
        text,
        actions: [h("a", { class: "button primary", href: "/studies" }, "Go to the studies")],
    });
}

/** @param {PageContext} context */
export function render({ setTitle }) {
    setTitle("Not found");
    return h("main", null, h("h1", { class: "visually-hidden" }, "Not found"), missingContent());
}
