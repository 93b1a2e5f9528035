/** What has versions: it is read with its entity tag, and written only over the version that was read. */

import { send } from "./api.js";

/**
 * @template T
 * @typedef {{ value: T, tag: string }} Versioned a value with the ETag it was read under
 */

/**
 * @param {Response} response
 * @returns {Promise<Versioned<any>>}
 */
async function versioned(response) {
    const text = await response.text();
    return { value: text ? JSON.parse(text) : null, tag: response.headers.get("ETag") ?? "" };
}

/**
 * @param {string} path below /api/v1/
 * @param {AbortSignal} [signal]
 * @returns {Promise<Versioned<any>>}
 */
export async function readVersion(path, signal) {
    /** @type {RequestInit} */
    const init = { headers: { Accept: "application/json" } };
    if (signal) init.signal = signal;
    return versioned(await send(`/api/v1/${path}`, init));
}

/**
 * Writes over the version that `tag` names.
 * @param {"PUT" | "POST"} method
 * @param {string} path below /api/v1/
 * @param {unknown} body
 * @param {string} [tag] none where something is made
 * @returns {Promise<Versioned<any>>}
 * @throws {import("./api.js").APIError} with status 412 where somebody wrote in the meantime
 */
export async function writeVersion(method, path, body, tag) {
    const headers = new Headers({ Accept: "application/json", "Content-Type": "application/json" });
    if (tag) headers.set("If-Match", tag);
    return versioned(await send(`/api/v1/${path}`, { method, headers, body: JSON.stringify(body) }));
}
