/** What is shown beside an annotation: numbers with their units, and where the units come from. */

import { extentOf } from "./geometry.js";
import { scaleOf, unitWords, valueUnit } from "./spacing.js";
import { statisticsOf } from "./statistics.js";

/** @import { DisplayFrame } from "../types.d.ts" */
/** @import { StoredFrame } from "../viewer/codec/frame.js" */
/** @import { Annotation, Measured } from "./types.d.ts" */

/** Annotations are never changed in place: what was measured on one holds as long as it does. @type {WeakMap<Annotation, { stored: StoredFrame | null, measured: Measured }>} */
const known = new WeakMap();

/**
 * @param {Annotation} annotation
 * @param {DisplayFrame} frame
 * @param {string} modality
 * @param {StoredFrame | null} stored null where the frame's values are not at hand
 * @returns {Measured}
 */
export function measure(annotation, frame, modality, stored) {
    const before = known.get(annotation);
    if (before && before.stored === stored) return before.measured;
    const scale = scaleOf(frame);
    const { length, area } = extentOf(annotation, scale);
    const statistics = stored && statisticsOf(annotation, stored, frame);
    const measured = {
        ...(length === undefined ? {} : { length }),
        ...(area === undefined ? {} : { area }),
        unit: scale.unit,
        spacingSource: frame.spacingSource,
        ...(statistics ? { ...statistics, valueUnit: valueUnit(modality, frame.units) } : {}),
    };
    known.set(annotation, { stored, measured });
    return measured;
}

/**
 * What was measured last on an annotation whose image is not on the screen.
 * @param {Annotation} annotation
 * @returns {Measured | null}
 */
export function lastMeasured(annotation) {
    return annotation.measured ?? known.get(annotation)?.measured ?? null;
}

/**
 * @param {number} value
 * @returns {string} one decimal, two where it is small
 */
export function shortNumber(value) {
    return value.toFixed(Math.abs(value) < 10 && !Number.isInteger(value) ? 2 : 1);
}

/** @param {number} value of a sample: whole where it is */
function sampleNumber(value) {
    return Number.isInteger(value) ? String(value) : value.toFixed(2);
}

/**
 * The lines of the text box: value, unit and the unit's origin.
 * @param {Annotation} annotation
 * @param {Measured} measured
 * @param {Pick<DisplayFrame, "pixelSpacing" | "spacingSource">} frame
 * @returns {string[]}
 */
export function lines(annotation, measured, frame) {
    const scale = scaleOf(frame);
    const text = [];
    if (typeof measured.length === "number") {
        text.push(`${shortNumber(measured.length)} ${scale.unit}`, origin(scale));
    }
    const values = valueLines(annotation, measured);
    text.push(...values);
    if (typeof measured.area === "number") {
        text.push(`Area ${shortNumber(measured.area)} ${scale.unit}²`, origin(scale));
    }
    return text;
}

/** @param {import("./spacing.js").Scale} scale */
function origin(scale) {
    return unitWords(scale);
}

/**
 * @param {Annotation} annotation
 * @param {Measured} measured
 */
function valueLines({ type }, measured) {
    if (typeof measured.count !== "number") return [];
    const unit = measured.valueUnit ? ` ${measured.valueUnit}` : "";
    if (typeof measured.mean !== "number") return ["No sample inside"];
    if (type === "point") return [`${sampleNumber(measured.mean)}${unit}`];
    const least = sampleNumber(measured.minimum ?? 0);
    const most = sampleNumber(measured.maximum ?? 0);
    return [
        `Mean ${shortNumber(measured.mean)} ± ${shortNumber(measured.standardDeviation ?? 0)}${unit}`,
        `${least} to ${most}, ${measured.count} samples`,
    ];
}

/**
 * One line for lists: "23.4 mm", "Mean 41.2 ± 3.1 HU".
 * @param {Annotation} annotation
 * @param {Measured | null | undefined} measured
 */
export function summary(annotation, measured) {
    if (!measured) return "";
    if (typeof measured.length === "number") return `${shortNumber(measured.length)} ${measured.unit ?? "px"}`;
    const [first] = valueLines(annotation, measured);
    if (first) return first;
    return typeof measured.area === "number" ? `Area ${shortNumber(measured.area)} ${measured.unit ?? "px"}²` : "";
}

/** @type {Record<string, string>} */
const typeNames = {
    length: "Length",
    rectangle: "Rectangle",
    ellipse: "Ellipse",
    point: "Point",
    image: "Key image",
};

/** @param {string} type @param {string} [label] */
export function typeName(type, label = "") {
    return type === "image" && label ? "Whole image" : typeNames[type] ?? type;
}
