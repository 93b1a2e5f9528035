import { h } from "../core/dom.js";

/**
 * @typedef {object} MenuItem
 * @property {string} text
 * @property {string} [key] shown beside it
 * @property {boolean} [checked] for what can be on or off
 * @property {boolean} [disabled]
 * @property {() => void} act
 */

/**
 * A menu at a place of the window; null draws a line. Arrow keys move, Escape and a click elsewhere close.
 * @param {{ x: number, y: number }} at CSS pixels of the window
 * @param {(MenuItem | null)[]} items
 * @param {string} label
 * @param {HTMLElement} parent within which it stands in the document
 * @returns {() => void} closes it
 */
export function openMenu(at, items, label, parent) {
    const before = document.activeElement;
    const closing = new AbortController();
    const { signal } = closing;
    const buttons = items.map((item) => item && menuButton(item, () => close()));
    const menu = h(
        "div",
        { class: "menu", role: "menu", "aria-label": label, tabindex: "-1" },
        buttons.map((button) => button ?? h("hr", { role: "separator" })),
    );

    function close() {
        if (!menu.isConnected) return;
        const hadFocus = menu.contains(document.activeElement);
        closing.abort();
        menu.remove();
        if (hadFocus && before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
    }

    menu.addEventListener("keydown", (event) => {
        event.stopPropagation();
        const able = buttons.filter((button) => button !== null && !button.disabled);
        const current = able.findIndex((button) => button === document.activeElement);
        const step = { ArrowDown: current + 1, ArrowUp: current - 1, Home: 0, End: -1 }[event.key];
        if (step !== undefined) able.at(step >= able.length ? 0 : step)?.focus();
        else if (event.key === "Escape" || event.key === "Tab") close();
        else return;
        event.preventDefault();
    });
    menu.addEventListener("contextmenu", (event) => event.preventDefault());
    addEventListener("pointerdown", (event) => {
        if (event.target instanceof Node && !menu.contains(event.target)) close();
    }, { signal, capture: true });
    addEventListener("resize", close, { signal });
    addEventListener("tarn:go", close, { signal });
    parent.append(menu);
    place(menu, at);
    buttons.find((button) => button !== null && !button.disabled)?.focus({ preventScroll: true });
    return close;
}

/** @param {MenuItem} item @param {() => void} close */
function menuButton({ text, key, checked, disabled, act }, close) {
    const button = h(
        "button",
        {
            type: "button",
            role: checked === undefined ? "menuitem" : "menuitemcheckbox",
            "aria-checked": checked === undefined ? null : String(checked),
            disabled,
        },
        h("span", null, text),
        key ? h("kbd", { "aria-hidden": "true" }, key) : null,
    );
    button.addEventListener("click", () => {
        close();
        act();
    });
    return button;
}

/**
 * Within the window, whatever the place. Styles through the CSSOM: the policy forbids style attributes, not these.
 * @param {HTMLElement} menu
 * @param {{ x: number, y: number }} at
 */
function place(menu, { x, y }) {
    const { width, height } = menu.getBoundingClientRect();
    menu.style.left = `${Math.max(4, Math.min(x, innerWidth - width - 4))}px`;
    menu.style.top = `${Math.max(4, Math.min(y, innerHeight - height - 4))}px`;
}
