/** What a length on an image may be called, and why. */

/** @import { FrameGeometry } from "./types.d.ts" */

/**
 * How pixels become lengths.
 * @typedef {object} Scale
 * @property {number} x length of a step along a row
 * @property {number} y length of a step along a column
 * @property {"mm" | "px"} unit
 * @property {string} source in words: where the millimetres come from, or why there are none
 */

/** @type {Record<string, string>} */
const patientSources = { patient: "Pixel Spacing", calibrated: "Pixel Spacing, calibrated" };

/** @type {Record<string, string>} */
const otherSources = { imager: "detector spacing", nominal: "film scanner's spacing" };

/**
 * Millimetres only where the spacing is the patient's: Imager Pixel Spacing (0018,1164) is measured at the
 * detector and would make everything look too large (PS3.3 10.7.1.3).
 * @param {Pick<FrameGeometry, "pixelSpacing" | "spacingSource">} frame
 * @returns {Scale}
 */
export function scaleOf({ pixelSpacing, spacingSource }) {
    const [row, column] = pixelSpacing ?? [];
    if (!row || !column || !(row > 0) || !(column > 0)) {
        return { x: 1, y: 1, unit: "px", source: "no spacing in the file" };
    }
    const words = patientSources[spacingSource ?? ""];
    if (!words) {
        return { x: 1, y: 1, unit: "px", source: otherSources[spacingSource ?? ""] ?? "spacing of unknown origin" };
    }
    return { x: column, y: row, unit: "mm", source: words };
}

/**
 * Behind a length: "mm, Pixel Spacing" or "px: detector spacing".
 * @param {Scale} scale
 * @param {boolean} [area]
 */
export function unitWords({ unit, source }, area = false) {
    const square = area ? "²" : "";
    return unit === "mm" ? `mm${square}, ${source}` : `px${square}: ${source}`;
}

/**
 * Hounsfield units for CT whose Rescale Type says so or says nothing (PS3.3 C.8.2.1); other values have no common
 * scale.
 * @param {string} modality
 * @param {string | null} [units] Rescale Type
 * @returns {"HU" | ""}
 */
export function valueUnit(modality, units = "") {
    return modality === "CT" && ["", "HU"].includes((units ?? "").trim()) ? "HU" : "";
}
