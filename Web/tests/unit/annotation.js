/** @import { Annotation } from "../../annotations/types.d.ts" */

/**
 * @param {string} id
 * @param {Partial<Annotation>} [changes]
 * @returns {Annotation}
 */
export function annotation(id, changes = {}) {
    return {
        id,
        type: "rectangle",
        label: "Finding",
        note: "",
        instance: "2.25.1",
        frame: 1,
        points: [[1, 2], [3, 4]],
        ...changes,
    };
}
