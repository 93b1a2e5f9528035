/** Lists of annotations and their undo stack, as plain data that is never changed in place. */

/** @import { Annotation, AnnotationType, Changes, Point } from "./types.d.ts" */

/** The most annotations that a study may hold in a label set; the server's limit. */
export const mostAnnotations = 2000;
export const longestNote = 1000;

/** Types whose label may stay empty: a plain measurement, and a key image. */
const unlabelled = new Set(["length", "image"]);

/** @param {AnnotationType} type */
export function needsLabel(type) {
    return !unlabelled.has(type);
}

/** A random UUID (version 4). `crypto.randomUUID` is missing where a hospital serves plain HTTP. */
export function newAnnotationID() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return [[0, 8], [8, 12], [12, 16], [16, 20], [20, 32]].map(([from, to]) => hex.slice(from, to)).join("-");
}

/**
 * @param {readonly Annotation[]} list
 * @param {Annotation} annotation
 * @returns {readonly Annotation[]}
 */
export function added(list, annotation) {
    return [...list, annotation];
}

/**
 * @param {readonly Annotation[]} list
 * @param {Annotation} annotation takes the place of the one with its id
 * @returns {readonly Annotation[]}
 */
export function replaced(list, annotation) {
    return list.map((one) => one.id === annotation.id ? annotation : one);
}

/**
 * @param {readonly Annotation[]} list
 * @param {string} id
 * @returns {readonly Annotation[]}
 */
export function removed(list, id) {
    return list.filter((one) => one.id !== id);
}

/**
 * A changed annotation: what was measured on the old one does not hold any more where its shape has changed.
 * @param {Annotation} annotation
 * @param {Partial<Pick<Annotation, "label" | "note" | "points">>} changes
 * @returns {Annotation}
 */
export function changed(annotation, changes) {
    const { measured, ...rest } = annotation;
    return changes.points || !measured ? { ...rest, ...changes } : { ...rest, measured, ...changes };
}

/**
 * @param {readonly Point[]} one
 * @param {readonly Point[]} other
 */
function samePoints(one, other) {
    return one.length === other.length &&
        one.every((point, index) => point[0] === other[index]?.[0] && point[1] === other[index]?.[1]);
}

/**
 * What differs between two annotations of the same id.
 * @param {Annotation} one
 * @param {Annotation} other
 * @returns {("geometry" | "label" | "note")[]}
 */
export function differences(one, other) {
    /** @type {("geometry" | "label" | "note")[]} */
    const what = [];
    const place = one.type === other.type && one.instance === other.instance && one.frame === other.frame;
    if (!place || !samePoints(one.points, other.points)) what.push("geometry");
    if (one.label !== other.label) what.push("label");
    if (one.note !== other.note) what.push("note");
    return what;
}

/**
 * Whether two lists say the same, in whatever order.
 * @param {readonly Annotation[]} one
 * @param {readonly Annotation[]} other
 */
export function sameAnnotations(one, other) {
    if (one === other) return true;
    if (one.length !== other.length) return false;
    const byID = new Map(other.map((annotation) => [annotation.id, annotation]));
    return one.every((annotation) => {
        const same = byID.get(annotation.id);
        return same !== undefined && (same === annotation || differences(annotation, same).length === 0);
    });
}

/**
 * What was added, changed and removed on the way from one list to another.
 * @param {readonly Annotation[]} before
 * @param {readonly Annotation[]} after
 * @returns {Changes}
 */
export function changesBetween(before, after) {
    const old = new Map(before.map((annotation) => [annotation.id, annotation]));
    const present = new Set(after.map((annotation) => annotation.id));
    const entry = (/** @type {Annotation} */ { id, type, label }) => ({ id, type, label });
    return {
        added: after.filter((annotation) => !old.has(annotation.id)).map(entry),
        changed: after.flatMap((annotation) => {
            const was = old.get(annotation.id);
            const what = was ? differences(was, annotation) : [];
            return what.length > 0 ? [{ ...entry(annotation), what }] : [];
        }),
        removed: before.filter((annotation) => !present.has(annotation.id)).map(entry),
    };
}

/**
 * As the server takes them: without what it measures itself.
 * @param {readonly Annotation[]} list
 * @returns {Annotation[]}
 */
export function forServer(list) {
    return list.map(({ id, type, label, note, instance, frame, points }) => (
        { id, type, label, note, instance, frame, points }
    ));
}

/**
 * The present list with what was before it and what was undone.
 * @typedef {object} Editing
 * @property {readonly Annotation[]} present
 * @property {readonly (readonly Annotation[])[]} past
 * @property {readonly (readonly Annotation[])[]} future
 * @property {string} step names the last step, so that a row of small ones is undone as one
 */

const mostSteps = 200;

/**
 * @param {readonly Annotation[]} list
 * @returns {Editing}
 */
export function editing(list) {
    return { present: list, past: [], future: [], step: "" };
}

/**
 * @param {Editing} state
 * @param {readonly Annotation[]} list
 * @param {string} [step] steps of the same name that follow one another are one; "" is always one of its own
 * @returns {Editing}
 */
export function stepped(state, list, step = "") {
    if (list === state.present) return state;
    const together = step !== "" && step === state.step;
    const past = together ? state.past : [...state.past, state.present].slice(-mostSteps);
    return { present: list, past, future: [], step };
}

/**
 * @param {Editing} state
 * @returns {Editing}
 */
export function undone(state) {
    const before = state.past.at(-1);
    if (!before) return state;
    return { present: before, past: state.past.slice(0, -1), future: [state.present, ...state.future], step: "" };
}

/**
 * @param {Editing} state
 * @returns {Editing}
 */
export function redone(state) {
    const [next, ...future] = state.future;
    if (!next) return state;
    return { present: next, past: [...state.past, state.present], future, step: "" };
}
