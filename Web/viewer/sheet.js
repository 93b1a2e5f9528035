import { h } from "../core/dom.js";
import { openDialog } from "../ui/dialog.js";
import { bindings } from "./tools/keymap.js";
import { ctPresets } from "./tools/presets.js";

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

/** The list of keys and mouse actions. */
export function openShortcuts() {
    const groups = [...new Set(bindings.map(({ group }) => group))];
    const presets = [
        ...ctPresets.map(({ key, name, width, center }) => [key, `${name} (${width} / ${center})`]),
        ["8", "Automatic"],
        ["0", "As in the file"],
    ];
    const close = h("button", { class: "button primary", type: "button" }, "Close");
    const dialog = openDialog(
        "Keys and mouse",
        h("div", { class: "sheet" }, [
            ...groups.map((group) =>
                block(group, bindings.filter((one) => one.group === group).map(({ show, text }) => [show, text]))
            ),
            block("Windows (1 to 7: CT only)", presets),
            block("Mouse and touch", mouse),
        ]),
        h("div", { class: "actions" }, close),
    );
    dialog.classList.add("large");
    close.addEventListener("click", () => dialog.close());
    close.focus();
}
