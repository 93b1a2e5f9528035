/** Windows by name. CT numbers are in Hounsfield units: width, then level. */

/** @import { VOIWindow } from "../../types.d.ts" */

/** @type {{ key: string, name: string, width: number, center: number }[]} */
export const ctPresets = [
    { key: "1", name: "Soft tissue", width: 400, center: 40 },
    { key: "2", name: "Lung", width: 1500, center: -600 },
    { key: "3", name: "Liver", width: 150, center: 90 },
    { key: "4", name: "Bone", width: 2500, center: 480 },
    { key: "5", name: "Brain", width: 80, center: 40 },
    { key: "6", name: "Mediastinum", width: 400, center: 80 },
    { key: "7", name: "Angiography", width: 600, center: 300 },
];

export const autoKey = "8";
export const fileKey = "0";

/**
 * The preset behind a digit; CT only, because other modalities have no common scale.
 * @param {string} key
 * @param {string} modality
 * @returns {VOIWindow | null}
 */
export function presetWindow(key, modality) {
    const preset = modality === "CT" ? ctPresets.find((candidate) => candidate.key === key) : undefined;
    if (!preset) return null;
    return { center: preset.center, width: preset.width, function: "LINEAR", explanation: preset.name };
}
