/**
 * A value that others can watch.
 * @template T
 */
export class Signal {
    /** @type {T} */
    #value;
    /** @type {Set<(value: T) => void>} */
    #watchers = new Set();

    /** @param {T} value */
    constructor(value) {
        this.#value = value;
    }

    get value() {
        return this.#value;
    }

    set value(value) {
        if (Object.is(value, this.#value)) return;
        this.#value = value;
        for (const watcher of [...this.#watchers]) watcher(value);
    }

    /**
     * Calls `watcher` now and after every change, until `signal` is aborted.
     * @param {(value: T) => void} watcher
     * @param {AbortSignal} [signal]
     */
    watch(watcher, signal) {
        if (signal?.aborted) return;
        this.#watchers.add(watcher);
        signal?.addEventListener("abort", () => this.#watchers.delete(watcher), { once: true });
        watcher(this.#value);
    }
}
