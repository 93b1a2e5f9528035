/**
 * Brings frames from the server: the one looked at first, then its neighbours outward, a few at a time,
 * never more than the cache can hold. Leaving the series aborts everything.
 */

import { APIError, send } from "../../core/api.js";

/** @import { DisplayFrame } from "../../types.d.ts" */
/** @import { StoredFrame } from "./frame.js" */
/** @import { ByteCache } from "./cache.js" */
/** @import { DecoderPool } from "./pool.js" */

/**
 * A frame ready to be drawn: stored values, or a picture the server rendered (colour, or samples too wide).
 * @typedef {{ kind: "stored", stored: StoredFrame } | { kind: "picture", bitmap: ImageBitmap }} LoadedFrame
 */

/** Browsers open six connections to a server of HTTP/1.1; one stays free for everything else. */
const inFlight = 5;

/**
 * The order in which frames are wanted around one: itself, then alternately after and before it.
 * @param {number} current
 * @param {number} count
 * @param {number} limit how many at most
 * @returns {number[]}
 */
export function outward(current, count, limit) {
    const order = [current];
    for (let distance = 1; order.length < Math.min(count, limit) && distance < count; distance++) {
        if (current + distance < count) order.push(current + distance);
        if (current - distance >= 0 && order.length < limit) order.push(current - distance);
    }
    return order;
}

/** @param {DisplayFrame} frame */
export function frameKey(frame) {
    return `${frame.instance}/${frame.frame}`;
}

/** @param {DisplayFrame} frame @param {string} what */
function framePath(frame, what) {
    return `/api/v1/instances/${encodeURIComponent(frame.instance)}/frames/${frame.frame}/${what}`;
}

export class FrameLoader {
    /** @type {Map<number, AbortController>} */
    #running = new Map();
    /** @type {Map<number, Error>} */
    #failures = new Map();
    #current = 0;
    #closed = false;
    /** The part of the cache and of the connections that is for this series, where several are open. */
    share = 1;

    /**
     * @param {{ study: string, series: string, frames: DisplayFrame[] }} source
     * @param {ByteCache<LoadedFrame>} cache
     * @param {DecoderPool} pool
     * @param {(index: number) => void} arrived called for each frame that is there now, or has failed
     */
    constructor(source, cache, pool, arrived) {
        this.source = source;
        this.frames = source.frames;
        this.cache = cache;
        this.pool = pool;
        this.arrived = arrived;
    }

    /** @param {number} index */
    get(index) {
        const frame = this.frames[index];
        return frame && this.cache.get(frameKey(frame));
    }

    /** @param {number} index */
    failure(index) {
        return this.#failures.get(index);
    }

    /** How many frames of the series are at hand. */
    get ready() {
        return this.frames.reduce((sum, frame) => sum + (this.cache.has(frameKey(frame)) ? 1 : 0), 0);
    }

    /** Makes one frame the most wanted. @param {number} index */
    want(index) {
        this.#current = index;
        if (!this.#here(index) && !this.#running.has(index) && this.#running.size >= this.#most) {
            // The one farthest from what is looked at makes room.
            const [farthest] = [...this.#running.keys()].sort((a, b) => Math.abs(b - index) - Math.abs(a - index));
            if (farthest !== undefined) this.#running.get(farthest)?.abort();
            if (farthest !== undefined) this.#running.delete(farthest);
        }
        this.#pump();
    }

    /** Tries a failed frame again. @param {number} index */
    retry(index) {
        this.#failures.delete(index);
        this.want(index);
    }

    get #most() {
        return Math.ceil(inFlight * this.share);
    }

    close() {
        this.#closed = true;
        for (const controller of this.#running.values()) controller.abort();
        this.#running.clear();
    }

    /** @param {number} index */
    #here(index) {
        const frame = this.frames[index];
        return frame !== undefined && this.cache.has(frameKey(frame));
    }

    #pump() {
        if (this.#closed) return;
        const sample = this.frames[this.#current];
        if (!sample) return;
        const bytes = sample.rows * sample.columns * (sample.samples > 1 ? 4 : 2);
        const limit = Math.max(1, Math.floor(this.cache.budget * 0.9 * this.share / Math.max(1, bytes)));
        for (const index of outward(this.#current, this.frames.length, limit)) {
            if (this.#running.size >= this.#most) return;
            if (this.#here(index) || this.#running.has(index) || this.#failures.has(index)) continue;
            this.#load(index);
        }
    }

    /** @param {number} index */
    async #load(index) {
        const frame = this.frames[index];
        if (!frame) return;
        const controller = new AbortController();
        this.#running.set(index, controller);
        try {
            const { loaded, bytes } = await this.#fetch(frame, controller.signal);
            if (this.#closed) return;
            this.cache.set(frameKey(frame), loaded, bytes);
        } catch (error) {
            if (controller.signal.aborted || this.#closed) return;
            this.#failures.set(index, error instanceof Error ? error : new Error(String(error)));
        } finally {
            if (this.#running.get(index) === controller) this.#running.delete(index);
        }
        if (controller.signal.aborted) return;
        this.arrived(index);
        this.#pump();
    }

    /**
     * @param {DisplayFrame} frame
     * @param {AbortSignal} signal
     * @returns {Promise<{ loaded: LoadedFrame, bytes: number }>}
     */
    async #fetch(frame, signal) {
        if (frame.samples === 1) {
            try {
                const response = await send(framePath(frame, "pixels"), { signal });
                const stored = await this.pool.decode(await response.arrayBuffer());
                return { loaded: { kind: "stored", stored }, bytes: stored.values.byteLength };
            } catch (error) {
                // 406: samples the 16-bit transport can't carry; the server's rendering can be shown.
                if (!(error instanceof APIError) || error.status !== 406) throw error;
            }
        }
        const { study, series } = this.source;
        const parts = ["studies", study, "series", series, "instances", frame.instance, "frames", String(frame.frame)];
        const path = `/dicom-web/${parts.map(encodeURIComponent).join("/")}/rendered`;
        const response = await send(path, { signal, headers: { Accept: "image/png" } });
        const bitmap = await createImageBitmap(await response.blob());
        return { loaded: { kind: "picture", bitmap }, bytes: bitmap.width * bitmap.height * 4 };
    }
}
