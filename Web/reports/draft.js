/** @import { Draft } from "./types.d.ts" */

const prefix = "tarn.draft.";

/**
 * What is being typed on one study, kept in this tab until it is saved: a reload, an expired session or a wrong click
 * on a link loses nothing. Never in localStorage, which other people at the same workstation would inherit.
 */
export class Drafts {
    #mine;
    #place;

    /**
     * @param {string} account whose; it stays so after the session has expired
     * @param {string} study
     */
    constructor(account, study) {
        this.#mine = `${prefix}${account}/`;
        this.#place = `${this.#mine}${study}/`;
    }

    /** @param {string | null} report null for a new one */
    #key(report) {
        return this.#place + (report ?? "new");
    }

    /**
     * @param {string | null} report
     * @returns {Draft | null}
     */
    load(report) {
        try {
            const draft = JSON.parse(sessionStorage.getItem(this.#key(report)) ?? "null");
            return typeof draft?.text === "string" ? draft : null;
        } catch {
            return null;
        }
    }

    /**
     * @param {string | null} report
     * @param {Draft} draft
     * @returns {boolean} whether the browser kept it
     */
    keep(report, draft) {
        try {
            sessionStorage.setItem(this.#key(report), JSON.stringify(draft));
            return true;
        } catch {
            return false;
        }
    }

    /** @param {string | null} report */
    drop(report) {
        sessionStorage.removeItem(this.#key(report));
    }

    /** Removes what anybody else typed in this tab. */
    dropOthers() {
        for (const name of Object.keys(sessionStorage)) {
            if (name.startsWith(prefix) && !name.startsWith(this.#mine)) sessionStorage.removeItem(name);
        }
    }
}
