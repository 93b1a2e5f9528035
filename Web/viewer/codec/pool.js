/** @import { StoredFrame } from "./frame.js" */

/** A few workers that decode frames; each request goes to the one with the shortest queue. */
export class DecoderPool {
    /** @type {{ worker: Worker, waiting: number }[]} */
    #workers;
    /** @type {Map<number, { resolve: (frame: StoredFrame) => void, reject: (error: Error) => void }>} */
    #requests = new Map();
    #next = 1;

    /** @param {number} [count] */
    constructor(count = 2) {
        this.#workers = Array.from({ length: count }, () => {
            const entry = {
                worker: new Worker(new URL("./worker.js", import.meta.url), { type: "module" }),
                waiting: 0,
            };
            entry.worker.addEventListener("message", (event) => {
                entry.waiting -= 1;
                const { id, frame, error } = event.data;
                const request = this.#requests.get(id);
                this.#requests.delete(id);
                if (frame) request?.resolve(frame);
                else request?.reject(new Error(error));
            });
            return entry;
        });
    }

    /**
     * @param {ArrayBuffer} body taken over: empty afterwards
     * @returns {Promise<StoredFrame>}
     */
    decode(body) {
        const id = this.#next++;
        const entry = this.#workers.reduce((best, other) => other.waiting < best.waiting ? other : best);
        entry.waiting += 1;
        return new Promise((resolve, reject) => {
            this.#requests.set(id, { resolve, reject });
            entry.worker.postMessage({ id, body }, [body]);
        });
    }
}
