import { announce, fill, h } from "../core/dom.js";
import { api, messageOf, sentence } from "../core/api.js";
import { plural } from "../core/format.js";
import { openDialog } from "../ui/dialog.js";
import { field, form } from "../ui/form.js";
import { failure, notice, toast } from "../ui/notice.js";
import { attributeInWords } from "./words.js";

/** @import { Conflict, Differences } from "./evidence.d.ts" */

/**
 * Shows how an image in conflict differs from the one that stands, and asks what to do.
 * @param {Conflict} conflict
 * @param {() => void} decided called when somebody has decided
 */
export function openConflict(conflict, decided) {
    const place = h("div", null, h("p", { class: "muted" }, "Comparing…"));
    const name = "conflict-decision";
    const dismiss = h("input", { type: "radio", name, value: "dismiss", checked: true });
    const keep = h("input", { type: "radio", name, value: "keep" });
    const reason = h("textarea", { class: "input", required: true, rows: 2, maxlength: 2000 });
    const dialog = openDialog(
        "An image in conflict",
        h("p", null, sentence(conflict.reason)),
        place,
        form(
            {
                action: "Decide",
                async submit() {
                    const path = `conflicts/${encodeURIComponent(String(conflict.id))}`;
                    const wanted = keep.checked ? "keep" : "dismiss";
                    await api.post(`${path}/${wanted}`, { reason: reason.value.trim() });
                    dialog.close();
                    toast(keep.checked ? "Both images are kept." : "Dismissed. The first image stands.");
                    decided();
                },
            },
            h("fieldset", { class: "field" }, [
                h("legend", null, "What becomes of the new image"),
                option(dismiss, "Dismiss it", "It stays sealed and recorded, and is never published."),
                option(
                    keep,
                    "Keep both",
                    "The new one is taken in under a number of its own. Where its picture may show a name, it waits for a " +
                        "look first.",
                ),
            ]),
            field("Reason", reason, "No names: it is kept for good. The first image stays as it is either way."),
        ),
    );
    dialog.classList.add("evidence-dialog");

    async function load() {
        try {
            const path = `conflicts/${encodeURIComponent(String(conflict.id))}/differences`;
            fill(place, differences(await api.get(path)));
        } catch (error) {
            fill(place, failure(messageOf(error), load));
        }
    }
    load().then(() => announce("Compared."));
}

/**
 * @param {HTMLElement} input
 * @param {string} label
 * @param {string} hint
 */
function option(input, label, hint) {
    return h("label", { class: "option-line" }, [
        input,
        h("span", null, [h("strong", null, label), " ", h("span", { class: "muted" }, hint)]),
    ]);
}

/** @type {Record<Differences["standing"], string>} */
const where = {
    published: "The first image is published.",
    held: "The first image waits for a look itself.",
    rejected: "The first image was rejected by a reviewer.",
    none:
        "There is no other image of this number in the project: it is its series, study or patient that belongs elsewhere.",
};

/** @param {Differences} result */
function differences({ standing, attributes, isCut, hasSamePixels }) {
    const pixels = hasSamePixels === true
        ? "Both show the same picture, bit for bit."
        : hasSamePixels === false
        ? "The pictures are not the same."
        : "";
    return [
        h("p", null, `${where[standing] ?? ""} ${pixels}`),
        standing === "none"
            ? null
            : attributes.length === 0
            ? notice("info", "No attribute differs that is left after de-identification.")
            : h("div", { class: "evidence-scroll", tabindex: 0, role: "region", "aria-label": "Differences" }, [
                h("table", { class: "table evidence-table" }, [
                    h(
                        "caption",
                        null,
                        `${plural(attributes.length, "attribute differs", "attributes differ")}${
                            isCut ? ", and more" : ""
                        }, after de-identification`,
                    ),
                    h("thead", null, [
                        h("tr", null, [
                            h("th", { scope: "col" }, "Attribute"),
                            h("th", { scope: "col" }, "First image"),
                            h("th", { scope: "col" }, "New image"),
                        ]),
                    ]),
                    h(
                        "tbody",
                        null,
                        attributes.map(({ attribute, before, after }) =>
                            h("tr", null, [
                                h("td", null, attributeInWords(attribute)),
                                h("td", null, before ?? "—"),
                                h("td", null, after ?? "—"),
                            ])
                        ),
                    ),
                ]),
            ]),
    ];
}
