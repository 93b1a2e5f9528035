/** The label surface of the JSON API, with the entity tags that saving needs. */

import { api, send } from "../core/api.js";
import { forServer } from "./model.js";

/** @import { Annotation, CommitPage, Draft, Label, LabelSet, StudyLabels, Tag } from "./types.d.ts" */

/** @param {...string} parts */
function path(...parts) {
    return parts.map(encodeURIComponent).join("/");
}

/**
 * @param {string} set
 * @param {string} study
 * @param {...string} more
 */
function place(set, study, ...more) {
    return path("label-sets", set, "studies", study, ...more);
}

/**
 * @param {string} method
 * @param {string} where
 * @param {{ body?: unknown, ifMatch?: string, keepalive?: boolean }} [what]
 * @returns {Promise<{ value: any, etag: string }>}
 */
async function tagged(method, where, { body, ifMatch, keepalive = false } = {}) {
    const headers = new Headers({ Accept: "application/json" });
    if (ifMatch) headers.set("If-Match", ifMatch);
    /** @type {RequestInit} */
    const init = { method, headers, keepalive };
    if (body !== undefined) {
        headers.set("Content-Type", "application/json");
        init.body = JSON.stringify(body);
    }
    const response = await send(`/api/v1/${where}`, init);
    const text = await response.text();
    return { value: text ? JSON.parse(text) : null, etag: response.headers.get("ETag") ?? "" };
}

export const labelAPI = {
    /** @param {string} project @returns {Promise<Label[]>} */
    labels: async (project) => (await api.get(`${path("projects", project)}/labels`)).labels,

    /** @param {string} project @returns {Promise<LabelSet[]>} */
    sets: async (project) => (await api.get(`label-sets?${new URLSearchParams({ project })}`)).labelSets,

    /** @param {{ project: string, name: string, description: string }} set @returns {Promise<LabelSet>} */
    create: (set) => api.post("label-sets", set),

    /** @param {string} set @returns {Promise<LabelSet>} */
    set: (set) => api.get(path("label-sets", set)),

    /**
     * What a study holds, now or at a version or tag.
     * @param {string} set
     * @param {string} study
     * @param {string | number} [at]
     * @returns {Promise<{ labels: StudyLabels, etag: string }>}
     */
    async study(set, study, at) {
        const query = at === undefined ? "" : `?${new URLSearchParams({ at: String(at) })}`;
        const { value, etag } = await tagged("GET", place(set, study) + query);
        return { labels: value, etag };
    },

    /**
     * Saves a study's annotations as a new version.
     * @param {string} set
     * @param {string} study
     * @param {string} ifMatch what they are based on
     * @param {string} message
     * @param {readonly Annotation[]} annotations
     * @returns {Promise<{ labels: StudyLabels, etag: string }>} as it stands now, with what the server measured
     */
    async save(set, study, ifMatch, message, annotations) {
        const body = { message, annotations: forServer(annotations) };
        const { value, etag } = await tagged("PUT", place(set, study), { body, ifMatch });
        return { labels: value, etag };
    },

    /**
     * Makes an earlier version the present one, as a new version.
     * @param {string} set
     * @param {string} study
     * @param {string} ifMatch
     * @param {number} version 0: nothing at all
     * @param {string} message
     * @returns {Promise<{ labels: StudyLabels, etag: string }>}
     */
    async restore(set, study, ifMatch, version, message) {
        const { value, etag } = await tagged("POST", place(set, study, "restore"), {
            body: { version, message },
            ifMatch,
        });
        return { labels: value, etag };
    },

    /**
     * @param {string} set
     * @param {string} study
     * @param {string | null} [cursor]
     * @returns {Promise<CommitPage>}
     */
    commits(set, study, cursor = null) {
        const query = new URLSearchParams({ study, limit: "50", ...(cursor ? { cursor } : {}) });
        return api.get(`${path("label-sets", set)}/commits?${query}`);
    },

    /** @param {string} set @param {string} study @returns {Promise<Draft | null>} */
    draft: async (set, study) => (await api.get(place(set, study, "draft"))).draft,

    /**
     * @param {string} set
     * @param {string} study
     * @param {string} base
     * @param {readonly Annotation[]} annotations
     * @param {boolean} [leaving] the page is going away: the request has to outlive it
     */
    async keepDraft(set, study, base, annotations, leaving = false) {
        const body = { base, annotations: forServer(annotations) };
        // Browsers take 64 KiB at most from a page that goes.
        const keepalive = leaving && JSON.stringify(body).length < 60_000;
        await tagged("PUT", place(set, study, "draft"), { body, keepalive });
    },

    /** @param {string} set @param {string} study */
    dropDraft: (set, study) => api.delete(place(set, study, "draft")),

    /**
     * @param {string} set
     * @param {{ name: string, version?: number, message: string }} tag
     * @returns {Promise<Tag>}
     */
    tag: (set, tag) => api.post(`${path("label-sets", set)}/tags`, tag),
};

/** @typedef {Pick<typeof labelAPI, "study" | "save" | "restore" | "draft" | "keepDraft" | "dropDraft">} StudyLabelAPI */
