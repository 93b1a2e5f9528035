/** The annotations of one study as they stand on the screen: list, choice, what is hidden, what lies beneath. */

import {
    added,
    changed,
    editing,
    mostAnnotations,
    newAnnotationID,
    redone,
    removed,
    replaced,
    stepped,
    undone,
} from "./model.js";

/** @import { Editing } from "./model.js" */
/** @import { Annotation, AnnotationType, Label, Point } from "./types.d.ts" */

/**
 * An earlier version that is looked at beside the present.
 * @typedef {{ title: string, annotations: readonly Annotation[] }} Ghost
 */

/**
 * Dispatches `edit` when the list has changed, `view` when anything has that can be seen, and `preview` with each
 * step of a hand that draws or drags.
 */
export class AnnotationStore extends EventTarget {
    /** @type {Editing} */
    #state = editing([]);
    /** @type {string | null} */
    #selected = null;
    #hidden = false;
    /** @type {Ghost | null} */
    #ghost = null;
    /** What is being drawn or dragged; it is in the list only when the hand lets go. @type {Annotation | null} */
    #preview = null;
    /** @type {Label[]} */
    #labels = [];
    /** @type {string} */
    #label = "";
    /** Those of a label set that this person may only look at. @type {ReadonlySet<string>} */
    #locked = new Set();
    #steered = false;

    /** @param {string} study */
    constructor(study) {
        super();
        this.study = study;
    }

    get list() {
        return this.#state.present;
    }

    /** The project's labels. */
    get labels() {
        return this.#labels;
    }

    set labels(labels) {
        this.#labels = labels;
        const offered = labels.filter(({ retired }) => !retired);
        if (!offered.some(({ name }) => name === this.#label)) this.#label = offered[0]?.name ?? "";
        this.#view();
    }

    /** The label that new shapes get. */
    get label() {
        return this.#label;
    }

    set label(label) {
        this.#label = label;
        this.#view();
    }

    /** Whether an annotation is one's own to change. @param {string} id */
    mayChange(id) {
        return !this.#locked.has(id);
    }

    get selected() {
        return this.list.find(({ id }) => id === this.#selected) ?? null;
    }

    get hidden() {
        return this.#hidden;
    }

    set hidden(hidden) {
        this.#hidden = hidden;
        this.#view();
    }

    get ghost() {
        return this.#ghost;
    }

    set ghost(ghost) {
        this.#ghost = ghost;
        this.#view();
    }

    /** Whether the arrow keys move what is selected, rather than the series. */
    get steered() {
        return this.#steered && this.selected !== null;
    }

    set steered(steered) {
        this.#steered = steered;
        this.#view();
    }

    get preview() {
        return this.#preview;
    }

    set preview(preview) {
        this.#preview = preview;
        this.dispatchEvent(new Event("preview"));
    }

    get canUndo() {
        return this.#state.past.length > 0;
    }

    get canRedo() {
        return this.#state.future.length > 0;
    }

    /** @param {string | null} id */
    select(id) {
        if (id === this.#selected) return;
        this.#selected = id;
        this.#steered = false;
        this.#view();
    }

    /**
     * What lies on a frame, with what is being drawn in the place of what it was.
     * @param {string} instance
     * @param {number} frame
     * @returns {Annotation[]}
     */
    on(instance, frame) {
        const here = (/** @type {Annotation} */ one) => one.instance === instance && one.frame === frame;
        const preview = this.#preview;
        const list = this.list.filter((one) => here(one) && one.id !== preview?.id);
        return preview && here(preview) ? [...list, preview] : list;
    }

    /** @param {string} id */
    find(id) {
        return this.list.find((one) => one.id === id) ?? null;
    }

    /** @param {string} label @returns {string} its colour */
    colorOf(label) {
        return this.#labels.find(({ name }) => name === label)?.color ?? "#ffd166";
    }

    /**
     * A new annotation, not yet in the list.
     * @param {AnnotationType} type
     * @param {{ instance: string, frame: number }} place
     * @param {Point[]} points
     * @returns {Annotation}
     */
    make(type, { instance, frame }, points) {
        const label = type === "length" || type === "image" ? "" : this.#label;
        return { id: newAnnotationID(), type, label, note: "", instance, frame, points };
    }

    /**
     * @param {Annotation} annotation
     * @returns {boolean} false where there are as many as there may be
     */
    add(annotation) {
        if (this.list.length >= mostAnnotations) return false;
        this.#selected = annotation.id;
        this.#steered = false;
        this.#step(added(this.list, annotation));
        return true;
    }

    /**
     * @param {string} id
     * @param {Partial<Pick<Annotation, "label" | "note" | "points">>} changes
     * @param {string} [step] as in `stepped`
     */
    change(id, changes, step = "") {
        const before = this.find(id);
        if (before && this.mayChange(id)) this.#step(replaced(this.list, changed(before, changes)), step);
    }

    /** @param {string} id */
    remove(id) {
        if (!this.find(id) || !this.mayChange(id)) return;
        if (id === this.#selected) this.#selected = null;
        this.#step(removed(this.list, id));
    }

    /** Takes a whole list in one step that can be undone. @param {readonly Annotation[]} list */
    adopt(list) {
        this.#step(list);
    }

    /**
     * Begins anew with a list: nothing to undo.
     * @param {readonly Annotation[]} list
     * @param {readonly Annotation[]} [locked] those of them that may only be looked at
     */
    reset(list, locked = []) {
        this.#locked = new Set(locked.map(({ id }) => id));
        this.#state = editing(list);
        this.#preview = null;
        this.dispatchEvent(new Event("edit"));
        this.#view();
    }

    /**
     * The same annotations with what the server measured on them: no step, nothing changed.
     * @param {readonly Annotation[]} measured
     */
    measuredAs(measured) {
        const byID = new Map(measured.map((one) => [one.id, one]));
        const present = this.list.map((one) => {
            const found = byID.get(one.id)?.measured;
            const same = found && JSON.stringify(byID.get(one.id)?.points) === JSON.stringify(one.points);
            return same ? { ...one, measured: found } : one;
        });
        this.#state = { ...this.#state, present };
        this.#view();
    }

    undo() {
        this.#take(undone(this.#state));
    }

    redo() {
        this.#take(redone(this.#state));
    }

    /**
     * @param {readonly Annotation[]} list
     * @param {string} [step]
     */
    #step(list, step = "") {
        this.#take(stepped(this.#state, list, step));
    }

    /** @param {Editing} state */
    #take(state) {
        if (state === this.#state) return;
        this.#state = state;
        this.#preview = null;
        this.dispatchEvent(new Event("edit"));
        this.#view();
    }

    #view() {
        this.dispatchEvent(new Event("view"));
    }
}
