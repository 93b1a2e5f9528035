import { h } from "../core/dom.js";
import { formatTime } from "../core/format.js";
import { openDialog } from "../ui/dialog.js";
import { compareTexts } from "./diff.js";
import { comparedText } from "./pieces.js";

/** @import { Report } from "./types.d.ts" */

/**
 * What to do with one's own text where somebody saved meanwhile. Whatever the answer, the other's text stays among
 * the versions.
 * @typedef {"mine" | "both" | "theirs" | "back"} Decision
 */

/**
 * Shows both texts and asks.
 * @param {string} mine
 * @param {Report} theirs
 * @returns {Promise<Decision>}
 */
export function decideConflict(mine, theirs) {
    return new Promise((resolve) => {
        /** @type {Decision} */
        let decision = "back";
        const dialog = openDialog(
            "Somebody saved this report while you were writing",
            bothTexts(mine, theirs),
            choices(theirs.author, (what) => {
                decision = what;
                dialog.close();
            }),
        );
        dialog.classList.add("large");
        dialog.addEventListener("close", () => resolve(decision));
        // No button is pressed by the Enter that was meant for the text.
        const heading = dialog.querySelector("h2");
        heading?.setAttribute("tabindex", "-1");
        heading?.focus();
    });
}

/** @param {string} mine @param {Report} theirs */
function bothTexts(mine, theirs) {
    const { author, version, at, text } = theirs;
    return [
        h("p", null, [
            h("strong", null, author),
            ` saved version ${version} on ${formatTime(at)}. Your text is safe; nothing was replaced.`,
        ]),
        h("div", { class: "two-texts" }, side(`What ${author} saved`, text), side("What you wrote", mine)),
        h("details", { class: "differences" }, [
            h("summary", null, "Compare word by word"),
            h("p", { class: "muted small" }, [
                h("del", null, "Struck through"),
                ` is only in the text of ${author}; `,
                h("ins", null, "underlined"),
                " is only in yours.",
            ]),
            comparedText(compareTexts(text, mine)),
        ]),
    ];
}

/**
 * @param {string} author of the other text
 * @param {(decision: Decision) => void} decide
 */
function choices(author, decide) {
    /** @param {Decision} decision @param {string} name @param {string} text @param {string} kind */
    const choice = (decision, name, text, kind) =>
        h("div", { class: "choice" }, [
            h("button", { class: `button ${kind}`, type: "button", onclick: () => decide(decision) }, name),
            h("p", { class: "muted small" }, text),
        ]);
    return h("div", { class: "choices" }, [
        choice(
            "both",
            "Put both together",
            `The text of ${author} and yours, one below the other, to be edited before you save.`,
            "primary",
        ),
        choice("mine", "Save mine", `Yours becomes the newest version. That of ${author} stays readable.`, ""),
        choice("theirs", "Keep theirs", "Your text is dropped.", ""),
    ]);
}

/** @param {string} title @param {string} text */
function side(title, text) {
    return h(
        "section",
        { tabindex: 0, "aria-label": title },
        h("h3", null, title),
        h("div", { class: "report-text" }, text),
    );
}
