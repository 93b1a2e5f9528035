import { fill, h } from "../core/dom.js";
import { icon } from "../ui/icons.js";
import { autoKey, ctPresets, fileKey } from "./tools/presets.js";

/** @import { Action } from "./tools/keymap.js" */
/** @import { Keys } from "./tools/keys.js" */
/** @import { Extensions } from "./extensions.js" */
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
    ["two", "two"],
    ["shortcuts", "keyboard"],
    ["panel", "panel"],
];

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
    /** For what comes from outside. */
    extraTools = h("span", { class: "group" });
    links = h("div", { class: "group links", role: "group", "aria-label": "Both images together", hidden: true });
    extraActions = h("div", { class: "group", role: "group", "aria-label": "Annotations", hidden: true });

    /**
     * @param {ToolbarTarget} target
     * @param {Keys} keys
     */
    constructor(target, keys) {
        this.target = target;
        this.keys = keys;
        keys.addEventListener("change", () => this.#relabel());
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
                [...tools.map(([action, symbol, name]) => this.#button(action, symbol, name)), this.extraTools],
            ),
            h("div", { class: "group windowing" }, [
                this.presets,
                h("label", { class: "mini" }, h("span", { "aria-hidden": "true" }, "W"), this.width),
                h("label", { class: "mini" }, h("span", { "aria-hidden": "true" }, "L"), this.level),
            ]),
            this.extraActions,
            this.links,
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
        const label = this.keys.label(action);
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
     * How the two images go together; nothing where there is one only.
     * @param {boolean} many
     * @param {[action: Action, on: boolean, state: string][]} links
     */
    showLinks(many, links) {
        this.links.hidden = !many;
        if (!many) return;
        if (this.links.childElementCount === 0) {
            fill(
                this.links,
                h("span", { class: "links-name" }, "Both:"),
                links.map(([name]) => this.#button(name, name)),
            );
        }
        for (const [action, on, state] of links) {
            const button = this.#buttons.get(action);
            button?.setAttribute("aria-pressed", String(on));
            if (button) button.title = `${this.keys.label(action)}\n${state}.`;
        }
        this.#buttons.get("two")?.setAttribute("aria-pressed", "true");
    }

    #relabel() {
        for (const [action, button] of this.#buttons) {
            button.title = this.keys.label(action);
            button.setAttribute("aria-label", button.title);
        }
    }

    /**
     * Buttons for what was added from outside.
     * @param {Extensions} extensions
     */
    extend(extensions) {
        const drawn = (/** @type {{ name: string, icon?: string }} */ one) =>
            one.icon ? this.#button(one.name, one.icon) : null;
        fill(this.extraTools, extensions.tools.map(drawn));
        fill(this.extraActions, extensions.actions.map(drawn));
        this.extraActions.hidden = this.extraActions.childElementCount === 0;
    }

    /**
     * How the added buttons stand.
     * @param {Extensions} extensions
     */
    showExtras(extensions) {
        for (const { name, pressed, enabled } of extensions.actions) {
            const button = this.#buttons.get(name);
            if (pressed) button?.setAttribute("aria-pressed", String(pressed()));
            if (button && enabled) button.disabled = !enabled();
        }
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
     * @param {string[]} extraTools names of the tools that were added
     */
    show(state, window, extraTools) {
        for (const action of [...tools.map(([name]) => name), ...extraTools]) {
            this.#buttons.get(action)?.setAttribute("aria-pressed", String(state.tool === action));
        }
        const pressed = /** @type {[Action, boolean][]} */ ([
            ["invert", state.invert],
            ["flipHorizontal", state.flipHorizontal],
            ["flipVertical", state.flipVertical],
            ["smooth", state.smooth],
            ["overlay", state.overlay],
            ["two", false],
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
