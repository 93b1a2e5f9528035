import { fill, h } from "../core/dom.js";
import { field, select } from "../ui/form.js";
import { languages, surrogates } from "./words.js";

/** @import { Problem, ProfileDocument } from "./profile.d.ts" */

/** What a profile says about texts: words of the project's own, languages, and what stands where something was taken out. */
export class TextFields {
    #keep = list("One word a line: Dotarem");
    #replace = list("One word or phrase a line: Haus Sonnenblick");
    #names = list("One name a line: Bone");
    #places = list("One place a line: Ward Seven");
    #surrogates = select({}, surrogates);
    /** @type {Map<string, HTMLInputElement>} */
    #languages = new Map();
    #trouble = h("p", { class: "rule-trouble trouble small", "aria-live": "polite" });

    /** @param {() => void} changed */
    constructor(changed) {
        for (const [code] of languages) {
            const box = h("input", { type: "checkbox" });
            box.addEventListener("change", changed);
            this.#languages.set(code, box);
        }
        for (const control of [this.#keep, this.#replace, this.#names, this.#places]) {
            control.addEventListener("input", changed);
        }
        this.#surrogates.addEventListener("change", changed);
        this.element = h("div", { class: "profile-texts" }, [
            h(
                "p",
                { class: "muted small" },
                "In reports and descriptions only words stay that are on a list of words which name nobody. Names that the " +
                    "header knows, and what stands beside a title, always go.",
            ),
            h("div", { class: "profile-words" }, [
                field("Words that may stay", this.#keep, "Products and abbreviations of yours. No names."),
                field(
                    "Words that always go",
                    this.#replace,
                    "Names of your staff, wards and houses. Whoever may edit this sees them.",
                ),
                field(
                    "Names that are also words",
                    this.#names,
                    "They go where somebody is meant: \u201cseen by Bone\u201d goes, \u201cbone marrow\u201d stays.",
                ),
                field(
                    "Places that are also words",
                    this.#places,
                    "They go with a capital, or after \u201cin\u201d or \u201cfrom\u201d. Towns of the world are known already.",
                ),
            ]),
            h(
                "fieldset",
                { class: "profile-options" },
                h("legend", null, "Languages beside English"),
                languages.map(([code, name]) => {
                    const box = this.#languages.get(code);
                    return h("label", { class: "role-choice" }, box, h("span", null, name));
                }),
            ),
            field("Where something was taken out", this.#surrogates),
            this.#trouble,
        ]);
    }

    /** @param {ProfileDocument} document */
    show(document) {
        this.#keep.value = (document.words?.keep ?? []).join("\n");
        this.#replace.value = (document.words?.replace ?? []).join("\n");
        this.#names.value = (document.words?.names ?? []).join("\n");
        this.#places.value = (document.words?.places ?? []).join("\n");
        for (const [code, box] of this.#languages) box.checked = document.languages?.includes(code) ?? false;
        this.#surrogates.value = document.surrogates ?? "none";
        fill(this.#trouble);
    }

    /** What of it stands in the document: nothing where nothing is said. */
    get document() {
        return plainTexts({
            words: {
                keep: lines(this.#keep.value),
                replace: lines(this.#replace.value),
                names: lines(this.#names.value),
                places: lines(this.#places.value),
            },
            languages: [...this.#languages].filter(([, box]) => box.checked).map(([code]) => code),
            surrogates: this.#surrogates.value,
        });
    }

    /** @param {Problem[]} problems */
    say(problems) {
        const own = problems.filter((one) => /^(words|languages|surrogates)/.test(one.place));
        fill(this.#trouble, own.map((one) => `${placeWords(one.place)}: ${one.reason}`).join("; "));
    }
}

/**
 * The parts of a document that are about texts, without empty ones.
 * @param {Pick<ProfileDocument, "words" | "languages" | "surrogates">} document
 * @returns {Pick<ProfileDocument, "words" | "languages" | "surrogates">}
 */
export function plainTexts({ words, languages, surrogates }) {
    const { keep = [], replace = [], names = [], places = [] } = words ?? {};
    const rare = {
        ...(names.length > 0 ? { names } : {}),
        ...(places.length > 0 ? { places } : {}),
    };
    const count = keep.length + replace.length + names.length + places.length;
    return {
        ...(count > 0 ? { words: { keep, replace, ...rare } } : {}),
        ...(languages && languages.length > 0 ? { languages: [...languages].sort() } : {}),
        ...(surrogates && surrogates !== "none" ? { surrogates } : {}),
    };
}

/**
 * Lines without what is blank.
 * @param {string} text
 */
export function lines(text) {
    return text.split("\n").map((line) => line.trim()).filter((line) => line !== "");
}

/**
 * "words.keep[2]" as who fills in the fields counts: from one.
 * @param {string} place
 */
export function placeWords(place) {
    const names = {
        keep: "Words that may stay",
        replace: "Words that always go",
        names: "Names that are also words",
        places: "Places that are also words",
    };
    const found = /^words\.(keep|replace|names|places)(?:\[(\d+)\])?$/.exec(place);
    if (!found) return place.startsWith("languages") ? "Languages" : place;
    const name = names[/** @type {keyof typeof names} */ (found[1])];
    return found[2] === undefined ? name : `${name}, line ${Number(found[2]) + 1}`;
}

/** @param {string} placeholder */
function list(placeholder) {
    return h("textarea", { class: "input", rows: 5, placeholder, spellcheck: "false", autocapitalize: "off" });
}
