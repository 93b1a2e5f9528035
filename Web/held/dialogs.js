/** What is asked before a decision that needs words. */

import { h } from "../core/dom.js";
import { plural } from "../core/format.js";
import { openDialog } from "../ui/dialog.js";
import { field, form } from "../ui/form.js";

/** @import { HeldItem } from "../types.d.ts" */

export const reasons = ["Name or date in the image", "Report or form, not an image", "Not part of this project"];

/**
 * Asks why an image is rejected. The digits choose a reason, so that no mouse is needed.
 * @param {(reason: string) => Promise<void> | void} reject
 */
export function askReason(reject) {
    const reason = h("textarea", { class: "input", required: true, maxlength: 500 });
    /** @param {string} text */
    const take = (text) => {
        reason.value = text;
        reason.focus();
    };
    const dialog = openDialog(
        "Reject this image",
        h(
            "p",
            { class: "muted" },
            "It is not published. The reason is kept for those who uploaded it; write no patient data.",
        ),
        h(
            "div",
            { class: "chips" },
            reasons.map((text) => {
                const chip = h("button", { class: "chip", type: "button" }, text);
                chip.addEventListener("click", () => take(text));
                return chip;
            }),
        ),
        form({
            action: "Reject",
            async submit() {
                await reject(reason.value.trim());
                dialog.close();
            },
        }, field("Reason", reason, "Keys while this is empty: 1, 2 or 3 chooses a reason, Enter rejects.")),
    );
    reason.addEventListener("keydown", (event) => {
        const chosen = reason.value === "" ? reasons[Number(event.key) - 1] : undefined;
        if (chosen) take(chosen);
        else if (event.key === "Enter" && !event.shiftKey && reason.value.trim() !== "") {
            reason.form?.requestSubmit();
        } else return;
        event.preventDefault();
    });
    reason.focus();
}

/**
 * Asks before a decision is taken for all images that look alike.
 * @param {HeldItem} item
 * @param {{ black: number, left: number }} boxes how many there are
 * @param {(note: string) => void} approve
 */
export function askApproval(item, boxes, approve) {
    const note = h("input", { class: "input", maxlength: 500 });
    const others = item.waitingAlike - 1;
    const what = boxes.black > 0 ? `${plural(boxes.black, "box", "boxes")} blacked out` : "nothing blacked out";
    const dialog = openDialog(
        "Decide for all images like this",
        h("p", null, h("strong", null, item.device), ` in the project ${item.project}.`),
        h("ul", { class: "bullets" }, [
            h("li", null, `This image is published with ${what}, in all frames.`),
            h(
                "li",
                null,
                others > 0
                    ? `So ${others === 1 ? "is the other one" : `are the ${others} others`} like it that ${
                        others === 1 ? "waits" : "wait"
                    }, and all that come later, without anybody looking at them.`
                    : "So are all like it that come later, without anybody looking at them.",
            ),
            h(
                "li",
                null,
                "Where text is found outside of these boxes" +
                    (boxes.left > 0 ? " and of those that you left" : "") + ", an image waits for somebody again.",
            ),
            h("li", null, "It can be withdrawn for what comes later. What is published stays published."),
        ]),
        form({
            action: "Approve for all of them",
            submit() {
                dialog.close();
                approve(note.value.trim());
                return Promise.resolve();
            },
        }, field("Note (if you like)", note, "Why this is right, for who looks at it later. No patient data.")),
    );
    note.focus();
}
