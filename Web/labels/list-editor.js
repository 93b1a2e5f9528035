import { announce, fill, h } from "../core/dom.js";
import { APIError, isAbort, messageOf } from "../core/api.js";
import { permitted } from "../core/session.js";
import { readVersion, writeVersion } from "../core/versioned.js";
import { icon } from "../ui/icons.js";
import { failure, notice, toast } from "../ui/notice.js";
import { forgetLabels } from "./lists.js";
import { freshColor, listTrouble, mergeLists } from "./merge.js";
import { swatch } from "../annotations/label-look.js";

/** @import { Versioned } from "../core/versioned.js" */
/** @import { Label } from "../annotations/types.d.ts" */

/**
 * The list of labels of a project; those who keep it may change it, all others read it.
 * @param {string} project
 * @param {AbortSignal} signal
 * @returns {HTMLElement}
 */
export function labelListEditor(project, signal) {
    const place = h("div", { class: "label-list" }, h("p", { class: "muted small" }, "Fetching the labels…"));
    const path = `projects/${encodeURIComponent(project)}/labels`;

    async function load() {
        try {
            const list = await readVersion(path, signal);
            const { labels } = /** @type {{ labels: Label[] }} */ (list.value);
            fill(
                place,
                permitted("labels.curate", project)
                    ? new ListEditor(project, path, { value: labels, tag: list.tag }).element
                    : readOnly(labels),
            );
        } catch (error) {
            if (!isAbort(error) && !signal.aborted) fill(place, failure(messageOf(error), load));
        }
    }

    load();
    return place;
}

/** @param {Label[]} labels */
function readOnly(labels) {
    return h(
        "ul",
        { class: "label-rows" },
        labels.map((label) =>
            h("li", { class: label.retired ? "label-row retired" : "label-row" }, [
                swatch(label.color),
                h("strong", null, label.name),
                h("span", { class: "muted" }, label.description ?? ""),
                label.retired ? h("span", { class: "badge" }, "retired") : null,
            ])
        ),
    );
}

class ListEditor {
    #rows = h("ul", { class: "label-rows editing" });
    #trouble = h("div", { "aria-live": "polite" });
    #save = h("button", { class: "button primary", type: "submit" }, "Save the list");
    #project;
    #path;
    /** As it was read. */
    #base;
    /** As it stands in the fields. @type {Label[]} */
    #labels = [];
    /** Those that are not saved yet: they may still get another name, or go. @type {Set<Label>} */
    #fresh = new Set();

    /**
     * @param {string} project
     * @param {string} path
     * @param {Versioned<Label[]>} base
     */
    constructor(project, path, base) {
        this.#project = project;
        this.#path = path;
        this.#base = base;
        const add = h("button", { class: "button", type: "button" }, icon("plus"), "Add a label");
        add.addEventListener("click", () => this.#add());
        this.element = h("form", { class: "label-form", novalidate: true }, [
            this.#rows,
            this.#trouble,
            h("div", { class: "actions" }, this.#save, add),
        ]);
        this.element.addEventListener("submit", (event) => {
            event.preventDefault();
            this.#submit();
        });
        this.#begin(base, base.value);
    }

    #show() {
        fill(this.#rows, this.#labels.map((label) => this.#row(label)));
        this.#changed();
    }

    #changed() {
        this.#save.disabled = JSON.stringify(this.#labels) === JSON.stringify(this.#base.value);
    }

    /** @param {Label} label */
    #row(label) {
        const isNew = this.#fresh.has(label);
        const words = () => label.name || "the new label";
        const color = h("input", { type: "color", value: label.color, "aria-label": `Colour of ${words()}` });
        color.addEventListener("input", () => this.#write(() => label.color = color.value));
        const description = h("input", {
            class: "input",
            value: label.description ?? "",
            maxlength: 300,
            placeholder: "When to use it",
            "aria-label": `Description of ${words()}`,
        });
        description.addEventListener("input", () => this.#write(() => label.description = description.value));
        return h("li", { class: label.retired ? "label-row retired" : "label-row" }, [
            color,
            isNew ? this.#nameField(label) : h("strong", { class: "label-name" }, label.name),
            description,
            isNew ? this.#removeButton(label) : this.#retireButton(label),
        ]);
    }

    /** @param {Label} label */
    #nameField(label) {
        const name = h("input", {
            class: "input label-name",
            value: label.name,
            maxlength: 64,
            placeholder: "Name",
            "aria-label": "Name of the new label",
        });
        name.addEventListener("input", () => this.#write(() => label.name = name.value));
        return name;
    }

    /** @param {Label} label */
    #retireButton(label) {
        const name = label.retired ? "Use again" : "Retire";
        const button = h("button", { class: "button quiet small", type: "button" }, name);
        button.setAttribute("aria-label", `${name}: ${label.name}`);
        button.addEventListener("click", () => {
            label.retired = !label.retired;
            const index = this.#labels.indexOf(label);
            this.#show();
            const again = this.#rows.children[index]?.querySelector(".button");
            if (again instanceof HTMLElement) again.focus();
            announce(label.retired ? `${label.name} is retired once you save.` : `${label.name} can be used again.`);
        });
        return button;
    }

    /** @param {Label} label */
    #removeButton(label) {
        const button = h("button", { class: "button quiet small", type: "button" }, "Take away");
        button.setAttribute("aria-label", "Take the new label away");
        button.addEventListener("click", () => {
            this.#labels = this.#labels.filter((one) => one !== label);
            this.#show();
            this.#save.focus();
        });
        return button;
    }

    /** @param {() => void} change */
    #write(change) {
        change();
        fill(this.#trouble);
        this.#changed();
    }

    #add() {
        const label = { name: "", color: freshColor(this.#labels), description: "", retired: false };
        this.#fresh.add(label);
        this.#labels.push(label);
        this.#show();
        const name = this.#rows.lastElementChild?.querySelector(".label-name");
        if (name instanceof HTMLElement) name.focus();
    }

    async #submit() {
        const labels = this.#labels.map((label) => ({ ...label, name: label.name.trim() }));
        const trouble = listTrouble(labels);
        if (trouble) {
            fill(this.#trouble, notice("bad", trouble));
            return;
        }
        this.#save.disabled = true;
        try {
            const { value, tag } = await writeVersion("PUT", this.#path, { labels }, this.#base.tag);
            this.#begin({ value: value.labels, tag }, value.labels);
            forgetLabels(this.#project);
            fill(this.#trouble);
            toast("The list of labels is saved.");
        } catch (error) {
            if (error instanceof APIError && error.status === 412) await this.#merge();
            else fill(this.#trouble, notice("bad", messageOf(error)));
            this.#changed();
        }
    }

    /** Somebody saved the list meanwhile: both changes stand in the fields, to be looked at and saved. */
    async #merge() {
        try {
            const theirs = await readVersion(this.#path);
            const merged = mergeLists(this.#base.value, this.#labels, theirs.value.labels);
            this.#begin({ value: theirs.value.labels, tag: theirs.tag }, merged);
            fill(
                this.#trouble,
                notice(
                    "warn",
                    "Somebody changed this list meanwhile. Their changes and yours stand here now: look, then save.",
                ),
            );
        } catch (error) {
            fill(this.#trouble, notice("bad", messageOf(error)));
        }
    }

    /** @param {Versioned<Label[]>} base @param {Label[]} labels */
    #begin(base, labels) {
        this.#base = base;
        this.#labels = labels.map((label) => ({ ...label }));
        const saved = new Set(base.value.map(({ name }) => name));
        this.#fresh = new Set(this.#labels.filter(({ name }) => !saved.has(name)));
        this.#show();
    }
}
