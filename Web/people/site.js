import { api } from "../core/api.js";

/** @import { Site } from "./people.d.ts" */

/** @type {Promise<Site | null> | null} */
let asked = null;

/**
 * How this server takes people in; null where it can't be asked. Asked once.
 * @returns {Promise<Site | null>}
 */
export function site() {
    asked ??= api.get("site").catch(() => {
        asked = null;
        return null;
    });
    return asked;
}
