/** Decodes frames off the main thread: in `{ id, body }`, out `{ id, frame }` or `{ id, error }`. */

import { decodeFrame } from "./frame.js";

/** @typedef {{ id: number, body: ArrayBuffer }} DecodeRequest */

addEventListener("message", (/** @type {MessageEvent<DecodeRequest>} */ event) => {
    const { id, body } = event.data;
    const port = /** @type {{ postMessage(message: unknown, transfer?: Transferable[]): void }} */
        (/** @type {unknown} */ (globalThis));
    try {
        const frame = decodeFrame(body);
        port.postMessage({ id, frame }, [frame.values.buffer]);
    } catch (error) {
        port.postMessage({ id, error: error instanceof Error ? error.message : "The image data is damaged." });
    }
});
