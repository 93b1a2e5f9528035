import { keyName, shownKey } from "./keymap.js";

/** @import { Action, Binding } from "./keymap.js" */

const place = "tarn.keys";

/** Keys that belong to the browser or to moving the focus, whatever a person wishes. */
const reserved = /^(Tab|Shift\+Tab|F[1-9]|F1[0-2]|Ctrl\+[acfnpqrtvwx]|Ctrl\+Shift\+[nrtw]|Alt\+.*)$/;

/**
 * The keys in force: the table, what was added to it, and what this person has changed. Changes are kept in this
 * browser. Dispatches `change`.
 */
export class Keys extends EventTarget {
    /** @type {Binding[]} */
    #bindings;
    /** @type {Map<Action, string[]>} */
    #own = new Map();
    /** @type {Map<string, Action>} */
    #byKey = new Map();

    /**
     * @param {Binding[]} bindings
     * @param {Pick<Storage, "getItem" | "setItem" | "removeItem">} storage
     */
    constructor(bindings, storage) {
        super();
        this.#bindings = [...bindings];
        this.storage = storage;
        this.#own = read(storage);
        this.#index();
    }

    /** All bindings, with the keys in force. */
    get list() {
        return this.#bindings.map((binding) => ({ ...binding, keys: this.of(binding.action) }));
    }

    /** @param {Action} action @returns {string[]} */
    of(action) {
        const wanted = this.#own.get(action) ?? this.#bindings.find((one) => one.action === action)?.keys ?? [];
        return wanted.filter((key) => this.#byKey.get(key) === action);
    }

    /** The first key of an action, for a label; empty where it has none. @param {Action} action */
    shown(action) {
        const [first] = this.of(action);
        return first === undefined ? "" : shownKey(first);
    }

    /** @param {Action} action */
    text(action) {
        return this.#bindings.find((one) => one.action === action)?.text ?? "";
    }

    /** What a button says: "Invert (I)". @param {Action} action */
    label(action) {
        const key = this.shown(action);
        const text = this.text(action) || action;
        return key ? `${text} (${key})` : text;
    }

    /**
     * The action for a key press; null when it means nothing here or belongs to the browser.
     * @param {Pick<KeyboardEvent, "key" | "shiftKey" | "ctrlKey" | "metaKey" | "altKey">} event
     */
    actionOf(event) {
        return this.#byKey.get(keyName(event)) ?? null;
    }

    /** Whose key it is. @param {string} key @returns {Binding | null} */
    holder(key) {
        const action = this.#byKey.get(key);
        return this.#bindings.find((one) => one.action === action) ?? null;
    }

    /** Why a key can't be chosen; empty where it can. @param {string} key */
    refusal(key) {
        if (/(^|\+)(Control|Shift|Alt|Meta|AltGraph|CapsLock|Dead|Unidentified|Process)$/.test(key)) return " ";
        return reserved.test(key) ? `${shownKey(key)} belongs to the browser. Choose another key.` : "";
    }

    /** Gives an action this key alone; who had it before goes without. @param {Action} action @param {string} key */
    bind(action, key) {
        const before = this.holder(key);
        if (before && before.action !== action) {
            this.#own.set(before.action, this.of(before.action).filter((other) => other !== key));
        }
        this.#own.set(action, [key]);
        this.#changed();
    }

    /** Whether the person has changed anything. */
    get isChanged() {
        return this.#own.size > 0;
    }

    /** All keys as they came. */
    reset() {
        this.#own.clear();
        this.#changed();
    }

    /** Adds what the table does not hold yet. @param {Binding} binding */
    add(binding) {
        if (this.#bindings.some((one) => one.action === binding.action)) return;
        this.#bindings.push(binding);
        this.#index();
    }

    #changed() {
        try {
            if (this.isChanged) this.storage.setItem(place, JSON.stringify(Object.fromEntries(this.#own)));
            else this.storage.removeItem(place);
        } catch {
            // Private windows may keep nothing: the keys then hold until the page is left.
        }
        this.#index();
        this.dispatchEvent(new Event("change"));
    }

    #index() {
        this.#byKey = new Map();
        for (const { action } of this.#bindings) {
            for (const key of this.#own.get(action) ?? []) this.#byKey.set(key, action);
        }
        for (const { action, keys } of this.#bindings) {
            if (this.#own.has(action)) continue;
            for (const key of keys) if (!this.#byKey.has(key)) this.#byKey.set(key, action);
        }
    }
}

/**
 * What was kept, if it still has the right form: anybody can write into a browser's storage.
 * @param {Pick<Storage, "getItem">} storage
 * @returns {Map<Action, string[]>}
 */
function read(storage) {
    try {
        const kept = JSON.parse(storage.getItem(place) ?? "{}");
        return new Map(
            Object.entries(kept).filter(([, keys]) =>
                Array.isArray(keys) && keys.every((key) => typeof key === "string")
            ),
        );
    } catch {
        return new Map();
    }
}
