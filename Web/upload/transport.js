/** One STOW-RS request of several files, its progress, and the verdicts as they come in, line by line. */

import { APIError, signedOut } from "../core/api.js";

/** @import { Verdict } from "../types.d.ts" */

/**
 * Takes growing text apart into lines of JSON; what is not JSON is left out.
 * @returns {(text: string, last?: boolean) => Verdict[]} give it all text so far
 */
export function verdictReader() {
    let taken = 0;
    return (text, last = false) => {
        /** @type {Verdict[]} */
        const verdicts = [];
        for (;;) {
            let end = text.indexOf("\n", taken);
            if (end < 0 && last && taken < text.length) end = text.length;
            if (end < 0) return verdicts;
            const line = text.slice(taken, end).trim();
            taken = end + 1;
            if (line === "") continue;
            try {
                const value = JSON.parse(line);
                if (value?.verdict === "already there") value.verdict = "alreadyThere";
                if (value && typeof value.verdict === "string" && Number.isInteger(value.index)) verdicts.push(value);
            } catch {
                // A line cut off by a lost connection: its file has no verdict and is sent again.
            }
        }
    };
}

/**
 * The body: each file a part of its own, read from the disk by the browser as it is sent.
 * @param {Blob[]} blobs
 * @param {string} boundary
 */
export function multipart(blobs, boundary) {
    /** @type {BlobPart[]} */
    const parts = [];
    for (const blob of blobs) {
        parts.push(`--${boundary}\r\nContent-Type: application/dicom\r\n\r\n`, blob, "\r\n");
    }
    parts.push(`--${boundary}--\r\n`);
    return new Blob(parts);
}

/**
 * Sends files. XMLHttpRequest, because fetch can't tell how much has been sent.
 * @param {object} request
 * @param {Blob[]} request.blobs
 * @param {string} request.project
 * @param {string} request.upload name of the upload that the request belongs to
 * @param {AbortSignal} request.signal
 * @param {(share: number) => void} request.progress 0 … 1 of the body
 * @param {(verdict: Verdict) => void} request.verdict
 * @returns {Promise<void>} rejects with APIError; verdicts given before that stand
 */
export function sendFiles({ blobs, project, upload, signal, progress, verdict }) {
    const boundary = `tarn-${crypto.randomUUID()}`;
    const request = new XMLHttpRequest();
    const read = verdictReader();
    const take = (/** @type {boolean} */ last) => {
        // 409 is STOW's answer where no file was stored; its verdicts stand all the same.
        const spoken = (request.status >= 200 && request.status < 300) || request.status === 409;
        if (spoken && /ndjson/.test(request.getResponseHeader("Content-Type") ?? "")) {
            for (const one of read(request.responseText, last)) verdict(one);
            return true;
        }
        return false;
    };
    return new Promise((resolve, reject) => {
        request.open("POST", `/dicom-web/studies?project=${encodeURIComponent(project)}&upload=${upload}`);
        request.setRequestHeader("X-Tarn", "1");
        request.setRequestHeader("Accept", "application/x-ndjson");
        request.setRequestHeader("Content-Type", `multipart/related; type="application/dicom"; boundary=${boundary}`);
        request.upload.addEventListener("progress", (event) => {
            if (event.lengthComputable) progress(event.loaded / event.total);
        });
        request.addEventListener("progress", () => take(false));
        request.addEventListener("load", () => {
            if (take(true)) return resolve();
            const problem = { status: request.status, detail: undefined };
            try {
                problem.detail = JSON.parse(request.responseText).detail;
            } catch {
                // No problem+json: the status has words of its own.
            }
            if (request.status === 401) signedOut.dispatchEvent(new Event("signedout"));
            reject(new APIError(problem));
        });
        request.addEventListener("error", () => reject(new APIError({ status: 0 })));
        request.addEventListener("abort", () => reject(new DOMException("Cancelled", "AbortError")));
        signal.addEventListener("abort", () => request.abort(), { once: true });
        request.send(multipart(blobs, boundary));
    });
}
