import { api, isAbort } from "../core/api.js";
import { Signal } from "../core/store.js";

/** @import { StudyArchive } from "./archive.d.ts" */

const firstWait = 1000;
const longestWait = 10_000;

/** Whether something goes on by itself. @param {StudyArchive} status */
function isUnderWay({ local, job }) {
    return local === "restoring" || job?.state === "waiting" || job?.state === "running";
}

/** Where the bytes of one study are, asked again gently while that changes. */
export class StudyStorage {
    /** Nothing until it is known. @type {Signal<StudyArchive | null>} */
    status = new Signal(/** @type {StudyArchive | null} */ (null));
    #wait = firstWait;
    #timer = 0;
    /** How often something was asked for. */
    #asked = 0;
    /** @type {Promise<unknown> | null} */
    #loading = null;

    /**
     * @param {string} uid
     * @param {AbortSignal} signal
     */
    constructor(uid, signal) {
        this.uid = uid;
        this.signal = signal;
        signal.addEventListener("abort", () => clearTimeout(this.#timer));
    }

    get #path() {
        return `studies/${encodeURIComponent(this.uid)}`;
    }

    /** Asks where the study is; several who ask at once ask together. */
    load() {
        const asked = this.#asked;
        this.#loading ??= api.get(`${this.#path}/archive`, this.signal)
            // What was true before something was asked for is no news any more.
            .then((status) => asked === this.#asked && this.#take(status))
            .finally(() => this.#loading = null);
        return this.#loading;
    }

    /** Asks for the study to be brought back. */
    async restore() {
        this.#wait = firstWait;
        this.#asked += 1;
        this.#take(await api.post(`${this.#path}/restore`, {}, this.signal));
    }

    /**
     * Asks for a copy in cold storage.
     * @param {{ backend: string, offload: boolean }} wanted
     */
    async archive(wanted) {
        this.#wait = firstWait;
        this.#asked += 1;
        this.#take(await api.post(`${this.#path}/archive`, wanted, this.signal));
    }

    /** @param {StudyArchive} status */
    #take(status) {
        if (this.signal.aborted) return;
        this.status.value = status;
        clearTimeout(this.#timer);
        if (isUnderWay(status)) this.#later();
    }

    #later() {
        this.#timer = setTimeout(async () => {
            try {
                if (document.visibilityState === "visible") await this.load();
                else this.#later();
            } catch (error) {
                if (!isAbort(error)) this.#later();
            }
        }, this.#wait);
        this.#wait = Math.min(this.#wait * 1.25, longestWait);
    }
}

/** Those of the page that is open. @type {WeakMap<AbortSignal, Map<string, StudyStorage>>} */
const pages = new WeakMap();

/**
 * One for each study of a page, so that its parts say the same.
 * @param {string} uid
 * @param {AbortSignal} signal of the page
 */
export function storageOf(uid, signal) {
    /** @type {Map<string, StudyStorage>} */
    const known = pages.get(signal) ?? new Map();
    pages.set(signal, known);
    const storage = known.get(uid) ?? new StudyStorage(uid, signal);
    known.set(uid, storage);
    return storage;
}
