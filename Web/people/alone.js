/** Pages that stand alone, without the bar: a card with the mark, what it is for, and one thing to do. */

import { fill, h } from "../core/dom.js";

/** @import { Children } from "../core/dom.js" */

/**
 * The mark and the words above a form that stands alone.
 * @param {string} title
 * @param {string} text
 */
export function greeting(title, text) {
    return h(
        "div",
        { class: "greeting" },
        h("img", { src: "/web/icon.svg", alt: "", width: 48, height: 48 }),
        h("h1", { tabindex: -1 }, title),
        h("p", { class: "muted" }, text),
    );
}

/**
 * A page of one card. `show` puts the next step in place of the one before, and says so by moving the focus.
 */
export function alone() {
    const card = h("div", { class: "card" });
    return {
        page: h("main", { class: "alone" }, card),
        /** @param {...Children} content */
        show(...content) {
            const isNext = card.childElementCount > 0;
            fill(card, ...content);
            if (isNext) card.querySelector("h1")?.focus();
        },
    };
}

/**
 * The token behind the "#" of a mailed link, which no server and no log ever sees; it is taken out of the address
 * bar and of the history at once.
 * @returns {string} empty where there is none
 */
export function takeToken() {
    const token = location.hash.slice(1);
    history.replaceState(null, "", location.pathname);
    return token;
}

/**
 * Links below a card's form, each a question and its answer.
 * @param {[question: string, path: string, answer: string][]} links
 */
export function ways(links) {
    return h(
        "ul",
        { class: "ways" },
        links.map(([question, href, answer]) =>
            h("li", null, question ? `${question} ` : null, h("a", { href }, answer))
        ),
    );
}
