/** The rules for names, passwords and addresses, in words for whoever types them. The server checks them again. */

/** @import { APIError } from "../core/api.js" */

/**
 * @param {string} text
 * @returns {string} what is wrong with it as a user name; empty where nothing is
 */
export function nameTrouble(text) {
    const name = text.trim().toLowerCase();
    if (name.includes("@")) return "A user name has no @. Your e-mail address has a field of its own.";
    if (/\s/.test(name)) return "A user name has no spaces. You can use a full stop: ada.lovelace.";
    if (name.length > 64) return "A user name has at most 64 characters.";
    if (!/^[a-z0-9][a-z0-9._+-]*$/.test(name)) {
        return "Use letters a–z, digits and . _ + - only, and begin with a letter or digit.";
    }
    return "";
}

/**
 * @param {string} text
 * @param {string} [name] the account's
 * @returns {string}
 */
export function passwordTrouble(text, name = "") {
    const characters = [...text.normalize("NFKC")];
    const account = name.trim().toLowerCase();
    if (characters.length < 12) {
        return `At least 12 characters; these are ${characters.length}. A sentence you can remember is best.`;
    }
    if (characters.length > 250) return "At most 250 characters.";
    if (new Set(characters).size < 5) return "Use at least 5 different characters.";
    if (account.length >= 4 && characters.join("").toLowerCase().includes(account)) {
        return "The password must not contain your user name.";
    }
    return "";
}

/**
 * @param {string} text
 * @param {string[]} [domains] the only ones taken; all where empty
 * @returns {string}
 */
export function emailTrouble(text, domains = []) {
    const address = text.trim();
    if (!/^[^\s@<>"(),:;\\[\]]{1,64}@[^\s@<>"(),:;\\[\]]+\.[^\s@<>"(),:;\\[\]]+$/.test(address)) {
        return "This is not a complete e-mail address, such as ada@hospital.example.";
    }
    const domain = address.slice(address.lastIndexOf("@") + 1).toLowerCase();
    if (domains.length > 0 && !domains.some((one) => one.toLowerCase() === domain)) {
        return `This server takes addresses at ${alternatives(domains)} only.`;
    }
    return "";
}

/**
 * "a", "a or b", "a, b or c".
 * @param {string[]} words
 */
export function alternatives(words) {
    return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

/**
 * Which field of a sign-up an answer of the server is about, where it says so.
 * @param {Pick<APIError, "status" | "code" | "message">} problem
 * @returns {"name" | "password" | "email" | null}
 */
export function fieldOfProblem({ status, code, message }) {
    if (code === "name-taken") return "name";
    if (status !== 400) return null;
    // A sentence about a password may name the account, so the password comes first.
    const words = `${code} ${message}`;
    if (/password/i.test(words)) return "password";
    if (/e-?mail|address|domain/i.test(words)) return "email";
    return /\bname/i.test(words) ? "name" : null;
}

/**
 * A day as a date field writes it, seen from `today`.
 * @param {string} text YYYY-MM-DD; empty for no end
 * @param {Date} [today]
 * @returns {string} what is wrong with it as the last day of a role
 */
export function lastDayTrouble(text, today = new Date()) {
    if (text === "") return "";
    if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return "Give a day with year, month and day.";
    return text < dayOf(today) ? "This day is over. Choose today or a later day, or none." : "";
}

/**
 * The day of the person's own calendar.
 * @param {Date} date
 * @returns {string} YYYY-MM-DD
 */
export function dayOf(date) {
    const two = (/** @type {number} */ number) => String(number).padStart(2, "0");
    return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
