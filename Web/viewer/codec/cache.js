/**
 * The most recently used values within a budget of bytes. A value larger than the whole budget is kept
 * alone, so that a single huge frame can still be shown.
 * @template T
 */
export class ByteCache {
    /** @type {Map<string, { value: T, bytes: number }>} */
    #entries = new Map();
    #bytes = 0;

    /**
     * @param {number} budget in bytes
     * @param {(value: T) => void} [release] called for what falls out
     */
    constructor(budget, release = () => {}) {
        this.budget = budget;
        this.release = release;
    }

    get bytes() {
        return this.#bytes;
    }

    get count() {
        return this.#entries.size;
    }

    /** Looks without counting as a use. @param {string} key */
    has(key) {
        return this.#entries.has(key);
    }

    /**
     * @param {string} key
     * @returns {T | undefined}
     */
    get(key) {
        const entry = this.#entries.get(key);
        if (!entry) return undefined;
        this.#entries.delete(key);
        this.#entries.set(key, entry);
        return entry.value;
    }

    /**
     * @param {string} key
     * @param {T} value
     * @param {number} bytes
     */
    set(key, value, bytes) {
        this.#drop(key);
        this.#entries.set(key, { value, bytes });
        this.#bytes += bytes;
        for (const oldest of this.#entries.keys()) {
            if (this.#bytes <= this.budget || this.#entries.size === 1) break;
            this.#drop(oldest);
        }
    }

    clear() {
        for (const key of [...this.#entries.keys()]) this.#drop(key);
    }

    /** @param {string} key */
    #drop(key) {
        const entry = this.#entries.get(key);
        if (!entry) return;
        this.#entries.delete(key);
        this.#bytes -= entry.bytes;
        this.release(entry.value);
    }
}
