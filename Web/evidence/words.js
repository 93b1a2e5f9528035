/** What became of files and attributes, in words. */

/** What is done with a file whose upload failed, by the first words of its reason. @type {[string, string][]} */
const advice = [
    ["not DICOM", "It is not a DICOM file. Nothing has to be done."],
    ["unreadable", "The file is damaged or cut short. Take it from its source again and upload it again."],
    [
        "cannot be de-identified",
        "It holds something that can't be judged. Tell whoever looks after the project's de-identification.",
    ],
    ["too large", "It is larger than this server takes. Ask your administrator whether the limit can be raised."],
    ["refused by a reviewer", "A reviewer refused this very image before. Nothing has to be done."],
    ["not stored", "Nothing is wrong with the file: the server could not store it. Upload it again."],
];

/**
 * What to do about a file that was not stored.
 * @param {string} reason as the server gave it
 * @returns {string}
 */
export function adviceFor(reason) {
    return advice.find(([start]) => reason.startsWith(start))?.[1] ?? "Upload it again, or ask your administrator.";
}

/** @type {Record<string, string>} */
const actions = {
    removed: "removed",
    emptied: "emptied",
    replaced: "replaced by a dummy",
    mapped: "given a new UID",
    shifted: "date moved",
    cleaned: "cleaned",
    added: "added",
    kept: "kept",
};

/** @param {string} action */
export function actionInWords(action) {
    return actions[action] ?? action;
}

/** @type {Record<string, string>} */
const verdicts = {
    accepted: "accepted",
    alreadyThere: "already there",
    held: "held",
    conflict: "in conflict",
    rejected: "not stored",
};

/** @param {string} verdict */
export function verdictInWords(verdict) {
    return verdicts[verdict] ?? verdict;
}

/**
 * "PatientBirthDate" → "Patient Birth Date": keywords of the standard as a person reads them.
 * @param {string} keyword
 */
export function attributeInWords(keyword) {
    if (keyword === "other") return "Others, without a name here";
    if (keyword.startsWith("(")) return `Private ${keyword}`;
    return keyword.replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2").replaceAll(/([A-Z]+)([A-Z][a-z])/g, "$1 $2");
}
