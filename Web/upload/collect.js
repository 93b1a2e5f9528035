/** Files, folders and archives, made into one flat row of things to send. */

import { readZip } from "./zip.js";

/**
 * @typedef {object} Source
 * @property {string} name path for display; it never leaves this browser
 * @property {number} size
 * @property {() => Promise<Blob>} open
 */

/** Files that operating systems leave behind. */
const litter = /(^|\/)(\.[^/]*|Thumbs\.db|desktop\.ini|__MACOSX\/.*)$/i;

/**
 * @param {File} file
 * @param {string} name
 * @returns {AsyncGenerator<Source | { name: string, trouble: string }>}
 */
async function* fromFile(file, name) {
    if (litter.test(name)) return;
    if (!(await looksLikeZip(file))) {
        yield { name, size: file.size, open: () => Promise.resolve(file) };
        return;
    }
    try {
        for (const entry of await readZip(file)) {
            if (!litter.test(entry.name)) yield { ...entry, name: `${name} › ${entry.name}` };
        }
    } catch (error) {
        yield { name, trouble: error instanceof Error ? error.message : "The archive can't be read." };
    }
}

/** By its first bytes where they can be read, so that a renamed archive works too. @param {File} file */
async function looksLikeZip(file) {
    try {
        const [a, b, c, d] = new Uint8Array(await file.slice(0, 4).arrayBuffer());
        return a === 0x50 && b === 0x4b && ((c === 3 && d === 4) || (c === 5 && d === 6));
    } catch {
        return false; // Said later, when the file is to be sent.
    }
}

/**
 * @param {FileSystemEntry} entry
 * @returns {AsyncGenerator<Source | { name: string, trouble: string }>}
 */
async function* fromEntry(entry) {
    const name = entry.fullPath.replace(/^\//, "");
    if (entry instanceof FileSystemFileEntry) {
        try {
            yield* fromFile(await new Promise((resolve, reject) => entry.file(resolve, reject)), name);
        } catch {
            yield { name, trouble: "The file can't be read." };
        }
    } else if (entry instanceof FileSystemDirectoryEntry) {
        const reader = entry.createReader();
        for (;;) {
            // A folder is handed out in pieces of 100; an empty piece is the end.
            /** @type {FileSystemEntry[]} */
            const piece = await new Promise((resolve) => reader.readEntries(resolve, () => resolve([])));
            if (piece.length === 0) return;
            for (const child of piece) yield* fromEntry(child);
        }
    }
}

/**
 * What was dropped. Must be called while the event is being handled: afterwards the list is empty.
 * @param {DataTransfer} transfer
 * @returns {AsyncGenerator<Source | { name: string, trouble: string }>}
 */
export function fromDrop(transfer) {
    const items = [...transfer.items].filter((item) => item.kind === "file");
    const entries = items.map((item) => item.webkitGetAsEntry?.() ?? null);
    const files = items.map((item) => item.getAsFile());
    return (async function* () {
        for (const [index, entry] of entries.entries()) {
            const file = files[index];
            if (entry) yield* fromEntry(entry);
            else if (file) yield* fromFile(file, file.name);
        }
    })();
}

/**
 * What a file input holds.
 * @param {FileList} list
 * @returns {AsyncGenerator<Source | { name: string, trouble: string }>}
 */
export function fromFiles(list) {
    const files = [...list];
    return (async function* () {
        for (const file of files) yield* fromFile(file, file.webkitRelativePath || file.name);
    })();
}
