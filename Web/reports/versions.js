import { fill, h } from "../core/dom.js";
import { api, APIError, messageOf } from "../core/api.js";
import { readVersion, writeVersion } from "../core/versioned.js";
import { openDialog } from "../ui/dialog.js";
import { notice, toast } from "../ui/notice.js";
import { nextStatuses } from "./status.js";
import { VersionView } from "./version-view.js";

/** @import { Report } from "./types.d.ts" */

/**
 * All versions of a report: read one, compare two, bring an old one back.
 * @param {Report} report
 * @param {{ mayWrite: boolean, restored: () => void }} options
 */
export async function openVersions(report, { mayWrite, restored }) {
    const body = h("div", { class: "versions" }, h("p", { class: "muted" }, "Fetching the versions…"));
    const dialog = openDialog("Versions of this report", body);
    dialog.classList.add("large");
    try {
        /** @type {{ versions: Report[] }} */
        const { versions } = await api.get(`reports/${encodeURIComponent(report.id)}/versions`);
        versions.sort((one, other) => other.version - one.version);
        const bringBack = async (/** @type {Report} */ version) => {
            await restore(version);
            dialog.close();
            toast(`Version ${version.version} is back, as a new version.`);
            restored();
        };
        fill(body, new VersionView(versions, mayWrite ? bringBack : null).elements);
    } catch (error) {
        fill(body, notice("bad", messageOf(error)));
    }
}

/**
 * An old text becomes the newest version; nothing in between is lost.
 * @param {Report} version
 */
async function restore(version) {
    const path = `reports/${encodeURIComponent(version.id)}`;
    const newest = await readVersion(path);
    const allowed = nextStatuses(newest.value.status);
    if (allowed.length === 0) {
        throw new APIError({ status: 409, detail: "This report was withdrawn. Write a new one." });
    }
    const status = allowed.includes(version.status) ? version.status : allowed[0];
    await writeVersion("PUT", path, { text: version.text, status }, newest.tag);
}
