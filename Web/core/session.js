import { api, APIError } from "./api.js";
import { Signal } from "./store.js";

/** @import { Session, ProjectAccess } from "../types.d.ts" */

/** Who is signed in; null when nobody is. @type {Signal<Session | null>} */
export const session = new Signal(/** @type {Session | null} */ (null));

/** Asks the server who is signed in. */
export async function loadSession() {
    try {
        session.value = await api.get("session");
    } catch (error) {
        if (!(error instanceof APIError) || error.status !== 401) throw error;
        session.value = null;
    }
}

/**
 * @param {string} name
 * @param {string} password
 */
export async function signIn(name, password) {
    await api.post("session", { name, password });
    await loadSession();
}

export async function signOut() {
    // Whoever comes next to this tab finds no filters and nothing that was typed.
    sessionStorage.clear();
    await api.delete("session");
    session.value = null;
}

/**
 * The projects in which the person signed in may do `permission`.
 * @param {string} permission
 * @returns {ProjectAccess[]}
 */
export function projectsPermitting(permission) {
    return (session.value?.projects ?? []).filter((project) => project.permissions.includes(permission));
}

/**
 * @param {string} permission
 * @param {string} [project] any project where absent
 * @returns {boolean}
 */
export function permitted(permission, project) {
    return projectsPermitting(permission).some((candidate) => project === undefined || candidate.code === project);
}
