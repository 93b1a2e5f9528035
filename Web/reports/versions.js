import { announce, fill, h } from "../core/dom.js";
import { api, APIError, messageOf } from "../core/api.js";
import { formatTime, plural } from "../core/format.js";
import { readVersion, writeVersion } from "../core/versioned.js";
import { field, select } from "../ui/form.js";
import { openDialog } from "../ui/dialog.js";
import { notice, toast } from "../ui/notice.js";
import { changeCount, compareTexts } from "./diff.js";
import { comparedText, reportText } from "./pieces.js";
import { nextStatuses, statusWords } from "./status.js";

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
        showVersions(body, versions, mayWrite, async (version) => {
            await restore(version);
            dialog.close();
            toast(`Version ${version.version} is back, as a new version.`);
            restored();
        });
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

/**
 * @param {HTMLElement} body
 * @param {Report[]} versions newest first
 * @param {boolean} mayWrite
 * @param {(version: Report) => Promise<void>} bringBack
 */
function showVersions(body, versions, mayWrite, bringBack) {
    const shown = h("div", { class: "version-shown" });
    const compareWith = select({}, [], "");
    /** @type {Map<number, HTMLButtonElement>} */
    const buttons = new Map();
    let current = versions[0];

    function show() {
        for (const [number, button] of buttons) button.setAttribute("aria-pressed", String(number === current.version));
        const other = versions.find(({ version }) => String(version) === compareWith.value);
        const parts = other ? compareTexts(other.text, current.text) : [];
        const changes = changeCount(parts);
        const words = other ? `${plural(changes, "change")} since version ${other.version}` : "";
        announce(`Version ${current.version}. ${words}`);
        fill(
            shown,
            h("h3", null, `Version ${current.version}`),
            other
                ? legend(changes === 0 ? `The same words as version ${other.version}.` : `${words}: `, changes)
                : null,
            h(
                "div",
                { class: "text-box", tabindex: 0, role: "group", "aria-label": "Text" },
                other ? comparedText(parts, current.isScrubbed) : reportText(current),
            ),
            mayWrite && current.version !== versions[0].version && nextStatuses(versions[0].status).length > 0
                ? restoreButton()
                : null,
        );
    }

    /** @param {Report} version */
    function choose(version) {
        current = version;
        const others = versions.filter((one) => one.version !== version.version);
        fill(
            compareWith,
            h("option", { value: "" }, "nothing: show the whole text"),
            others.map((one) => h("option", { value: one.version }, `version ${one.version}, ${formatTime(one.at)}`)),
        );
        const before = others.find((one) => one.version < version.version);
        compareWith.value = before ? String(before.version) : "";
        show();
    }

    function restoreButton() {
        const trouble = h("div", { "aria-live": "polite" });
        const button = h("button", { class: "button", type: "button" }, `Bring version ${current.version} back`);
        button.addEventListener("click", async () => {
            button.disabled = true;
            try {
                await bringBack(current);
            } catch (error) {
                button.disabled = false;
                fill(trouble, notice("bad", messageOf(error)));
            }
        });
        return h(
            "div",
            { class: "restore" },
            trouble,
            button,
            h("p", { class: "muted small" }, "It becomes the newest version; the others stay."),
        );
    }

    compareWith.addEventListener("change", show);
    fill(
        body,
        h(
            "ol",
            { class: "version-list", "aria-label": "Versions, newest first" },
            versions.map((version) => {
                const button = h("button", { class: "version", type: "button" }, versionLine(version));
                button.addEventListener("click", () => choose(version));
                buttons.set(version.version, button);
                return h("li", null, button);
            }),
        ),
        h("div", { class: "version-side" }, versions.length > 1 ? field("Compare with", compareWith) : null, shown),
    );
    choose(current);
}

/** @param {Report} version */
function versionLine(version) {
    const { name, badge } = statusWords(version.status);
    return [
        h(
            "span",
            { class: "version-top" },
            h("strong", null, `Version ${version.version}`),
            h("span", { class: `badge ${badge}` }, name),
        ),
        h("span", { class: "muted small" }, `${version.author}, ${formatTime(version.at)}`),
    ];
}

/** @param {string} words @param {number} changes */
function legend(words, changes) {
    return h(
        "p",
        { class: "muted small" },
        words,
        changes === 0 ? null : [
            h("ins", null, "underlined"),
            " came, ",
            h("del", null, "struck through"),
            " went.",
        ],
    );
}
