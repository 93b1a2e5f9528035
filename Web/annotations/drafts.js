/** Drafts that are found when a study is opened. */

import { mergeAnnotations } from "./merge.js";

/** @import { StudyLabelAPI } from "./api.js" */
/** @import { Annotation, Draft, FoundDraft, StudyLabels } from "./types.d.ts" */

/** Where the browser remembers the draft that was set aside for somebody else's version. */
export const asideKey = "tarn.draft-aside";

/**
 * @param {string} set
 * @param {string} study
 * @param {string} savedAt
 */
export function asideMark(set, study, savedAt) {
    return `${set} ${study} ${savedAt}`;
}

/**
 * What a draft was made from: the version that its entity tag begins with. Where it can't be told, nothing: then all
 * of the draft is taken for new, and nothing of it is lost.
 * @param {StudyLabelAPI} api
 * @param {string} set
 * @param {string} study
 * @param {string} base entity tag
 * @returns {Promise<readonly Annotation[]>}
 */
export async function contentAt(api, set, study, base) {
    const version = /^(?:W\/)?"?(\d+)/.exec(base)?.[1];
    if (version === undefined) return [];
    try {
        return (await api.study(set, study, version)).labels.annotations;
    } catch {
        return [];
    }
}

/**
 * The list to go on with.
 * @param {Draft} draft
 * @param {StudyLabels} present
 * @param {readonly Annotation[] | null} old what the draft was made from, where that is not the present
 * @param {boolean} isAside whether its author has set it aside
 * @returns {{ list: readonly Annotation[], found: FoundDraft }}
 */
export function withDraft(draft, present, old, isAside) {
    const about = { savedAt: draft.savedAt, theirs: present, annotations: draft.annotations };
    if (isAside) return { list: present.annotations, found: { kind: "aside", ...about } };
    if (!old) return { list: draft.annotations, found: { kind: "restored", ...about } };
    const { merged } = mergeAnnotations(old, draft.annotations, present.annotations);
    return { list: merged, found: { kind: "merged", ...about } };
}
