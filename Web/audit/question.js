/** What is asked of the record, as it stands in the address of the page. */

/** @import { Question } from "./audit.d.ts" */

/** @type {(keyof Question)[]} */
const keys = ["study", "project", "account", "from", "to"];
const day = /^\d{4}-\d{2}-\d{2}$/;

/**
 * The UID in what was typed or pasted: a UID, or the address of a study's page.
 * @param {string} text
 * @returns {string | null} null where there is none
 */
export function studyIn(text) {
    const found = /(?:^|\/studies\/)([0-9]+(?:\.[0-9]+)+|erased-[0-9]+)(?:[/?#].*)?$/.exec(text.trim());
    return found?.[1] ?? null;
}

/**
 * What is empty or nonsense is left out.
 * @param {URLSearchParams} query
 * @returns {Question}
 */
export function questionFrom(query) {
    /** @type {Question} */
    const question = {};
    for (const key of keys) {
        const value = query.get(key)?.trim();
        if (!value || value.length > 200) continue;
        if ((key === "from" || key === "to") && !day.test(value)) continue;
        question[key] = value;
    }
    return question;
}

/**
 * The query string, without "?".
 * @param {Question} question
 * @param {Record<string, string | number | null>} [more]
 */
export function queryOf(question, more = {}) {
    const query = new URLSearchParams();
    for (const key of keys) if (question[key]) query.set(key, question[key]);
    for (const [key, value] of Object.entries(more)) if (value !== null) query.set(key, String(value));
    return query.toString();
}

/** @param {Question} question */
export function auditPath(question) {
    const query = queryOf(question);
    return query ? `/audit?${query}` : "/audit";
}

/**
 * A UID short enough for a table; the end is what differs.
 * @param {string} uid
 */
export function shortStudy(uid) {
    if (uid.startsWith("erased-")) return `erased study ${uid.slice(7)}`;
    return uid.length > 16 ? `…${uid.slice(-10)}` : uid;
}

/**
 * The question as a heading.
 * @param {Question} question
 */
export function questionInWords({ study, project, account }) {
    const where = project ? ` in ${project}` : "";
    if (account && study) return `What ${account} did with study ${shortStudy(study)}`;
    if (account) return `What ${account} did${where}`;
    if (study) return `Who did what with study ${shortStudy(study)}`;
    return project ? `What happened in ${project}` : "What happened last";
}
