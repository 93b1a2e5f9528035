/** Words and addresses around who patients are. */

import { plural } from "../core/format.js";

/** @import { OriginalsRequest, SubjectChange } from "./subjects.d.ts" */

/** @type {Record<OriginalsRequest["state"], { text: string, kind: string }>} */
const states = {
    waiting: { text: "Waits for a second person", kind: "warn" },
    approved: { text: "Ready to download", kind: "good" },
    declined: { text: "Declined", kind: "bad" },
    withdrawn: { text: "Withdrawn", kind: "" },
    expired: { text: "Too late", kind: "" },
    downloaded: { text: "Downloaded", kind: "" },
};

/** @param {OriginalsRequest["state"]} state */
export function stateInWords(state) {
    return states[state];
}

/** What is asked for, in numbers. @param {Pick<OriginalsRequest, "studies" | "instances">} request */
export function extent({ studies, instances }) {
    return `${plural(studies, "study", "studies")}, ${plural(instances, "image")}`;
}

/** What a version says. @param {SubjectChange} change */
export function changeInWords({ kind, subject, other, studies, undoes }) {
    const one = subject ?? "a patient who was erased";
    const two = other ?? "a patient who was erased";
    const many = plural(studies, "study", "studies");
    if (kind === "merge") return `${one} was merged into ${two} (${many})`;
    if (kind === "apart") return `${one} and ${two} are two patients`;
    return undoes ? `${one} was taken out of ${two} again (${many})` : `${one} was made of ${many} of ${two}`;
}

/**
 * Where patients are merged and split.
 * @param {string} [project]
 * @param {string} [subject]
 */
export function patientsPath(project, subject) {
    const query = new URLSearchParams();
    if (project) query.set("project", project);
    if (subject) query.set("subject", subject);
    return query.size > 0 ? `/patients?${query}` : "/patients";
}

/** Where the files of a request are had. @param {number} id */
export function archivePath(id) {
    return `/api/v1/originals/${id}/archive.zip`;
}
