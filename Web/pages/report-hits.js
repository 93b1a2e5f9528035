import { fill, h } from "../core/dom.js";
import { api } from "../core/api.js";
import { readable } from "../reports/pieces.js";

/** @import { ReportHit } from "../reports/types.d.ts" */

/** Pages of hits that are fetched for one page of studies before a study goes without its line. */
const pagesAtMost = 5;

/** What a search found in the reports, to be shown under the studies of the list. */
export class ReportHits {
    /** The first hit of each study. @type {Map<string, ReportHit>} */
    #hits = new Map();
    /** @type {string | null | undefined} undefined before the first page */
    #cursor;
    #query;
    #signal;

    /**
     * @param {string} words
     * @param {string | undefined} project
     * @param {AbortSignal} signal
     */
    constructor(words, project, signal) {
        this.#query = new URLSearchParams({ query: words, limit: "100", ...(project ? { project } : {}) });
        this.#signal = signal;
    }

    /**
     * Writes the hit of each study into its place. Without an answer the list stays as it is: it holds the right
     * studies all the same.
     * @param {Map<string, Element>} places by study
     * @param {string[]} wanted the studies that came last
     */
    async show(places, wanted) {
        try {
            for (let page = 0; page < pagesAtMost && this.#cursor !== null && this.#lacks(wanted); page++) {
                await this.#more();
            }
        } catch {
            return;
        }
        for (const [study, place] of places) {
            const hit = this.#hits.get(study);
            if (hit) fill(place, snippet(hit));
        }
    }

    /** @param {string[]} wanted */
    #lacks(wanted) {
        return wanted.some((study) => !this.#hits.has(study));
    }

    async #more() {
        const query = new URLSearchParams(this.#query);
        if (this.#cursor) query.set("cursor", this.#cursor);
        /** @type {{ reports: ReportHit[], next: string | null }} */
        const page = await api.get(`reports?${query}`, this.#signal);
        for (const hit of page.reports) if (!this.#hits.has(hit.study)) this.#hits.set(hit.study, hit);
        this.#cursor = page.next ?? null;
    }
}

/** @param {ReportHit} hit */
function snippet(hit) {
    return h("span", { class: "report-hit" }, [
        h("span", { class: "visually-hidden" }, "Report: "),
        ...hit.snippet.map(({ text, hit: isHit }) =>
            isHit ? h("mark", null, text) : h("span", null, readable(text, true))
        ),
    ]);
}
