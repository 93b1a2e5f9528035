import { fill, h } from "../core/dom.js";
import { field, select } from "../ui/form.js";
import { icon } from "../ui/icons.js";

/** @import { LabelSet } from "../annotations/types.d.ts" */

/**
 * The versions of a set that can be chosen: the newest, and those with names.
 * @param {LabelSet} set
 * @returns {[value: string, text: string][]}
 */
export function versionChoices({ version, tags }) {
    const newestFirst = [...tags].sort((one, other) => other.version - one.version);
    return [
        [String(version), version === 0 ? "As it is now, still empty" : `As it is now (version ${version})`],
        ...newestFirst.map((
            tag,
        ) => /** @type {[string, string]} */ ([tag.name, `${tag.name} (version ${tag.version})`])),
    ];
}

/**
 * Downloads of a label set at a version.
 * @param {LabelSet} set
 */
export function labelDownload(set) {
    const version = select({}, versionChoices(set), String(set.version));
    const links = h("div", { class: "actions" });

    function show() {
        const at = encodeURIComponent(version.value);
        const path = `/api/v1/label-sets/${encodeURIComponent(set.id)}/annotations`;
        fill(
            links,
            ["json", "csv"].map((format) =>
                h(
                    "a",
                    { class: "button", href: `${path}.${format}?at=${at}`, download: "" },
                    icon("download"),
                    format.toUpperCase(),
                )
            ),
        );
    }

    version.addEventListener("change", show);
    show();
    return h("div", { class: "label-download" }, [
        field("Version", version),
        links,
        h(
            "p",
            { class: "muted small" },
            "JSON has everything, with the history that proves it; CSV has one line an annotation, for a spreadsheet.",
        ),
    ]);
}
