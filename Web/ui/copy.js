import { h } from "../core/dom.js";
import { icon } from "./icons.js";
import { toast } from "./notice.js";

/**
 * Puts text on the clipboard, and says so.
 * @param {string} text
 */
async function copy(text) {
    try {
        await navigator.clipboard.writeText(text);
        toast("Copied.");
    } catch {
        toast("The browser does not allow copying here. Select the text and copy it by hand.", "alert");
    }
}

/**
 * @param {string} text
 * @param {string} what as in "Copy the checkpoint"
 */
export function copyButton(text, what) {
    const button = h(
        "button",
        { class: "button small", type: "button", "aria-label": `Copy ${what}` },
        icon("copy"),
        "Copy",
    );
    button.addEventListener("click", () => copy(text));
    return button;
}
