/** The JSON API: one place for the CSRF header, problem+json and plain words for what went wrong. */

/** @import { Problem } from "../types.d.ts" */

/**
 * A reason as a sentence: with a capital and a full stop.
 * @param {string} text
 * @returns {string}
 */
export function sentence(text) {
    const trimmed = text.trim();
    const end = /[.!?…]$/.test(trimmed) ? "" : ".";
    return trimmed === "" ? "" : trimmed[0].toUpperCase() + trimmed.slice(1) + end;
}

/** A request that did not succeed; `message` is fit to be shown. */
export class APIError extends Error {
    /** @param {Problem} problem */
    constructor(problem) {
        super(plainWords(problem));
        this.name = "APIError";
        this.status = problem.status;
        this.code = problem.code ?? "";
    }
}

/**
 * The server's own sentence where it has one, else one for the status.
 * @param {Problem} problem
 * @returns {string}
 */
export function plainWords(problem) {
    if (problem.detail) return sentence(problem.detail);
    switch (problem.status) {
        case 0:
            return "The server can't be reached. Check the network connection and try again.";
        case 401:
            return "You are signed out. Sign in again to go on.";
        case 403:
        case 404:
            return "This does not exist, or your account may not see it.";
        case 409:
            return "Somebody else changed this in the meantime. Reload and try again.";
        case 413:
            return "This is larger than the server accepts.";
        case 429:
            return "Too many attempts. Wait a little and try again.";
        case 507:
            return "The server has no space left. Tell your administrator.";
        default:
            return problem.status >= 500
                ? "The server ran into a problem. Try again; if it stays, tell your administrator."
                : "The server did not accept this request.";
    }
}

/**
 * Reads the problem out of a failed answer, whatever its form.
 * @param {Response} response
 * @returns {Promise<APIError>}
 */
export async function problemOf(response) {
    /** @type {Partial<Problem>} */
    let problem = {};
    if (/json/.test(response.headers.get("Content-Type") ?? "")) {
        problem = await response.json().catch(() => ({}));
    }
    return new APIError({ ...problem, status: response.status });
}

/** Called when the server says that nobody is signed in. */
export const signedOut = new EventTarget();

/**
 * One request; a network failure becomes an APIError with status 0.
 * @param {string} path
 * @param {RequestInit} [init]
 * @returns {Promise<Response>} an answer with a status of 2xx
 */
export async function send(path, init = {}) {
    const headers = new Headers(init.headers);
    if (!["GET", "HEAD"].includes(init.method ?? "GET")) headers.set("X-Tarn", "1");
    /** @type {Response} */
    let response;
    try {
        response = await fetch(path, { credentials: "same-origin", ...init, headers });
    } catch (error) {
        if (init.signal?.aborted) throw error;
        throw new APIError({ status: 0 });
    }
    if (response.ok) return response;
    const problem = await problemOf(response);
    if (problem.status === 401) signedOut.dispatchEvent(new Event("signedout"));
    throw problem;
}

/**
 * @param {string} method
 * @param {string} path
 * @param {unknown} [body]
 * @param {AbortSignal} [signal]
 * @returns {Promise<any>}
 */
async function json(method, path, body, signal) {
    /** @type {RequestInit} */
    const init = { method, headers: { Accept: "application/json" } };
    if (signal) init.signal = signal;
    if (body !== undefined) {
        init.body = JSON.stringify(body);
        init.headers = { Accept: "application/json", "Content-Type": "application/json" };
    }
    const response = await send(path, init);
    const text = await response.text();
    return text ? JSON.parse(text) : null;
}

export const api = {
    /**
     * @param {string} path
     * @param {AbortSignal} [signal]
     */
    get: (path, signal) => json("GET", `/api/v1/${path}`, undefined, signal),
    /**
     * @param {string} path
     * @param {unknown} [body]
     * @param {AbortSignal} [signal]
     */
    post: (path, body, signal) => json("POST", `/api/v1/${path}`, body ?? {}, signal),
    /**
     * @param {string} path
     * @param {unknown} body
     */
    put: (path, body) => json("PUT", `/api/v1/${path}`, body),
    /** @param {string} path */
    delete: (path) => json("DELETE", `/api/v1/${path}`),
};

/**
 * What to tell a person about any failure.
 * @param {unknown} error
 * @returns {string}
 */
export function messageOf(error) {
    if (error instanceof APIError) return error.message;
    return "Something went wrong in this page. Reload it and try again.";
}

/**
 * True for the rejection that follows an abort: nothing to tell anyone.
 * @param {unknown} error
 * @returns {boolean}
 */
export function isAbort(error) {
    return error instanceof DOMException && error.name === "AbortError";
}
