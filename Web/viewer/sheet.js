import { h } from "../core/dom.js";
import { openDialog } from "../ui/dialog.js";
import { shownKey } from "./tools/keymap.js";

/** @import { Keys } from "./tools/keys.js" */

const mouse = [
    ["Drag", "The chosen tool; at first brightness and contrast"],
    ["Wheel", "Next and previous image"],
    ["Right button, drag", "Zoom"],
    ["Middle button or Shift, drag", "Move"],
    ["Ctrl and wheel", "Zoom where the pointer is"],
    ["Two fingers", "Zoom and move"],
    ["Three fingers", "Scroll"],
];

/** @param {string} title @param {(readonly string[])[]} rows */
function block(title, rows) {
    return h(
        "section",
        null,
        h("h3", null, title),
        h(
            "dl",
            null,
            rows.map(([keys, text]) => h("div", null, h("dt", null, h("kbd", null, keys)), h("dd", null, text))),
        ),
    );
}

/**
 * The list of keys and mouse actions.
 * @param {Keys} keys
 * @param {(action: string) => boolean} works whether an action does anything here
 */
export function openShortcuts(keys, works) {
    const list = keys.list.filter(({ action, extra }) => !extra || works(action));
    const groups = [...new Set(list.map(({ group }) => group))];
    const close = h("button", { class: "button primary", type: "button" }, "Close");
    const dialog = openDialog(
        "Keys and mouse",
        h("div", { class: "sheet" }, [
            ...groups.map((group) =>
                block(
                    group,
                    list.filter((one) => one.group === group)
                        .map((one) => [one.keys.map(shownKey).join(" or "), one.text]),
                )
            ),
            block("Mouse and touch", mouse),
        ]),
        h("div", { class: "actions" }, close),
    );
    dialog.classList.add("large");
    close.addEventListener("click", () => dialog.close());
    close.focus();
}
