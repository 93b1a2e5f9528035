import { fill, h } from "../core/dom.js";
import { icon } from "../ui/icons.js";
import { labelKeys, swatch } from "./label-look.js";
import { lastMeasured, lines, typeName } from "./measure.js";
import { measuredOn } from "./layer.js";
import { longestNote, needsLabel } from "./model.js";

/** @import { AnnotationDesk } from "./desk.js" */
/** @import { Annotation, Label } from "./types.d.ts" */

/** The label for what comes next; of what is selected label, values, note. */
export class AnnotationEditor {
    #title = h("h3");
    #chips = h("div", { class: "ann-chips", role: "group" });
    #values = h("p", { class: "ann-values numeric" });
    #note = h("textarea", { class: "input", rows: "2", maxlength: String(longestNote) });
    #noteField = h("label", { class: "field" }, h("span", null, "Note"), this.#note);
    #remove = h("button", { class: "button small", type: "button" }, icon("bin"), "Delete");
    #whole = h("button", { class: "button small", type: "button" }, icon("image"), "Label the whole image");
    #drawn = "";

    /** @param {AnnotationDesk} desk */
    constructor(desk) {
        this.desk = desk;
        const { store, signal } = desk;
        this.element = h("div", { class: "ann-editor" }, [
            this.#title,
            this.#chips,
            this.#values,
            this.#noteField,
            h("div", { class: "ann-actions" }, this.#whole, this.#remove),
        ]);
        this.#note.addEventListener("input", () => {
            const one = store.selected;
            if (one) store.change(one.id, { note: this.#note.value }, `note:${one.id}`);
        });
        this.#remove.addEventListener("click", () => {
            if (store.selected) store.remove(store.selected.id);
        });
        this.#whole.addEventListener("click", () => this.#labelImage());
        store.addEventListener("view", () => this.#show(), { signal });
        desk.viewer.addEventListener("shown", () => this.#show(), { signal });
        this.#show();
    }

    #labelImage() {
        const { store, viewer, study } = this.desk;
        const { shown } = viewer.active;
        if (!shown || shown.study.uid !== study.uid) return;
        store.add({ ...store.make("image", shown.frame, []), label: store.label });
    }

    #show() {
        const { store, viewer, study } = this.desk;
        const one = store.selected;
        const free = one !== null && store.mayChange(one.id);
        this.#title.textContent = one ? typeName(one.type, one.label) : "Label for new shapes";
        this.#showChips(one, free);
        const text = one ? this.#lines(one) : [];
        this.#values.hidden = text.length === 0;
        const values = text.join("\n");
        if (this.#values.textContent !== values) this.#values.textContent = values;
        this.#noteField.hidden = !one;
        this.#note.readOnly = !free;
        if (one && this.#note.value !== one.note) this.#note.value = one.note;
        this.#remove.hidden = !free;
        const here = viewer.active.study?.uid === study.uid;
        this.#whole.hidden = one !== null || !here || store.labels.length === 0 || !this.desk.mayAnnotate;
    }

    /** @param {Annotation} one */
    #lines(one) {
        const shown = this.desk.viewer.viewports.map((viewport) => viewport.shown).find((candidate) =>
            candidate?.frame.instance === one.instance && candidate.frame.frame === one.frame
        );
        const frame = shown?.frame ?? this.desk.placeOf(one)?.display.frames[this.desk.placeOf(one)?.index ?? -1];
        if (!frame) return [];
        const measured = shown ? measuredOn(one, shown) : lastMeasured(one);
        return measured ? lines(one, measured, frame) : [];
    }

    /** @param {Annotation | null} one @param {boolean} free */
    #showChips(one, free) {
        const { store } = this.desk;
        const offered = store.labels.filter(({ retired, name }) => !retired || name === one?.label);
        const current = one ? one.label : store.label;
        const drawn = JSON.stringify([one?.id, one?.type, free, current, offered]);
        if (drawn === this.#drawn) return;
        this.#drawn = drawn;
        const focused = this.#chips.contains(document.activeElement)
            ? document.activeElement?.getAttribute("data-label")
            : null;
        this.#chips.setAttribute("aria-label", one ? "Label" : "Label for new shapes");
        const chips = offered.map((label, index) => this.#chip(label, label.name === current, index, free));
        if (one && !needsLabel(one.type)) chips.push(this.#chip(null, current === "", -1, true));
        for (const chip of chips) chip.disabled = one !== null && !free;
        fill(
            this.#chips,
            chips.length > 0 ? chips : h("p", { class: "muted small" }, "The project has no labels yet."),
        );
        chips.find((chip) => chip.dataset["label"] === focused)?.focus();
    }

    /**
     * @param {Label | null} label null: none
     * @param {boolean} pressed
     * @param {number} index
     * @param {boolean} keyed whether its digit chooses it now
     */
    #chip(label, pressed, index, keyed) {
        const key = keyed && index >= 0 && index < 9 ? labelKeys[index] : "";
        const chip = h(
            "button",
            {
                class: "chip ann-chip",
                type: "button",
                "aria-pressed": String(pressed),
                "data-label": label?.name ?? "",
                title: label?.description || null,
            },
            label ? swatch(label.color) : null,
            h("span", null, label ? label.name + (label.retired ? " (retired)" : "") : "None"),
            key ? h("kbd", { "aria-hidden": "true" }, key) : null,
        );
        chip.addEventListener("click", () => this.desk.setLabel(label?.name ?? ""));
        return chip;
    }
}
