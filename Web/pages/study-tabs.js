import { h } from "../core/dom.js";

/**
 * @typedef {object} Tab
 * @property {string} name for the address of the choice
 * @property {string} title
 * @property {HTMLElement} content
 * @property {() => void} [opened] called the first time it comes to be seen
 */

const choice = "tarn.tab";

/**
 * Tabs one of which is seen; the arrow keys go from one to the next. The choice is kept for the session.
 * @param {Tab[]} tabs
 * @param {string} label
 */
export function tabList(tabs, label) {
    /** @type {Set<Tab>} */
    const seen = new Set();
    const buttons = tabs.map(({ name, title }) =>
        h(
            "button",
            { class: "tab", type: "button", role: "tab", id: `tab-${name}`, "aria-controls": `panel-${name}` },
            title,
        )
    );
    const panels = tabs.map(({ name, content }) =>
        h("div", { role: "tabpanel", id: `panel-${name}`, "aria-labelledby": `tab-${name}` }, content)
    );

    /** @param {number} chosen */
    function open(chosen) {
        buttons.forEach((button, index) => {
            button.setAttribute("aria-selected", String(index === chosen));
            button.tabIndex = index === chosen ? 0 : -1;
        });
        panels.forEach((panel, index) => panel.hidden = index !== chosen);
        const tab = tabs[chosen];
        if (!tab || seen.has(tab)) return;
        seen.add(tab);
        tab.opened?.();
    }

    buttons.forEach((button, index) => {
        button.addEventListener("click", () => {
            sessionStorage.setItem(choice, tabs[index]?.name ?? "");
            open(index);
        });
        button.addEventListener("keydown", (event) => {
            const step = { ArrowRight: index + 1, ArrowLeft: index - 1, Home: 0, End: -1 }[event.key];
            if (step === undefined) return;
            event.preventDefault();
            const next = buttons.at(step >= buttons.length ? 0 : step);
            next?.focus();
            next?.click();
        });
    });
    open(Math.max(0, tabs.findIndex(({ name }) => name === sessionStorage.getItem(choice))));
    return h(
        "div",
        { class: "tabbed" },
        h("div", { class: "tabs", role: "tablist", "aria-label": label }, buttons),
        panels,
    );
}
