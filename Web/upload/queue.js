/**
 * The files on their way to the server. One queue for the whole app: it goes on while one looks at other
 * pages. A few files a request, three requests at a time; what got no verdict is sent again, which is safe
 * because the same file twice is "already there".
 */

import { APIError, isAbort, messageOf } from "../core/api.js";
import { sendFiles } from "./transport.js";

/** @import { Source } from "./collect.js" */
/** @import { VerdictKind } from "../types.d.ts" */

/** @typedef {"waiting" | "sending" | VerdictKind | "failed" | "cancelled"} ItemState */

/**
 * @typedef {object} Item
 * @property {Source} source
 * @property {ItemState} state
 * @property {string} reason
 * @property {string} study UID under which it is now to be found, or ""
 * @property {number} attempts
 */

const batchFiles = 16;
const batchBytes = 24 * 1024 * 1024;
const inFlight = 3;
const maximumAttempts = 4;

/** States in which nothing more happens to a file by itself. */
export const finalStates = ["accepted", "alreadyThere", "conflict", "held", "rejected", "failed", "cancelled"];

/**
 * Takes the next batch: a few files, few bytes; a large file goes alone.
 * @param {Item[]} waiting changed: what is taken is removed from its front
 * @returns {Item[]}
 */
export function nextBatch(waiting) {
    /** @type {Item[]} */
    const batch = [];
    let bytes = 0;
    while (waiting.length > 0 && batch.length < batchFiles) {
        const size = waiting[0].source.size;
        if (batch.length > 0 && bytes + size > batchBytes) break;
        batch.push(.../** @type {Item[]} */ (waiting.splice(0, 1)));
        bytes += size;
    }
    return batch;
}

export class UploadQueue extends EventTarget {
    /** @type {Item[]} */
    items = [];
    /** @type {Item[]} */
    #waiting = [];
    #running = 0;
    #project = "";
    #upload = "";
    #controller = new AbortController();
    /** Bytes of running requests that have been sent. @type {Map<symbol, number>} */
    #sent = new Map();
    #notified = false;
    started = 0;

    get project() {
        return this.#project;
    }

    /** What the server's report of all these files is called. */
    get upload() {
        return this.#upload;
    }

    get busy() {
        return this.#running > 0;
    }

    /** Files that have been collected and not been started. */
    get ready() {
        return this.#project === "" ? this.#waiting.length : 0;
    }

    /** @param {Source} source */
    add(source) {
        const item = { source, state: /** @type {ItemState} */ ("waiting"), reason: "", study: "", attempts: 0 };
        this.items.push(item);
        this.#waiting.push(item);
        this.#changed();
        this.#pump();
    }

    /** Something that can't even be sent. @param {string} name @param {string} reason */
    addRejected(name, reason) {
        const source = { name, size: 0, open: () => Promise.reject(new Error(reason)) };
        this.items.push({ source, state: "rejected", reason, study: "", attempts: 0 });
        this.#changed();
    }

    /** @param {string} project */
    start(project) {
        this.#project = project;
        this.#upload = crypto.randomUUID();
        this.started = Date.now();
        this.#controller = new AbortController();
        this.#pump();
        this.#changed();
    }

    cancel() {
        this.#controller.abort();
        for (const item of this.items) {
            if (!finalStates.includes(item.state)) item.state = "cancelled";
        }
        this.#waiting = [];
        this.#changed();
    }

    /** Sends again what failed for want of a connection. */
    retryFailed() {
        this.#controller = new AbortController();
        for (const item of this.items) {
            if (item.state !== "failed" && item.state !== "cancelled") continue;
            Object.assign(item, { state: "waiting", reason: "", attempts: 0 });
            this.#waiting.push(item);
        }
        this.#changed();
        this.#pump();
    }

    /** Takes everything out that is finished, to begin anew. */
    clear() {
        this.#controller.abort();
        this.items = [];
        this.#waiting = [];
        this.#project = "";
        this.#changed();
    }

    /** @returns {Record<ItemState, number>} */
    counts() {
        /** @type {Record<string, number>} */
        const counts = {};
        for (const { state } of this.items) counts[state] = (counts[state] ?? 0) + 1;
        return counts;
    }

    /** Bytes done and in all. */
    progress() {
        let done = 0;
        let total = 0;
        for (const { state, source } of this.items) {
            total += source.size;
            if (finalStates.includes(state)) done += source.size;
        }
        for (const sent of this.#sent.values()) done += sent;
        return { done: Math.min(done, total), total };
    }

    #pump() {
        while (this.#project !== "" && this.#running < inFlight && this.#waiting.length > 0) {
            this.#send(nextBatch(this.#waiting), this.#controller);
        }
    }

    /**
     * @param {Item[]} batch
     * @param {AbortController} controller
     */
    async #send(batch, controller) {
        this.#running += 1;
        const key = Symbol("request");
        try {
            const { items, blobs } = await openAll(batch);
            this.#changed();
            if (items.length === 0 || controller.signal.aborted) return;
            const bytes = blobs.reduce((sum, blob) => sum + blob.size, 0);
            let share = 0;
            let judged = 0;
            const note = () => this.#sent.set(key, Math.max(0, share * bytes - judged));
            await sendFiles({
                blobs,
                project: this.#project,
                upload: this.#upload,
                signal: controller.signal,
                progress: (now) => {
                    share = now;
                    note();
                    this.#changed();
                },
                verdict: (verdict) => {
                    const item = items[verdict.index];
                    if (!item || finalStates.includes(item.state)) return;
                    item.state = verdict.failure === "not stored" ? "failed" : verdict.verdict;
                    item.reason = verdict.reason ?? "";
                    item.study = verdict.study ?? "";
                    judged += item.source.size;
                    note();
                    this.#changed();
                },
            });
            this.#again(items, "The server gave no answer for this file.", controller);
        } catch (error) {
            if (!isAbort(error)) this.#troubled(batch, error, controller);
        } finally {
            this.#sent.delete(key);
            this.#running -= 1;
            this.#changed();
            this.#pump();
        }
    }

    /**
     * @param {Item[]} batch
     * @param {unknown} error
     * @param {AbortController} controller
     */
    #troubled(batch, error, controller) {
        const status = error instanceof APIError ? error.status : 0;
        if ([0, 429, 502, 503, 504].includes(status)) return this.#again(batch, messageOf(error), controller);
        for (const item of batch) {
            if (item.state !== "sending") continue;
            item.state = status === 413 && batch.length === 1 ? "rejected" : "failed";
            item.reason = messageOf(error);
        }
        // Not allowed, not signed in, no space: it would be the same for every other file.
        if ([401, 403, 404, 507].includes(status)) {
            for (const item of this.#waiting.splice(0)) {
                Object.assign(item, { state: "failed", reason: messageOf(error) });
            }
        }
    }

    /**
     * Puts what has no verdict back, after a pause that grows.
     * @param {Item[]} items
     * @param {string} reason
     * @param {AbortController} controller
     */
    #again(items, reason, controller) {
        const open = items.filter(({ state }) => state === "sending");
        if (open.length === 0) return;
        const given = open.filter((item) => ++item.attempts >= maximumAttempts);
        for (const item of given) Object.assign(item, { state: "failed", reason });
        const retried = open.filter(({ state }) => state === "sending");
        for (const item of retried) Object.assign(item, { state: "waiting", reason: "Waiting for the connection…" });
        const pause = 600 * 3 ** Math.max(0, ...retried.map(({ attempts }) => attempts - 1));
        this.#running += retried.length > 0 ? 1 : 0;
        if (retried.length === 0) return;
        setTimeout(() => {
            this.#running -= 1;
            if (!controller.signal.aborted) this.#waiting.unshift(...retried);
            this.#pump();
            this.#changed();
        }, pause);
    }

    /** Tells the watchers, at most once a frame. */
    #changed() {
        if (this.#notified) return;
        this.#notified = true;
        setTimeout(() => {
            this.#notified = false;
            this.dispatchEvent(new Event("change"));
        }, 60);
    }
}

/**
 * Opens (and unpacks) the files of a batch; what can't be read is rejected here.
 * @param {Item[]} batch
 */
async function openAll(batch) {
    /** @type {Item[]} */
    const items = [];
    /** @type {Blob[]} */
    const blobs = [];
    for (const item of batch) {
        item.state = "sending";
        item.reason = "";
        try {
            const blob = await item.source.open();
            // A file that has gone from the disk would break the whole request: look first.
            await blob.slice(0, 1).arrayBuffer();
            blobs.push(blob);
            items.push(item);
        } catch (error) {
            item.state = "rejected";
            item.reason = error instanceof Error && error.name === "ZipError"
                ? error.message
                : "The file can't be read.";
        }
    }
    return { items, blobs };
}

/** The one queue of this window. */
export const queue = new UploadQueue();

addEventListener("beforeunload", (event) => {
    if (queue.busy) event.preventDefault();
});

/**
 * Collects into the queue.
 * @param {AsyncGenerator<Source | { name: string, trouble: string }>} sources
 */
export async function collect(sources) {
    for await (const source of sources) {
        if ("trouble" in source) queue.addRejected(source.name, source.trouble);
        else queue.add(source);
    }
}
