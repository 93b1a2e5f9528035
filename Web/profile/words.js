/** A profile's options and actions in words that need no standard at hand. */

/** @type {Record<string, { name: string, hint: string }>} */
const options = {
    clean_descriptors: {
        name: "Keep descriptions, cleaned",
        hint: "Study, series and protocol names without names, numbers and dates",
    },
    clean_pixel_data: {
        name: "Black out burned-in text",
        hint: "Where regions are known or a person has drawn them; what may show text is held in any case",
    },
    clean_recognizable_visual_features: {
        name: "Remove faces",
        hint: "From head CT and MR, where a face could be rebuilt",
    },
    clean_graphics: { name: "Keep graphic annotations, cleaned", hint: "Their texts lose what identifies" },
    clean_structured_content: { name: "Keep structured reports, cleaned", hint: "Content item by content item" },
    retain_device_identity: { name: "Keep what names the device", hint: "Serial numbers and station names" },
    retain_institution_identity: { name: "Keep what names the institution", hint: "Name, address and department" },
    retain_long_full_dates: { name: "Keep dates as they are", hint: "Cannot be had together with moved dates" },
    retain_long_modified_dates: {
        name: "Keep dates, moved",
        hint: "All of a patient by the same number of days: intervals stay",
    },
    retain_patient_characteristics: {
        name: "Keep age, sex, size and weight",
        hint: "And the like: smoking status, pregnancy",
    },
    retain_safe_private: { name: "Keep private attributes known to be safe", hint: "Those that PS3.15 lists" },
    retain_uids: { name: "Keep UIDs as they are", hint: "Whoever has the originals can tell which they are" },
};

/** @param {string} option */
export function optionWords(option) {
    return options[option] ?? { name: option, hint: "" };
}

/** What a rule may do, and which fields it needs. @type {[action: string, words: string, needs: string[]][]} */
export const actions = [
    ["keep", "keep as it is", []],
    ["clean", "keep, cleaned", []],
    ["keep_matching", "keep where it matches", ["pattern"]],
    ["replace", "replace by", ["value"]],
    ["replace_matching", "replace what matches", ["pattern", "value"]],
    ["empty", "empty", []],
    ["remove", "remove", []],
];

/** @param {string} action */
export function needsOf(action) {
    return actions.find(([name]) => name === action)?.[2] ?? [];
}

/**
 * The rule without fields that its action does not take, nor empty ones.
 * @param {import("./profile.d.ts").Rule} rule
 * @returns {import("./profile.d.ts").Rule}
 */
export function plainRule(rule) {
    const needs = needsOf(rule.action);
    /** @type {import("./profile.d.ts").Rule} */
    const plain = { attribute: rule.attribute.trim(), action: rule.action };
    const creator = rule.creator?.trim();
    if (creator) plain.creator = creator;
    if (needs.includes("pattern")) plain.pattern = rule.pattern ?? "";
    if (needs.includes("value")) plain.value = rule.value ?? "";
    if (rule.note) plain.note = rule.note;
    return plain;
}

/** Languages whose words may stay beside the English ones, by their own names. @type {[code: string, name: string][]} */
export const languages = [["de", "Deutsch (German)"], ["zh-Hant", "繁體中文 (Traditional Chinese)"]];

/** What stands where something was taken out. @type {[value: string, words: string][]} */
export const surrogates = [
    ["none", "[removed]"],
    ["kinds", "what it was: [name], [date], [place]"],
    ["marked", "made-up values in brackets: [Keller]"],
    ["plausible", "made-up values, not marked: Keller"],
];
