/** Beside the image: what is known of it, its boxes, and the decision. */

import { fill, h } from "../core/dom.js";
import { sentence } from "../core/api.js";
import { formatTime, modalityName, plural } from "../core/format.js";
import { icon } from "../ui/icons.js";

/** @import { HeldItem } from "../types.d.ts" */
/** @import { Box, Boxes } from "./boxes.js" */

const origins = { rule: "By rule", text: "Text found", own: "Drawn" };

/**
 * @param {{ release: () => void, approve: () => void, reject: () => void, add: () => void, take: () => void,
 *     select: (index: number) => void }} acts
 */
export function side(acts) {
    const facts = h("dl", { class: "facts" });
    const list = h("ul", { class: "held-box-list", "aria-label": "Boxes" });
    const unseen = h("p", { class: "small", role: "status" });
    const release = h("button", { class: "button primary", type: "button", onclick: acts.release });
    const approve = h("button", { class: "button", type: "button", onclick: acts.approve });
    const reject = h(
        "button",
        { class: "button danger", type: "button", onclick: acts.reject },
        icon("close"),
        "Reject… (R)",
    );
    const add = h("button", { class: "button small", type: "button", onclick: acts.add }, icon("plus"), "Box (N)");
    const boxes = h(
        "section",
        { class: "held-box-part", "aria-label": "Boxes" },
        h("div", { class: "held-box-head" }, h("h2", null, "Boxes"), add),
        list,
    );
    const element = h("section", { class: "held-side", "aria-label": "Decision" }, [
        facts,
        boxes,
        h(
            "p",
            { class: "small muted" },
            "Is there a name, a number, a date or a face in the picture? Draw a box over it, or reject the image. " +
                "Boxes are blacked out in all frames. What is published can't be taken back: everybody in the project sees it.",
        ),
        unseen,
        h("div", { class: "held-acts" }, release, approve, reject),
    ]);

    /** @param {HeldItem} item */
    function showItem(item) {
        const rows = /** @type {[string, string][]} */ ([
            ["Why held", sentence(item.reason)],
            ["Modality", item.modality ? modalityName(item.modality) : "Not given"],
            ["Description", item.description || "None"],
            ["Size", item.rows && item.columns ? `${item.columns} × ${item.rows}` : "No image"],
            ["Device", item.device || "Not known: decide on this image alone"],
            ["Project", item.project],
            ["Received", formatTime(item.receivedAt)],
        ]);
        fill(facts, rows.map(([name, value]) => h("div", null, h("dt", null, name), h("dd", null, value))));
        boxes.hidden = !item.rows || !item.columns;
        approve.hidden = !item.alike;
        const others = item.waitingAlike - 1;
        fill(
            approve,
            icon("copy"),
            others > 0 ? `Same for all like it: ${others} more wait… (S)` : "Same for all like it… (S)",
        );
    }

    /** @param {Boxes} of @param {number} toSee frames that nobody has looked at */
    function showBoxes(of, toSee) {
        const black = of.black.length;
        fill(
            release,
            icon("check"),
            black > 0 ? `Black out ${plural(black, "box", "boxes")} and publish (A)` : "Publish as it is (A)",
        );
        unseen.textContent = toSee > 0 ? `${plural(toSee, "frame is", "frames are")} not seen yet (Space plays)` : "";
        fill(
            list,
            of.list.length === 0
                ? h("li", { class: "small muted" }, "None. Draw one with the mouse, or press N.")
                : null,
            of.list.map((box, index) => h("li", null, row(box, index, of))),
        );
    }

    /** @param {Box} box @param {number} index @param {Boxes} of */
    function row(box, index, of) {
        const selected = index === of.selected;
        const name = `${origins[box.origin]}, ${box.width} × ${box.height} at ${box.x}, ${box.y}`;
        const choose = h("button", {
            class: `held-box-name ${box.black ? "black" : "left"}`,
            type: "button",
            "aria-pressed": selected ? "true" : "false",
            onclick: () => acts.select(index),
        }, [name, h("span", { class: "small muted" }, box.black ? "blacked out" : "left as it is")]);
        const word = box.origin === "own" ? "Delete" : box.black ? "Leave" : "Black out";
        const take = h("button", {
            class: "button small quiet",
            type: "button",
            "aria-label": `${word}: ${name}`,
            onclick: () => {
                acts.select(index);
                acts.take();
            },
        }, word);
        return h("div", { class: "held-box-row" }, choose, take);
    }

    return { element, showItem, showBoxes };
}
