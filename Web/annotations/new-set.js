import { h } from "../core/dom.js";
import { openDialog } from "../ui/dialog.js";
import { field, form } from "../ui/form.js";
import { labelAPI } from "./api.js";

/** @import { LabelSet } from "./types.d.ts" */

/**
 * Asks for the name of a new label set, and makes it.
 * @param {string} project
 * @returns {Promise<LabelSet | null>} null where the person thought better of it
 */
export function openNewLabelSet(project) {
    return new Promise((resolve) => {
        /** @type {LabelSet | null} */
        let made = null;
        const name = h("input", { class: "input", required: true, maxlength: "64", autocomplete: "off" });
        const description = h("textarea", { class: "input", maxlength: "300", rows: "3" });
        const dialog = openDialog(
            "New label set",
            h(
                "p",
                { class: "muted" },
                `A label set holds the annotations of one purpose over many studies of ${project}, such as “Lung nodules, first reader”. Each save is a version; nothing is overwritten.`,
            ),
            form(
                {
                    action: "Make the label set",
                    submit: async () => {
                        made = await labelAPI.create({
                            project,
                            name: name.value.trim(),
                            description: description.value.trim(),
                        });
                        dialog.close();
                    },
                },
                field("Name", name),
                field("What it is for", description, "May stay empty."),
            ),
        );
        dialog.addEventListener("close", () => resolve(made));
    });
}
