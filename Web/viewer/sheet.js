import { announce, fill, h } from "../core/dom.js";
import { openDialog } from "../ui/dialog.js";
import { keyName, shownKey } from "./tools/keymap.js";

/** @import { Binding } from "./tools/keymap.js" */
/** @import { Keys } from "./tools/keys.js" */

const mouse = [
    ["Drag", "The chosen tool; at first brightness and contrast"],
    ["Wheel", "Next and previous image"],
    ["Right button, drag", "Zoom"],
    ["Right button, click", "Menu"],
    ["Middle button or Shift, drag", "Move"],
    ["Ctrl and wheel", "Zoom where the pointer is"],
    ["Double click", "One of two images large"],
    ["Shift and move", "The same place in the other image"],
    ["Two fingers", "Zoom and move"],
    ["Three fingers", "Scroll"],
];

/** @param {string} title @param {Node[]} rows */
function block(title, rows) {
    return h("section", null, h("h3", null, title), h("dl", null, rows));
}

/**
 * The list of keys and mouse actions, in which keys can be changed.
 * @param {Keys} keys
 * @param {(action: string) => boolean} works whether an action does anything here
 */
export function openShortcuts(keys, works) {
    const close = h("button", { class: "button primary", type: "button" }, "Close");
    const reset = h("button", { class: "button", type: "button" }, "All keys as they came");
    const sheet = h("div", { class: "sheet" });
    const draw = () => {
        const list = keys.list.filter(({ action, extra, text }) => text && (!extra || works(action)));
        const groups = [...new Set(list.map(({ group }) => group))];
        fill(sheet, [
            ...groups.map((group) =>
                block(group, list.filter((one) => one.group === group).map((one) => keyRow(one, keys, draw)))
            ),
            block("Mouse and touch", mouse.map(([what, text]) => row(h("kbd", null, what ?? ""), text ?? ""))),
        ]);
        reset.hidden = !keys.isChanged;
    };
    draw();
    const dialog = openDialog(
        "Keys and mouse",
        h("p", { class: "muted" }, "To change a key, click on it and press another one. This browser keeps your keys."),
        sheet,
        h("div", { class: "actions" }, reset, close),
    );
    dialog.classList.add("large");
    reset.addEventListener("click", () => {
        keys.reset();
        draw();
        announce("All keys are as they came");
        close.focus({ preventScroll: true });
    });
    close.addEventListener("click", () => dialog.close());
    close.focus({ preventScroll: true });
}

/** @param {Node} keys @param {string} text */
function row(keys, text) {
    return h("div", null, h("dt", null, keys), h("dd", null, text));
}

/**
 * @param {Binding} binding
 * @param {Keys} keys
 * @param {() => void} redraw
 */
function keyRow({ action, text, keys: names }, keys, redraw) {
    const shown = names.map(shownKey).join(" or ") || "none";
    const button = h(
        "button",
        { class: "key", type: "button", "aria-label": `${text}: ${shown}. Change the key`, "data-action": action },
        names.length > 0 ? names.map((name) => h("kbd", null, shownKey(name))) : h("span", { class: "muted" }, "none"),
    );
    const place = h("div", { class: "keys" }, button);
    button.addEventListener("click", () =>
        ask(place, text, action, keys, () => {
            const sheet = place.closest(".sheet");
            redraw();
            const again = sheet?.querySelector(`[data-action="${CSS.escape(action)}"]`);
            if (again instanceof HTMLElement) again.focus();
        }));
    return row(place, text);
}

/**
 * Waits for a key, says whose it is, and gives it to the action.
 * @param {HTMLElement} place
 * @param {string} text of the action
 * @param {string} action
 * @param {Keys} keys
 * @param {() => void} done
 */
function ask(place, text, action, keys, done) {
    const waiting = h("button", { class: "key waiting", type: "button" }, "Press a key…");
    const word = h("p", { class: "key-word", role: "alert" });
    fill(place, waiting, word);
    waiting.focus();
    waiting.addEventListener("blur", () =>
        setTimeout(() => {
            if (!place.contains(document.activeElement)) done();
        }));
    waiting.addEventListener("keydown", (event) => {
        const key = keyName(event);
        if (key === "Tab" || key === "Shift+Tab") return;
        event.preventDefault();
        event.stopPropagation();
        if (key === "Escape") return done();
        const refusal = keys.refusal(key);
        if (refusal) return void (word.textContent = refusal);
        const holder = keys.holder(key);
        if (!holder || holder.action === action) {
            keys.bind(action, key);
            announce(`${text}: ${shownKey(key)}`);
            return done();
        }
        const take = h("button", { class: "button small", type: "button" }, "Use it here");
        const leave = h("button", { class: "button small", type: "button" }, "Leave it");
        take.addEventListener("click", () => {
            keys.bind(action, key);
            done();
        });
        leave.addEventListener("click", done);
        fill(place, h("p", { class: "key-word", role: "alert" }, `${shownKey(key)} is “${holder.text}”.`), take, leave);
        take.focus();
    });
}
