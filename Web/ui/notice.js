import { h } from "../core/dom.js";
import { icon } from "./icons.js";

/**
 * A sentence in a coloured box.
 * @param {"info" | "good" | "warn" | "bad"} kind
 * @param {...(Node | string)} content
 */
export function notice(kind, ...content) {
    const symbol = { info: "info", good: "check", warn: "alert", bad: "alert" }[kind];
    return h(
        "div",
        { class: `notice ${kind}`, role: kind === "bad" ? "alert" : null },
        icon(symbol),
        h("div", null, content),
    );
}

/**
 * What stands where there is nothing yet: what this place is for, and what to do.
 * @param {{ symbol: string, title: string, text: string, actions?: (Node | null)[] }} what
 */
export function empty({ symbol, title, text, actions = [] }) {
    return h(
        "div",
        { class: "empty" },
        icon(symbol),
        h("h2", null, title),
        h("p", null, text),
        actions.length > 0 ? h("div", { class: "actions" }, actions) : null,
    );
}

/**
 * A failure with a button that tries again.
 * @param {string} message
 * @param {() => void} retry
 */
export function failure(message, retry) {
    const button = h("button", { class: "button", type: "button", onclick: retry }, "Try again");
    return h(
        "div",
        { class: "empty", role: "alert" },
        icon("alert"),
        h("h2", null, "That did not work"),
        h("p", null, message),
        button,
    );
}

/**
 * A message that passes by.
 * @param {string} text
 * @param {"check" | "alert" | "info"} [symbol]
 */
export function toast(text, symbol = "check") {
    let place = document.querySelector(".toasts");
    if (!place) {
        place = h("div", { class: "toasts", role: "status", "aria-live": "polite" });
        document.body.append(place);
    }
    const message = h("div", { class: "toast" }, icon(symbol), h("div", null, text));
    place.append(message);
    setTimeout(() => message.remove(), 6000);
}
