/**
 * What is being typed, kept in this tab until it is saved: a reload, an expired session or a wrong click on a link
 * loses nothing. Never in localStorage, which other people at the same workstation would inherit.
 */

import { session } from "../core/session.js";

/** @import { Draft } from "./types.d.ts" */

const prefix = "tarn.draft.";

/**
 * @param {string} study
 * @param {string | null} report null for a new one
 */
function key(study, report) {
    return `${prefix}${session.value?.account.name ?? ""}/${study}/${report ?? "new"}`;
}

/**
 * @param {string} study
 * @param {string | null} report
 * @returns {Draft | null}
 */
export function loadDraft(study, report) {
    try {
        const draft = JSON.parse(sessionStorage.getItem(key(study, report)) ?? "null");
        return typeof draft?.text === "string" ? draft : null;
    } catch {
        return null;
    }
}

/**
 * @param {string} study
 * @param {string | null} report
 * @param {Draft} draft
 * @returns {boolean} whether the browser kept it
 */
export function keepDraft(study, report, draft) {
    try {
        sessionStorage.setItem(key(study, report), JSON.stringify(draft));
        return true;
    } catch {
        return false;
    }
}

/**
 * @param {string} study
 * @param {string | null} report
 */
export function dropDraft(study, report) {
    sessionStorage.removeItem(key(study, report));
}

/** Removes what anybody else typed in this tab; what the person signed in typed stays. */
export function dropDraftsOfOthers() {
    const mine = `${prefix}${session.value?.account.name ?? ""}/`;
    for (const name of Object.keys(sessionStorage)) {
        if (name.startsWith(prefix) && !name.startsWith(mine)) sessionStorage.removeItem(name);
    }
}
