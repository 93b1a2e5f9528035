import { shownKey } from "./tools/keymap.js";

/** @import { Extensions } from "./extensions.js" */
/** @import { MenuItem } from "./menu.js" */
/** @import { Action } from "./tools/keymap.js" */
/** @import { Keys } from "./tools/keys.js" */
/** @import { TarnViewport } from "./viewport.js" */

/**
 * What the menu of an image offers.
 * @param {object} what
 * @param {TarnViewport} what.viewport
 * @param {Keys} what.keys
 * @param {Extensions} what.extensions
 * @param {boolean} what.isMany
 * @param {boolean} what.isMaximised
 * @param {(action: Action) => void} what.act
 * @returns {(MenuItem | null)[]}
 */
export function menuItems({ viewport, keys, extensions, isMany, isMaximised, act }) {
    const { state, display, window } = viewport;
    /** @param {Action} action @param {Partial<MenuItem>} [more] @returns {MenuItem} */
    const item = (action, more) => ({
        text: keys.text(action),
        key: keys.of(action).slice(0, 1).map(shownKey).join(""),
        act: () => act(action),
        ...more,
    });
    const presets = display?.series.modality === "CT" ? ["0", "8", "1", "2", "3", "4", "5", "6", "7"] : ["0", "8"];
    const windows = window === null ? [] : presets.map((digit) =>
        item(`preset:${digit}`, {
            text: keys.text(`preset:${digit}`).replace(/ \(CT.*/, ""),
            checked: state.windowName === `key:${digit}`,
        })
    );
    const extras = extensions.actions.filter(({ icon }) => icon).map(({ name, pressed, enabled }) =>
        item(name, pressed ? { checked: pressed() } : { disabled: enabled ? !enabled() : false })
    );
    return [
        ...windows,
        windows.length > 0 ? null : [],
        item("invert", { checked: state.invert }),
        item("fit"),
        item("rotateRight"),
        item("flipHorizontal", { checked: state.flipHorizontal }),
        item("reset"),
        extras.length > 0 ? null : [],
        ...extras,
        null,
        item("two", { text: isMany ? "Only this image" : keys.text("two") }),
        isMany ? item("maximise", { text: isMaximised ? "Both images" : "Large", key: "" }) : [],
    ].flat();
}
