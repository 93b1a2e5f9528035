import { h } from "../core/dom.js";
import { formatTime } from "../core/format.js";
import { openDialog } from "../ui/dialog.js";
import { notice } from "../ui/notice.js";
import { changeList } from "./changes.js";
import { changesBetween } from "./model.js";
import { typeName } from "./measure.js";

/** @import { Conflict } from "./types.d.ts" */
/** @import { Clash } from "./types.d.ts" */

/** @type {Record<string, string>} */
const parts = { geometry: "shape", label: "label", note: "note" };

/** @param {Conflict} conflict @param {string} who */
function conflictWords({ mine, theirs, base, what }, who) {
    const one = mine ?? theirs ?? base;
    const name = one
        ? (one.label ? `${one.label} (${typeName(one.type, one.label).toLowerCase()})` : typeName(one.type))
        : "";
    if (!mine) return `${name}: you removed it, ${who} changed it. It stays.`;
    if (!theirs) return `${name}: ${who} removed it, you changed it. It stays.`;
    return `${name}: both changed its ${what.map((part) => parts[part] ?? part).join(" and ")}. Both will be there.`;
}

/**
 * Says what somebody else saved meanwhile, and asks what to do.
 * @param {Clash} clash
 * @returns {Promise<"both" | "theirs" | "mine" | null>} null: later
 */
export function openClash({ base, mine, theirs, conflicts }) {
    const who = theirs.author ?? "Somebody";
    return new Promise((resolve) => {
        /** @type {"both" | "theirs" | "mine" | null} */
        let choice = null;
        /** @param {"both" | "theirs" | "mine"} value @param {string} text @param {string} name */
        const button = (value, text, name) => {
            const element = h("button", { class: name, type: "button" }, text);
            element.addEventListener("click", () => {
                choice = value;
                dialog.close();
            });
            return element;
        };
        const both = button("both", "Keep both", "button primary");
        const dialog = openDialog(
            `${who} saved this study while you worked`,
            h("p", { class: "muted" }, [
                `Version ${theirs.version}, ${formatTime(theirs.at)}`,
                theirs.message ? `: ${theirs.message}` : "",
                ". Nothing is lost, whatever you choose: their version stays in the history, yours in your draft.",
            ]),
            h("div", { class: "ann-clash" }, [
                h(
                    "section",
                    null,
                    h("h3", null, `What ${who} changed`),
                    changeList(changesBetween(base, theirs.annotations)),
                ),
                h("section", null, h("h3", null, "What you changed"), changeList(changesBetween(base, mine))),
            ]),
            conflicts.length > 0
                ? notice(
                    "warn",
                    h("p", null, "Changed by both. With “Keep both”:"),
                    h(
                        "ul",
                        { class: "ann-clash-list" },
                        conflicts.map((one) => h("li", null, conflictWords(one, who))),
                    ),
                )
                : h("p", null, "The changes do not touch one another. “Keep both” puts yours on top of theirs."),
            h("div", { class: "actions" }, [
                button("theirs", `Take the version of ${who}`, "button"),
                button("mine", "Use mine", "button"),
                both,
            ]),
        );
        dialog.classList.add("wide-dialog");
        dialog.addEventListener("close", () => resolve(choice));
        both.focus();
    });
}
