/** The filters of the studies list as they stand in the URL: what is empty or nonsense is left out. */

/** @import { StudyFilter } from "../types.d.ts" */

/** @type {(keyof StudyFilter)[]} */
export const filterKeys = [
    "project",
    "modality",
    "bodyPart",
    "from",
    "to",
    "ageFrom",
    "ageTo",
    "sex",
    "description",
    "report",
    "label",
    "subject",
    "sort",
];

/** @type {Record<string, RegExp>} */
const shapes = {
    from: /^\d{4}-\d{2}-\d{2}$/,
    to: /^\d{4}-\d{2}-\d{2}$/,
    ageFrom: /^\d{1,3}$/,
    ageTo: /^\d{1,3}$/,
    sex: /^[MFO]$/,
    sort: /^added$/,
    modality: /^[A-Z0-9]{1,16}(,[A-Z0-9]{1,16})*$/,
};

/**
 * @param {URLSearchParams} query
 * @returns {StudyFilter}
 */
export function filterFromQuery(query) {
    /** @type {StudyFilter} */
    const filter = {};
    for (const key of filterKeys) {
        const value = query.get(key)?.trim();
        if (!value || value.length > 200) continue;
        if (shapes[key] && !shapes[key].test(value)) continue;
        filter[key] = value;
    }
    return filter;
}

/**
 * The query string, keys always in the same order, without "?".
 * @param {StudyFilter} filter
 * @param {Record<string, string | number | null | undefined>} [more] such as cursor and limit
 * @returns {string}
 */
export function queryOfFilter(filter, more = {}) {
    const query = new URLSearchParams();
    for (const key of filterKeys) {
        const value = filter[key];
        if (value) query.set(key, value);
    }
    for (const [key, value] of Object.entries(more)) {
        if (value !== null && value !== undefined && value !== "") query.set(key, String(value));
    }
    return query.toString();
}

/**
 * A link to the studies list under a filter.
 * @param {StudyFilter} filter
 * @returns {string}
 */
export function studiesPath(filter) {
    const query = queryOfFilter(filter);
    return query ? `/studies?${query}` : "/studies";
}

/** @type {Record<string, string>} */
const names = {
    project: "project",
    modality: "modality",
    bodyPart: "body part",
    from: "from",
    to: "until",
    ageFrom: "age from",
    ageTo: "age up to",
    sex: "sex",
    description: "description",
    report: "report",
    label: "label",
    subject: "subject",
};

/**
 * The filters in force, in words: `[{ key, text }]`.
 * @param {StudyFilter} filter
 * @returns {{ key: keyof StudyFilter, text: string }[]}
 */
export function describeFilter(filter) {
    return filterKeys
        .filter((key) => filter[key] && key !== "sort")
        .map((key) => ({ key, text: `${names[key]}: ${filter[key]?.replaceAll(",", ", ")}` }));
}
