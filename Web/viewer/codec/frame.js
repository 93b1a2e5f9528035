/**
 * The viewer's frame (Docs/Formats/viewer-frame.md): stored values as median-predicted, zigzagged residuals
 * in byte planes. Untrusted input: every length is checked before memory is reserved.
 */

/**
 * @typedef {object} StoredFrame
 * @property {number} rows
 * @property {number} columns
 * @property {boolean} signed
 * @property {number} bitsStored
 * @property {Int16Array<ArrayBuffer> | Uint16Array<ArrayBuffer>} values row by row
 */

const headerLength = 16;

/** A body that is not a frame of version 1. */
export class FrameError extends Error {
    /** @param {string} reason */
    constructor(reason) {
        super(`The image data is damaged (${reason}).`);
        this.name = "FrameError";
    }
}

/**
 * Reads and checks the header.
 * @param {ArrayBuffer} body
 */
export function readHeader(body) {
    if (body.byteLength < headerLength) throw new FrameError("too short");
    const view = new DataView(body);
    if (view.getUint32(0, false) !== 0x54524e46) throw new FrameError("not a frame");
    if (view.getUint8(4) !== 1) throw new FrameError("unknown version");
    const flags = view.getUint8(5);
    const bits = view.getUint8(6);
    const bitsStored = view.getUint8(7);
    const rows = view.getUint16(8, true);
    const columns = view.getUint16(10, true);
    if (flags > 1) throw new FrameError("unknown flags");
    if (bits !== 8 && bits !== 16) throw new FrameError("sample width");
    if (bitsStored === 0 || bitsStored > bits) throw new FrameError("bits stored");
    if (rows === 0 || columns === 0) throw new FrameError("no pixels");
    if (view.getUint32(12, true) !== 0) throw new FrameError("reserved field");
    const count = rows * columns;
    if (body.byteLength !== headerLength + count * (bits / 8)) throw new FrameError("length");
    return { signed: flags === 1, bits, bitsStored, rows, columns, count };
}

/**
 * Undoes the prediction in place of `out`, whose element type wraps as the format asks.
 * @template {Int8Array | Uint8Array | Int16Array | Uint16Array} T
 * @param {T} out
 * @param {number} rows
 * @param {number} columns
 * @param {Uint8Array} low
 * @param {Uint8Array | null} high
 * @returns {T}
 */
function unpredict(out, rows, columns, low, high) {
    let left = 0;
    for (let x = 0; x < columns; x++) {
        const z = high ? low[x] | high[x] << 8 : low[x];
        out[x] = left + ((z >>> 1) ^ -(z & 1));
        left = out[x];
    }
    for (let y = 1; y < rows; y++) {
        const row = y * columns;
        let above = out[row - columns];
        const first = high ? low[row] | high[row] << 8 : low[row];
        out[row] = above + ((first >>> 1) ^ -(first & 1));
        let a = out[row];
        for (let i = row + 1, end = row + columns; i < end; i++) {
            const c = above;
            above = out[i - columns];
            const b = above;
            const lower = a < b ? a : b;
            const upper = a < b ? b : a;
            const p = c >= upper ? lower : c <= lower ? upper : a + b - c;
            const z = high ? low[i] | high[i] << 8 : low[i];
            out[i] = p + ((z >>> 1) ^ -(z & 1));
            a = out[i];
        }
    }
    return out;
}

/**
 * Decodes a body into stored values, 8-bit samples widened to 16 so that one texture format serves both.
 * @param {ArrayBuffer} body
 * @returns {StoredFrame}
 */
export function decodeFrame(body) {
    const { signed, bits, bitsStored, rows, columns, count } = readHeader(body);
    const low = new Uint8Array(body, headerLength, count);
    if (bits === 8) {
        const narrow = unpredict(signed ? new Int8Array(count) : new Uint8Array(count), rows, columns, low, null);
        return { rows, columns, signed, bitsStored, values: signed ? new Int16Array(narrow) : new Uint16Array(narrow) };
    }
    const high = new Uint8Array(body, headerLength + count, count);
    const values = unpredict(signed ? new Int16Array(count) : new Uint16Array(count), rows, columns, low, high);
    return { rows, columns, signed, bitsStored, values };
}
