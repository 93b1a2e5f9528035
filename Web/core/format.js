/** Numbers, dates and DICOM codes as a person reads them. */

const dateFormat = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric" });
const timeFormat = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const numberFormat = new Intl.NumberFormat();

/**
 * A study date. Dates of a study are shifted by de-identification: no time of day, no time zone.
 * @param {string | null | undefined} text YYYY-MM-DD or YYYYMMDD
 * @returns {string}
 */
export function formatDate(text) {
    const match = /^(\d{4})-?(\d{2})-?(\d{2})/.exec(text ?? "");
    if (!match) return "No date";
    const date = new Date(Number(match[1]), Number(match[2]) - 1, Number(match[3]));
    return Number.isNaN(date.getTime()) ? "No date" : dateFormat.format(date);
}

/**
 * A moment of the server's clock.
 * @param {string | null | undefined} text ISO 8601
 * @returns {string}
 */
export function formatTime(text) {
    const date = new Date(text ?? "");
    return Number.isNaN(date.getTime()) ? "" : timeFormat.format(date);
}

/** @param {number} count */
export function formatCount(count) {
    return numberFormat.format(count);
}

/**
 * @param {number} count
 * @param {string} one
 * @param {string} [many]
 * @returns {string}
 */
export function plural(count, one, many = `${one}s`) {
    return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/**
 * @param {number} bytes
 * @returns {string}
 */
export function formatBytes(bytes) {
    const units = ["bytes", "kB", "MB", "GB", "TB"];
    let value = bytes;
    let unit = 0;
    while (value >= 999.5 && unit < units.length - 1) {
        value /= 1000;
        unit += 1;
    }
    return unit === 0 ? `${value} bytes` : `${value.toFixed(value < 10 ? 1 : 0)} ${units[unit]}`;
}

/**
 * @param {string | null | undefined} sex DICOM Patient's Sex
 * @returns {string}
 */
export function formatSex(sex) {
    return { M: "Male", F: "Female", O: "Other" }[sex ?? ""] ?? "";
}

/**
 * Age and sex in one breath: "54 y, female".
 * @param {number | null | undefined} age in years
 * @param {string | null | undefined} sex
 * @returns {string}
 */
export function formatPerson(age, sex) {
    const years = age === null || age === undefined ? "" : `${Math.floor(age)} y`;
    const words = formatSex(sex).toLowerCase();
    return [years, words].filter(Boolean).join(", ");
}

/** @type {Record<string, string>} */
const modalities = {
    CR: "Computed radiography",
    CT: "Computed tomography",
    DX: "Digital radiography",
    MG: "Mammography",
    MR: "Magnetic resonance",
    NM: "Nuclear medicine",
    OT: "Other",
    PT: "Positron emission tomography",
    RF: "Fluoroscopy",
    RTDOSE: "Radiotherapy dose",
    RTPLAN: "Radiotherapy plan",
    RTSTRUCT: "Radiotherapy structures",
    SC: "Secondary capture",
    SEG: "Segmentation",
    SR: "Structured report",
    US: "Ultrasound",
    XA: "Angiography",
};

/** @param {string} code */
export function modalityName(code) {
    return modalities[code] ?? code;
}

/** The modalities offered in the filter, most used first. */
export const commonModalities = ["CT", "MR", "CR", "DX", "US", "MG", "PT", "NM", "XA"];

/**
 * "CHEST" → "Chest": body parts come in capitals.
 * @param {string} text
 * @returns {string}
 */
export function sentenceCase(text) {
    return text === "" ? "" : text[0]?.toUpperCase() + text.slice(1).toLowerCase();
}
