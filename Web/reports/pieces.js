import { h } from "../core/dom.js";
import { checkedPieces, placedPieces, scrubbedPieces } from "./text.js";

/** @import { DiffPart, Report } from "./types.d.ts" */

const explanation = "Taken out, because it may identify somebody. Physicians of the project read it.";

/** Stands where something was taken out. @param {string} [kind] */
function gap(kind) {
    return h("span", { class: "taken-out", title: explanation }, kind ?? "removed");
}

/**
 * A text that may be scrubbed, as pieces to be shown.
 * @param {string} text
 * @param {boolean} isScrubbed
 * @returns {(string | HTMLElement)[]}
 */
export function readable(text, isScrubbed) {
    if (!isScrubbed) return [text];
    return scrubbedPieces(text).map((piece) => piece.isRemoved ? gap(piece.kind) : piece.text);
}

/**
 * The text of a report as its reader gets it.
 * @param {Pick<Report, "text" | "isScrubbed">} report
 */
export function reportText(report) {
    return h("div", { class: "report-text" }, readable(report.text, report.isScrubbed));
}

/**
 * A text as written, with what others do not read underlined; or as they read it.
 * @param {string} text
 * @param {import("./types.d.ts").Place[]} removed
 * @param {boolean} asOthers
 */
export function placedText(text, removed, asOthers) {
    const pieces = placedPieces(text, removed);
    if (asOthers) return readable(pieces.map(({ text, shown }) => shown ?? text).join(""), true);
    return pieces.map(({ text, shown }) =>
        shown === null ? text : h("span", { class: "read-differently", title: `Others read: ${shown}` }, text)
    );
}

/**
 * A text as written, with what others will not read struck through.
 * @param {string} text
 * @param {{ from: number, to: number }[]} removed
 */
export function checkedText(text, removed) {
    return h(
        "div",
        { class: "report-text" },
        checkedPieces(text, removed).map((piece) =>
            piece.isRemoved
                ? h("s", { class: "will-go" }, h("span", { class: "visually-hidden" }, "taken out: "), piece.text)
                : piece.text
        ),
    );
}

/**
 * Two texts in one: what came is underlined, what went is struck through.
 * @param {DiffPart[]} parts
 * @param {boolean} [isScrubbed]
 */
export function comparedText(parts, isScrubbed = false) {
    return h(
        "div",
        { class: "report-text compared" },
        parts.flatMap(({ kind, text }) => {
            const pieces = readable(text, isScrubbed);
            return kind === "same" ? pieces : [h(kind === "added" ? "ins" : "del", null, pieces)];
        }),
    );
}
