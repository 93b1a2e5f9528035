import { fill, h } from "../core/dom.js";
import { icon } from "../ui/icons.js";
import { bindings } from "./tools/keymap.js";
import { autoKey, ctPresets, fileKey } from "./tools/presets.js";

/** @import { Action } from "./tools/keymap.js" */
/** @import { ViewerState } from "./state.js" */
/** @import { VOIWindow } from "../types.d.ts" */

/** @type {[Action, string, string][]} */
const tools = [
    ["window", "window", "Window"],
    ["pan", "pan", "Move"],
    ["zoom", "zoom", "Zoom"],
    ["scroll", "scroll", "Scroll"],
];

/** @type {([Action, string] | null)[]} */
const actions = [
    ["invert", "invert"],
    null,
    ["zoomOut", "minus"],
    ["zoomIn", "plus"],
    ["fit", "fit"],
    null,
    ["rotateRight", "rotate"],
    ["flipHorizontal", "flip"],
    ["flipVertical", "flipVertical"],
    ["smooth", "smooth"],
    ["reset", "reset"],
    null,
    ["overlay", "overlay"],
    ["shortcuts", "keyboard"],
    ["panel", "panel"],
];

/** @param {Action} action */
function describe(action) {
    const binding = bindings.find((candidate) => candidate.action === action);
    return binding ? `${binding.text} (${binding.show})` : action;
}

/**
 * What the toolbar tells the viewer.
 * @typedef {object} ToolbarTarget
 * @property {(action: Action) => void} act
 * @property {(key: string) => void} preset
 * @property {(index: number) => void} fileWindow
 * @property {(center: number, width: number) => void} setWindow
 */

/** The buttons above the image: each canvas action has one. */
export class Toolbar {
    /** @type {Map<Action, HTMLButtonElement>} */
    #buttons = new Map();

    /** @param {ToolbarTarget} target */
    constructor(target) {
        this.target = target;
        this.presets = h("select", { class: "input", "aria-label": "Window preset" });
        this.presets.addEventListener("change", () => {
            const [kind, value] = this.presets.value.split(":");
            if (kind === "key") target.preset(value ?? "");
            else if (kind === "file") target.fileWindow(Number(value));
        });
        this.width = this.#number("Window width");
        this.level = this.#number("Window level");
        this.element = h("div", { class: "toolbar", role: "toolbar", "aria-label": "Image tools" }, [
            h(
                "div",
                { class: "group", role: "group", "aria-label": "Tool of the left mouse button" },
                tools.map(([action, symbol, name]) => this.#button(action, symbol, name)),
            ),
            h("div", { class: "group windowing" }, [
                this.presets,
                h("label", { class: "mini" }, h("span", { "aria-hidden": "true" }, "W"), this.width),
                h("label", { class: "mini" }, h("span", { "aria-hidden": "true" }, "L"), this.level),
            ]),
            h(
                "div",
                { class: "group" },
                actions.map((entry) => entry ? this.#button(...entry) : h("span", { class: "gap" })),
            ),
        ]);
    }

    /** @param {string} label */
    #number(label) {
        const input = h("input", { class: "input", type: "number", step: "any", "aria-label": label, title: label });
        input.addEventListener("change", () => {
            const width = Number(this.width.value);
            const center = Number(this.level.value);
            if (this.width.value && this.level.value && width > 0) this.target.setWindow(center, width);
        });
        return input;
    }

    /**
     * @param {Action} action
     * @param {string} symbol
     * @param {string} [name]
     */
    #button(action, symbol, name) {
        const label = describe(action);
        const button = h(
            "button",
            { class: "tool", type: "button", title: label, "aria-label": label },
            icon(symbol),
            name ? h("span", { class: "name", "aria-hidden": "true" }, name) : null,
        );
        button.addEventListener("click", () => this.target.act(action));
        this.#buttons.set(action, button);
        return button;
    }

    /**
     * Lists the windows that make sense for a series.
     * @param {string} modality
     * @param {VOIWindow[]} fileWindows
     */
    offer(modality, fileWindows) {
        fill(this.presets, [
            h("option", { value: "own", hidden: true }, "My window"),
            ...(fileWindows.length > 0
                ? fileWindows.map((window, index) =>
                    h(
                        "option",
                        { value: index === 0 ? `key:${fileKey}` : `file:${index}` },
                        window.explanation
                            ? `File: ${window.explanation}`
                            : `From the file${index > 0 ? ` ${index + 1}` : ""}`,
                    )
                )
                : [h("option", { value: `key:${fileKey}` }, "Standard")]),
            h("option", { value: `key:${autoKey}` }, "Automatic"),
            ...(modality === "CT" ? ctPresets.map(({ key, name }) => h("option", { value: `key:${key}` }, name)) : []),
        ]);
    }

    /**
     * @param {ViewerState} state
     * @param {VOIWindow | null} window what is in force; null for pictures whose window can't be changed
     */
    show(state, window) {
        for (const [action] of tools) {
            this.#buttons.get(action)?.setAttribute("aria-pressed", String(state.tool === action));
        }
        const pressed = /** @type {[Action, boolean][]} */ ([
            ["invert", state.invert],
            ["flipHorizontal", state.flipHorizontal],
            ["flipVertical", state.flipVertical],
            ["smooth", state.smooth],
            ["overlay", state.overlay],
        ]);
        for (const [action, on] of pressed) this.#buttons.get(action)?.setAttribute("aria-pressed", String(on));
        for (const input of [this.width, this.level, this.presets]) input.disabled = window === null;
        if (!window) return;
        const digits = window.width < 10 ? 2 : 0;
        if (document.activeElement !== this.width) this.width.value = window.width.toFixed(digits);
        if (document.activeElement !== this.level) this.level.value = window.center.toFixed(digits);
        this.presets.value = state.windowName || "own";
    }
}
