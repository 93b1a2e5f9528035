import { fill, h } from "../core/dom.js";
import { isAbort, messageOf, send } from "../core/api.js";
import { markdown } from "../core/markdown.js";
import { failure } from "../ui/notice.js";

/** @import { PageContext } from "../core/router.js" */
/** @import { Heading } from "../core/markdown.js" */

/**
 * The user guide: the file of the documentation, shown with a table of contents.
 * @param {PageContext} context
 */
export function render({ signal, setTitle }) {
    setTitle("Help");
    const main = h("main", { class: "wide guide-page" }, h("h1", { class: "visually-hidden" }, "Help"));
    load();
    return main;

    async function load() {
        try {
            const response = await send("/web/guides/user-guide.md", { signal });
            show(await response.text());
        } catch (error) {
            if (isAbort(error)) return;
            fill(main, h("h1", { class: "visually-hidden" }, "Help"), failure(messageOf(error), load));
        }
    }

    /** @param {string} source */
    function show(source) {
        const { content, headings } = markdown(source);
        const places = headings.filter(({ level }) => level === 2);
        fill(main, contents(places), h("article", { class: "guide" }, content));
        const wanted = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
        if (wanted) wanted.scrollIntoView();
        mark(main, places, signal);
    }
}

/** @param {Heading[]} headings */
function contents(headings) {
    return h("nav", { class: "guide-contents", "aria-label": "Contents" }, [
        h("strong", { class: "small" }, "Contents"),
        h("ul", null, headings.map(({ text, id }) => h("li", null, h("a", { href: `#${id}` }, text)))),
    ]);
}

/**
 * Shows in the table of contents where one is.
 * @param {HTMLElement} main
 * @param {Heading[]} headings
 * @param {AbortSignal} signal
 */
function mark(main, headings, signal) {
    const show = () => {
        const passed = headings.filter(({ id }) =>
            (document.getElementById(id)?.getBoundingClientRect().top ?? 1e9) < 120
        );
        const current = passed.at(-1)?.id ?? headings[0]?.id;
        for (const link of main.querySelectorAll(".guide-contents a")) {
            if (link.getAttribute("href") === `#${current}`) link.setAttribute("aria-current", "true");
            else link.removeAttribute("aria-current");
        }
    };
    addEventListener("scroll", show, { signal, passive: true });
    show();
}
