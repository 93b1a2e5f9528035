import { append, h } from "../core/dom.js";
import { icon } from "./icons.js";

/** @import { Children } from "../core/dom.js" */

let count = 0;

/**
 * A modal dialog over the page; Escape closes it, and the focus returns to where it was.
 * @param {string} title
 * @param {...Children} content
 * @returns {HTMLDialogElement}
 */
export function openDialog(title, ...content) {
    const id = `dialog-${++count}`;
    const before = document.activeElement;
    const leave = h("button", { class: "button quiet", type: "button", "aria-label": "Close" }, icon("close"));
    const inside = h("div", { class: "inside" }, h("div", { class: "dialog-head" }, h("h2", { id }, title), leave));
    const dialog = h("dialog", { "aria-labelledby": id }, inside);
    append(inside, ...content);
    dialog.addEventListener("close", () => {
        dialog.remove();
        if (before instanceof HTMLElement && before.isConnected) before.focus();
    });
    leave.addEventListener("click", () => dialog.close());
    dialog.addEventListener("click", (event) => {
        if (event.target === dialog) dialog.close();
    });
    // Who goes back to another page does not find this one's question over it.
    const open = new AbortController();
    addEventListener("popstate", () => dialog.close(), { signal: open.signal });
    dialog.addEventListener("close", () => open.abort());
    document.body.append(dialog);
    dialog.showModal();
    // The first thing to be filled in, rather than the button that leaves.
    const first = inside.querySelector("input, select, textarea, .actions button");
    if (first instanceof HTMLElement) first.focus();
    return dialog;
}

/**
 * Asks before something that can't be taken back.
 * @param {{ title: string, text: string, action: string, danger?: boolean }} question
 * @returns {Promise<boolean>}
 */
export function confirmDialog({ title, text, action, danger = false }) {
    return new Promise((resolve) => {
        let answer = false;
        const go = h("button", { class: danger ? "button danger" : "button primary", type: "button" }, action);
        const stay = h("button", { class: "button", type: "button" }, "Cancel");
        const dialog = openDialog(title, h("p", null, text), h("div", { class: "actions" }, stay, go));
        go.addEventListener("click", () => {
            answer = true;
            dialog.close();
        });
        stay.addEventListener("click", () => dialog.close());
        dialog.addEventListener("close", () => resolve(answer));
        stay.focus();
    });
}
