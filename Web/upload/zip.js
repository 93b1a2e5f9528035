/**
 * Reads ZIP archives through the central directory (APPNOTE.TXT 6.3.10), ZIP64 included, entry by entry:
 * nothing is inflated before it is wanted, and never more than the directory promised.
 */

import { crc32 } from "./crc32.js";

/** An archive or entry that can't be, or must not be, read. */
export class ZipError extends Error {
    /** @param {string} reason */
    constructor(reason) {
        super(reason);
        this.name = "ZipError";
    }
}

/** Limits against archives made to do harm. */
export const limits = {
    entries: 500_000,
    directoryBytes: 256 * 1024 * 1024,
    entryBytes: 8 * 1024 ** 3,
    totalBytes: 200 * 1024 ** 3,
    /** Deflate can't do better than about 1032 to 1. */
    ratio: 1100,
};

/**
 * @typedef {object} ZipEntry
 * @property {string} name as stored; for display only
 * @property {number} size inflated
 * @property {() => Promise<Blob>} open inflates and checks; throws ZipError
 */

/** @typedef {{ flags: number, method: number, crc: number, packed: number, size: number, offset: number }} Location */

const endLength = 22;
const centralLength = 46;
const localLength = 30;

/** @param {Blob} blob @param {number} start @param {number} end */
async function viewOf(blob, start, end) {
    if (start < 0 || end > blob.size || end < start) throw new ZipError("The archive is cut off or damaged.");
    return new DataView(await blob.slice(start, end).arrayBuffer());
}

/** @param {DataView} view @param {number} at */
function number64(view, at) {
    const value = view.getBigUint64(at, true);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
        throw new ZipError("The archive is damaged (a size beyond all reason).");
    }
    return Number(value);
}

/**
 * Finds the central directory.
 * @param {Blob} blob
 * @returns {Promise<{ offset: number, length: number, entries: number }>}
 */
async function findDirectory(blob) {
    const start = Math.max(0, blob.size - endLength - 65535);
    const tail = await viewOf(blob, start, blob.size);
    for (let at = tail.byteLength - endLength; at >= 0; at--) {
        if (tail.getUint32(at, true) !== 0x06054b50) continue;
        if (at + endLength + tail.getUint16(at + 20, true) !== tail.byteLength) continue;
        const entries = tail.getUint16(at + 10, true);
        const length = tail.getUint32(at + 12, true);
        const offset = tail.getUint32(at + 16, true);
        if (tail.getUint16(at + 4, true) !== 0 && tail.getUint16(at + 4, true) !== 0xffff) {
            throw new ZipError("Archives in several parts can't be read. Unpack it first.");
        }
        if (entries !== 0xffff && length !== 0xffffffff && offset !== 0xffffffff) return { offset, length, entries };
        return await findDirectory64(blob, start + at);
    }
    throw new ZipError("This is not a ZIP archive, or it is cut off.");
}

/** @param {Blob} blob @param {number} end where the ordinary end record stands */
async function findDirectory64(blob, end) {
    const locator = await viewOf(blob, end - 20, end);
    if (locator.getUint32(0, true) !== 0x07064b50) throw new ZipError("The archive is damaged (no ZIP64 record).");
    const at = number64(locator, 8);
    const record = await viewOf(blob, at, at + 56);
    if (record.getUint32(0, true) !== 0x06064b50) throw new ZipError("The archive is damaged (no ZIP64 record).");
    return { entries: number64(record, 32), length: number64(record, 40), offset: number64(record, 48) };
}

/**
 * The sizes and offset that an entry's ZIP64 field replaces.
 * @param {DataView} view
 * @param {number} at start of the extra fields
 * @param {number} length
 * @param {Location} location changed in place
 */
function readZip64(view, at, length, location) {
    const end = at + length;
    while (at + 4 <= end) {
        const kind = view.getUint16(at, true);
        const next = at + 4 + view.getUint16(at + 2, true);
        if (next > end) return;
        if (kind === 1) {
            let from = at + 4;
            for (const key of /** @type {const} */ (["size", "packed", "offset"])) {
                if (location[key] !== 0xffffffff) continue;
                if (from + 8 > next) throw new ZipError("The archive is damaged (ZIP64 field).");
                location[key] = number64(view, from);
                from += 8;
            }
        }
        at = next;
    }
}

/**
 * Lists the files of an archive; folders are left out.
 * @param {Blob} blob
 * @returns {Promise<ZipEntry[]>}
 */
export async function readZip(blob) {
    const directory = await findDirectory(blob);
    if (directory.length > limits.directoryBytes || directory.entries > limits.entries) {
        throw new ZipError("The archive lists more files than can be taken at once.");
    }
    // Each record takes at least 46 bytes, so the count can't promise more than there is.
    if (directory.entries * centralLength > directory.length) throw new ZipError("The archive is damaged (directory).");
    const view = await viewOf(blob, directory.offset, directory.offset + directory.length);
    const found = [];
    let at = 0;
    for (let index = 0; index < directory.entries; index++) {
        if (at + centralLength > view.byteLength || view.getUint32(at, true) !== 0x02014b50) {
            throw new ZipError("The archive is damaged (directory).");
        }
        const nameLength = view.getUint16(at + 28, true);
        const extraLength = view.getUint16(at + 30, true);
        const next = at + centralLength + nameLength + extraLength + view.getUint16(at + 32, true);
        if (next > view.byteLength) throw new ZipError("The archive is damaged (directory).");
        const location = {
            flags: view.getUint16(at + 8, true),
            method: view.getUint16(at + 10, true),
            crc: view.getUint32(at + 16, true),
            packed: view.getUint32(at + 20, true),
            size: view.getUint32(at + 24, true),
            offset: view.getUint32(at + 42, true),
        };
        readZip64(view, at + centralLength + nameLength, extraLength, location);
        const bytes = new Uint8Array(view.buffer, at + centralLength, nameLength);
        const name = new TextDecoder(location.flags & 0x800 ? "utf-8" : "windows-1252").decode(bytes);
        if (!/[/\\]$/.test(name)) found.push({ name, location });
        at = next;
    }
    checkLocations(found.map(({ location }) => location), directory.offset);
    return found.map(({ name, location }) => ({ name, size: location.size, open: () => openEntry(blob, location) }));
}

/**
 * Refuses what only a bomb needs: entries that share bytes, impossible ratios, endless totals.
 * @param {Location[]} locations
 * @param {number} directoryOffset
 */
function checkLocations(locations, directoryOffset) {
    let end = 0;
    let total = 0;
    for (const { offset, packed, size } of [...locations].sort((a, b) => a.offset - b.offset)) {
        if (offset < end) throw new ZipError("The archive is refused: its files overlap.");
        end = offset + localLength + packed;
        if (end > directoryOffset) throw new ZipError("The archive is cut off or damaged.");
        if (size > limits.entryBytes || size > packed * limits.ratio + 1024) {
            throw new ZipError("The archive is refused: a file in it would grow beyond all reason.");
        }
        total += size;
    }
    if (total > limits.totalBytes) throw new ZipError("The archive is too large to be unpacked here. Unpack it first.");
}

/**
 * @param {Blob} blob
 * @param {Location} location
 * @returns {Promise<Blob>}
 */
async function openEntry(blob, { flags, method, crc, packed, size, offset }) {
    if (flags & 1) throw new ZipError("This file is protected by a password. Unpack the archive first.");
    if (method !== 0 && method !== 8) throw new ZipError("This file is packed in a way that can't be read here.");
    const local = await viewOf(blob, offset, offset + localLength);
    if (local.getUint32(0, true) !== 0x04034b50) throw new ZipError("The archive is damaged (file header).");
    const start = offset + localLength + local.getUint16(26, true) + local.getUint16(28, true);
    if (start + packed > blob.size) throw new ZipError("The archive is cut off or damaged.");
    const data = blob.slice(start, start + packed);
    if (method === 0 && packed !== size) throw new ZipError("The archive is damaged (sizes).");
    const stream = method === 0 ? data.stream() : data.stream().pipeThrough(new DecompressionStream("deflate-raw"));
    const reader = stream.getReader();
    /** @type {BlobPart[]} */
    const parts = [];
    let length = 0;
    let sum = 0;
    try {
        for (;;) {
            const { done, value } = await reader.read();
            if (done) break;
            length += value.byteLength;
            if (length > size) throw new ZipError("This file grows beyond the size the archive gives.");
            sum = crc32(value, sum);
            parts.push(value);
        }
    } catch (error) {
        await reader.cancel().catch(() => {});
        throw error instanceof ZipError ? error : new ZipError("This file in the archive is damaged.");
    }
    if (length !== size || sum !== crc) throw new ZipError("This file in the archive is damaged (checksum).");
    return new Blob(parts);
}
