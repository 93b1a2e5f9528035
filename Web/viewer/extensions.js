/** @import { Binding } from "./tools/keymap.js" */
/** @import { ToolHandler } from "./tools/pointer.js" */
/** @import { TarnViewport } from "./viewport.js" */

/**
 * An action from outside: a key, and a button where there is an icon. One with the name of an action of the viewer
 * itself ("cancel") is asked first, and keeps it to itself by giving back true.
 * @typedef {object} ExtraAction
 * @property {string} name
 * @property {string} text
 * @property {string[]} [keys] as `keyName` writes them; names of the table in keymap.js have theirs already
 * @property {string} [group] of the list of keys
 * @property {string} [icon]
 * @property {(viewport: TarnViewport) => boolean | void} run
 * @property {() => boolean} [pressed]
 * @property {() => boolean} [enabled]
 */

/**
 * A tool of the left button from outside.
 * @typedef {object} ExtraTool
 * @property {string} name
 * @property {string} text
 * @property {string[]} [keys]
 * @property {string} [icon]
 * @property {(viewport: TarnViewport) => ToolHandler} handler made once for each viewport
 */

/** @typedef {{ actions?: ExtraAction[], tools?: ExtraTool[] }} Extension */

/** What was added to the viewer from outside. */
export class Extensions {
    /** @type {Set<Extension>} */
    #all = new Set();

    /** @returns {ExtraAction[]} */
    get actions() {
        return [...this.#all].flatMap(({ actions }) => actions ?? []);
    }

    /** @returns {ExtraTool[]} */
    get tools() {
        return [...this.#all].flatMap(({ tools }) => tools ?? []);
    }

    /** @param {Extension} extension */
    add(extension) {
        this.#all.add(extension);
    }

    /** @param {Extension} extension */
    remove(extension) {
        this.#all.delete(extension);
    }

    /** Bindings for the list of keys. @returns {Binding[]} */
    get bindings() {
        return [...this.tools, ...this.actions].map((one) => ({
            keys: one.keys ?? [],
            action: one.name,
            text: one.text,
            group: ("group" in one && one.group) || "Measure",
            extra: true,
        }));
    }

    /** Whether anybody has added this action or tool. @param {string} name */
    has(name) {
        return this.actions.some((one) => one.name === name) || this.tools.some((one) => one.name === name);
    }
}
