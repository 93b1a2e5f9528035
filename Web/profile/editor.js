import { fill, h } from "../core/dom.js";
import { api, APIError, isAbort, messageOf } from "../core/api.js";
import { formatDate, plural } from "../core/format.js";
import { readVersion, writeVersion } from "../core/versioned.js";
import { field } from "../ui/form.js";
import { failure, notice, toast } from "../ui/notice.js";
import { RuleList } from "./rules.js";
import { plainTexts, TextFields } from "./texts.js";
import { problemNotice, trial } from "./trial.js";
import { optionWords, plainRule } from "./words.js";

/** @import { Versioned } from "../core/versioned.js" */
/** @import { Problem, ProfileDocument, ProfileState, ProfileVersion, Trial } from "./profile.d.ts" */

/**
 * What de-identification takes out of a project's images and what it leaves, with its versions.
 * @param {string} project
 * @param {AbortSignal} signal
 * @returns {HTMLElement}
 */
export function profileEditor(project, signal) {
    const place = h("div", { class: "profile" }, h("p", { class: "muted small" }, "Fetching the profile…"));
    const path = `projects/${encodeURIComponent(project)}/profile`;

    async function load() {
        try {
            fill(place, new ProfileEditor(project, path, await readVersion(path, signal)).element);
        } catch (error) {
            if (!isAbort(error) && !signal.aborted) fill(place, failure(messageOf(error), load));
        }
    }

    load();
    return place;
}

class ProfileEditor {
    #path;
    /** As it was read. @type {Versioned<ProfileState>} */
    #base;
    /** @type {Map<string, HTMLInputElement>} */
    #options = new Map();
    #ages = h("input", { type: "checkbox" });
    #rules = new RuleList(() => this.#changed());
    #texts = new TextFields(() => this.#changed());
    #note = h("input", { class: "input", maxlength: 500, placeholder: "Why, for those who come after you" });
    #save = h("button", { class: "button primary", type: "submit" }, "Save as a new version");
    #trouble = h("div", { "aria-live": "polite" });
    #versions = h("ol", { class: "profile-versions" });

    /**
     * @param {string} project
     * @param {string} path
     * @param {Versioned<ProfileState>} base
     */
    constructor(project, path, base) {
        this.#path = path;
        this.#base = base;
        for (const option of base.value.options) {
            const box = h("input", { type: "checkbox" });
            box.addEventListener("change", () => this.#chosen(option));
            this.#options.set(option, box);
        }
        this.#ages.addEventListener("change", () => this.#changed());
        this.element = h("form", { class: "profile-form", novalidate: true }, [
            h(
                "p",
                { class: "muted" },
                "Names, IDs and everything else that the standard lists are always taken out. Here you say what may stay. " +
                    "It counts for images that come in from now on; what is here already stays as it is.",
            ),
            h("fieldset", { class: "profile-options" }, h("legend", null, "What may stay"), this.#choices()),
            h("h3", null, "Your own rules"),
            this.#rules.element,
            h("h3", null, "Words in texts"),
            this.#texts.element,
            trial(project, () => this.#text(), (problems) => this.#say(problems)),
            field("What changed", this.#note),
            this.#trouble,
            h("div", { class: "actions" }, this.#save),
            h("h3", null, "Versions"),
            this.#versions,
        ]);
        this.element.addEventListener("submit", (event) => {
            event.preventDefault();
            this.#submit();
        });
        this.#begin(base);
    }

    #choices() {
        const choice = (/** @type {HTMLElement} */ box, /** @type {string} */ name, /** @type {string} */ hint) =>
            h("label", { class: "role-choice" }, [
                box,
                h("span", null, h("strong", null, name), " ", h("span", { class: "muted small" }, hint)),
            ]);
        return [
            ...[...this.#options].map(([option, box]) => {
                const words = optionWords(option);
                return choice(box, words.name, words.hint);
            }),
            choice(this.#ages, "Ages over 89 become 90", "There are so few that age and place name one"),
        ];
    }

    /** @param {string} option */
    #chosen(option) {
        // The one excludes the other.
        const pair = ["retain_long_full_dates", "retain_long_modified_dates"];
        const other = this.#options.get(pair.find((one) => one !== option && pair.includes(option)) ?? "");
        if (other && this.#options.get(option)?.checked) other.checked = false;
        this.#changed();
    }

    /** @param {Versioned<ProfileState>} base */
    #begin(base) {
        this.#base = base;
        this.#note.value = "";
        this.#show(JSON.parse(base.value.document));
        fill(this.#versions, base.value.versions.map((version) => this.#version(version)));
    }

    /** @param {ProfileDocument} document */
    #show(document) {
        for (const [option, box] of this.#options) box.checked = document.options.includes(option);
        this.#ages.checked = document.agesOver89 === "group";
        this.#rules.show(document.rules);
        this.#texts.show(document);
        this.#changed();
    }

    #document() {
        return {
            format: "tarn-profile/1",
            options: [...this.#options].filter(([, box]) => box.checked).map(([option]) => option),
            agesOver89: this.#ages.checked ? "group" : "keep",
            rules: this.#rules.rules.map(plainRule),
            ...this.#texts.document,
        };
    }

    /** @param {Problem[]} problems */
    #say(problems) {
        this.#rules.say(problems);
        this.#texts.say(problems);
    }

    #text() {
        return JSON.stringify(this.#document());
    }

    #changed() {
        /** @type {ProfileDocument} */
        const base = JSON.parse(this.#base.value.document);
        const plain = { ...base, options: [...base.options].sort(), rules: base.rules.map(plainRule) };
        const now = this.#document();
        const same = (/** @type {any} */ one) =>
            JSON.stringify([one.options, one.agesOver89, one.rules, plainTexts(one)]);
        this.#save.disabled = same({ ...now, options: [...now.options].sort() }) === same(plain);
    }

    /** @param {ProfileVersion} version */
    #version(version) {
        const isNow = version.version === this.#base.value.version;
        const load = h("button", { class: "button quiet small", type: "button" }, "Bring back into the fields");
        load.setAttribute("aria-label", `Bring version ${version.version} back into the fields`);
        load.addEventListener("click", () => this.#load(version.version));
        return h("li", { class: "profile-version" }, [
            h("strong", null, `Version ${version.version}`),
            isNow ? h("span", { class: "badge good" }, "in force") : load,
            h(
                "span",
                { class: "muted small" },
                [
                    `${formatDate(version.at.slice(0, 10))}, ${version.author} · ${plural(version.instances, "image")}`,
                    version.note ? ` · ${version.note}` : "",
                ].join(""),
            ),
        ]);
    }

    /** @param {number} version */
    async #load(version) {
        try {
            const { document } = await api.get(`${this.#path}/${version}`);
            this.#show(JSON.parse(document));
            this.#note.value = `As in version ${version}`;
            toast(`Version ${version} stands in the fields. Save to put it in force.`);
        } catch (error) {
            fill(this.#trouble, notice("bad", messageOf(error)));
        }
    }

    async #submit() {
        this.#save.disabled = true;
        const body = { document: this.#text(), note: this.#note.value.trim() };
        try {
            /** @type {Trial} */
            const checked = await api.post(`${this.#path}/try`, { document: body.document });
            this.#say(checked.problems);
            if (checked.problems.length > 0) {
                fill(this.#trouble, problemNotice(checked.problems));
                this.#changed();
                return;
            }
            this.#begin(await writeVersion("PUT", this.#path, body, this.#base.tag));
            fill(this.#trouble);
            toast(`Version ${this.#base.value.version} is in force.`);
        } catch (error) {
            const isStale = error instanceof APIError && error.status === 412;
            const words = isStale
                ? "Somebody else saved a version meanwhile. Reload the page to see it; what you changed here is lost then."
                : messageOf(error);
            fill(this.#trouble, notice("bad", words));
            this.#changed();
        }
    }
}
