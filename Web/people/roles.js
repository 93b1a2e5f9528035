/** The roles in the words of those who have them. */

/** @typedef {{ role: string, name: string, may: string, asked: boolean }} RoleWords */

/** `asked`: whether one may ask for it; what was shared with a patient comes without asking. @type {RoleWords[]} */
export const roles = [
    {
        role: "physician",
        name: "Physician",
        may: "look at studies, write reports, open a patient's identity with a reason",
        asked: true,
    },
    { role: "annotator", name: "Annotator", may: "look at studies, measure, and save labels in versions", asked: true },
    { role: "researcher", name: "Researcher", may: "look at studies, search, and take out exports", asked: true },
    { role: "technologist", name: "Technologist", may: "upload images", asked: true },
    {
        role: "custodian",
        name: "Custodian",
        may: "look at studies, decide on held images, keep the labels, see who looked, open a patient's identity",
        asked: true,
    },
    { role: "auditor", name: "Auditor", may: "see who looked at what, nothing else", asked: true },
    { role: "recipient", name: "Recipient", may: "see only what was shared with them", asked: false },
];

/** @param {string} role */
export function roleName(role) {
    return roles.find((one) => one.role === role)?.name ?? role;
}

/** What one may do with these roles together, as a sentence. @param {string[]} held */
export function rolesMay(held) {
    const parts = roles.filter(({ role }) => held.includes(role)).map(({ may }) => may);
    const text = parts.join("; ");
    return text === "" ? "" : `${text[0]?.toUpperCase()}${text.slice(1)}.`;
}
