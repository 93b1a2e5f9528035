import { fill, h } from "../core/dom.js";
import { sentence } from "../core/api.js";
import { formatCount, plural } from "../core/format.js";
import { actionInWords, attributeInWords, verdictInWords } from "./words.js";

/** @import { BatchReport } from "./evidence.d.ts" */

/**
 * A table of counts.
 * @param {string} caption
 * @param {string[]} columns
 * @param {[cells: (string | Node)[], count: number][]} rows
 */
export function countTable(caption, columns, rows) {
    return h("div", { class: "evidence-scroll", tabindex: 0, role: "region", "aria-label": caption }, [
        h("table", { class: "table evidence-table" }, [
            h("caption", { class: "visually-hidden" }, caption),
            h("thead", null, [
                h(
                    "tr",
                    null,
                    [
                        columns.map((name) => h("th", { scope: "col" }, name)),
                        h("th", { scope: "col", class: "end" }, "Count"),
                    ].flat(),
                ),
            ]),
            h(
                "tbody",
                null,
                rows.map(([cells, count]) =>
                    h("tr", null, [
                        ...cells.map((cell) => h("td", null, cell)),
                        h("td", { class: "end numeric" }, formatCount(count)),
                    ])
                ),
            ),
        ]),
    ]);
}

/**
 * What was done to which attribute how often, and why files did not simply get in.
 * @param {BatchReport} report
 */
export function reportView(report) {
    return [
        report.reasons.length > 0 ? reasons(report) : null,
        report.files > 0 ? attributes(report) : h(
            "p",
            { class: "muted" },
            "No attribute was touched: nothing new was stored.",
        ),
    ];
}

/** @param {BatchReport} report */
function reasons(report) {
    return h("section", { class: "card section", "aria-label": "Why files were not simply accepted" }, [
        h("h2", null, "Why files were not simply accepted"),
        countTable(
            "Why files were not simply accepted",
            ["What", "Why"],
            report.reasons.map(({ verdict, reason, count }) => [[verdictInWords(verdict), sentence(reason)], count]),
        ),
    ]);
}

/** @param {BatchReport} report */
function attributes(report) {
    const place = h("div");
    const box = h("input", { type: "checkbox", id: "evidence-kept" });
    function show() {
        const rows = report.actions.attributes.filter(({ action }) => box.checked || action !== "kept");
        fill(
            place,
            countTable(
                "What was done to which attribute",
                ["Attribute", "What was done"],
                rows.map(({ attribute, tag, action, count }) => [
                    [
                        h("span", { title: tag ? `(${tag.slice(0, 4)},${tag.slice(4)})` : null }, [
                            attributeInWords(attribute),
                        ]),
                        actionInWords(action),
                    ],
                    count,
                ]),
            ),
        );
    }
    box.addEventListener("change", show);
    show();
    return h("section", { class: "card section", "aria-label": "What was done to which attribute" }, [
        h("h2", null, "What was done to which attribute"),
        h(
            "p",
            { class: "muted" },
            `In ${plural(report.files, "file")} that ${report.files === 1 ? "was" : "were"} stored or held. ` +
                "An attribute counts as often as it stands in a file; private attributes that are on no list count together.",
        ),
        h("p", { class: "check" }, box, h("label", { for: box.id }, "Show what was kept, too")),
        place,
    ]);
}
