/** The lists of labels of the projects, each fetched once while the page is open. */

import { api } from "../core/api.js";

/** @import { Label } from "../annotations/types.d.ts" */

/** @type {Map<string, Promise<Label[]>>} */
const lists = new Map();

/**
 * The labels of a project; none where one may not see them.
 * @param {string} project
 * @returns {Promise<Label[]>}
 */
export function labelsOf(project) {
    let list = lists.get(project);
    if (!list) {
        list = api.get(`projects/${encodeURIComponent(project)}/labels`).then(
            (answer) => answer.labels ?? [],
            () => {
                lists.delete(project);
                return [];
            },
        );
        lists.set(project, list);
    }
    return list;
}

/** After a change of the list. @param {string} project */
export function forgetLabels(project) {
    lists.delete(project);
}
