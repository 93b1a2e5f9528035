/** The requests for a role that wait for a decision, for administrators: one list for the bar and the pages. */

import { api, APIError } from "../core/api.js";
import { session } from "../core/session.js";
import { Signal } from "../core/store.js";

/** @import { RoleRequest } from "./people.d.ts" */

/** Null until they have been asked for. @type {Signal<RoleRequest[] | null>} */
export const waiting = new Signal(/** @type {RoleRequest[] | null} */ (null));

let lookedAt = 0;

/** Asks for them. Who is no administrator has none. */
export async function loadWaiting() {
    lookedAt = Date.now();
    if (!session.value?.account.administrator) {
        waiting.value = null;
        return;
    }
    const { requests } = await api.get("role-requests/open");
    waiting.value = requests;
}

/** Asks for them where the last answer is older than a minute; the bar can do without. */
export function refreshWaiting() {
    if (!session.value?.account.administrator || Date.now() - lookedAt < 60_000) return;
    loadWaiting().catch((error) => {
        if (!(error instanceof APIError)) throw error;
    });
}
