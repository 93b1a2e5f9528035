import { fill, h } from "../core/dom.js";
import { api, isAbort, messageOf, sentence } from "../core/api.js";
import { projectsPermitting } from "../core/session.js";
import { formatBytes, formatTime, plural } from "../core/format.js";
import { openConflict } from "../evidence/conflict.js";
import { countTable } from "../evidence/report.js";
import { adviceFor } from "../evidence/words.js";
import { projectFilter } from "../ui/form.js";
import { icon } from "../ui/icons.js";
import { empty, failure } from "../ui/notice.js";

/** @import { PageContext } from "../core/router.js" */
/** @import { Conflict, Quarantine } from "../evidence/evidence.d.ts" */

/**
 * What did not get in, in one place, with what can be done about it.
 * @param {PageContext} context
 */
export function render({ query, signal, setTitle }) {
    setTitle("Quarantine");
    const projects = projectsPermitting("review");
    const content = h("div", { class: "evidence-content" }, h("p", { class: "muted" }, "One moment…"));
    const filter = projectFilter(projects, query.get("project") ?? "", load);

    async function load() {
        try {
            const project = filter.value ? `?project=${encodeURIComponent(filter.value)}` : "";
            /** @type {Quarantine} */
            const quarantine = await api.get(`quarantine${project}`, signal);
            fill(content, sections(quarantine));
        } catch (error) {
            if (!isAbort(error)) fill(content, failure(messageOf(error), load));
        }
    }

    /** @param {Quarantine} quarantine */
    function sections({ held, conflicts, refused, notStored }) {
        if (held.length + conflicts.length + refused.length + notStored.length === 0) {
            return empty({
                symbol: "check",
                title: "Everything got in",
                text:
                    "What may show a name, what is in conflict with another image and what could not be stored stands here. " +
                    "At the moment there is nothing.",
            });
        }
        return [
            held.length > 0 ? heldSection(held) : null,
            conflicts.length > 0 ? conflictSection(conflicts) : null,
            refused.length > 0 ? refusedSection(refused) : null,
            notStored.length > 0 ? notStoredSection(notStored) : null,
        ];
    }

    /** @param {Quarantine["held"]} held */
    function heldSection(held) {
        const count = held.reduce((sum, group) => sum + group.count, 0);
        const project = filter.value ? `?project=${encodeURIComponent(filter.value)}` : "";
        return section(
            `${plural(count, "image waits", "images wait")} for a look`,
            "The picture, or something in the file that can't be judged, may say who the patient is. Nobody sees these " +
                "images until somebody has looked at them.",
            countTable("Held images by reason", ["Why"], held.map(({ reason, count }) => [[sentence(reason)], count])),
            h(
                "div",
                { class: "actions" },
                h("a", { class: "button primary", href: `/held${project}` }, "Look at them"),
            ),
        );
    }

    /** @param {Conflict[]} conflicts */
    function conflictSection(conflicts) {
        return section(
            `${plural(conflicts.length, "image is", "images are")} in conflict`,
            "They came with the number of another image, or belong to another patient or study than they say. The first one " +
                "stands; these are kept sealed until somebody decides.",
            h(
                "ul",
                { class: "evidence-items" },
                conflicts.map((conflict) => {
                    const button = h("button", { class: "button", type: "button" }, "Compare…");
                    button.addEventListener("click", () => openConflict(conflict, load));
                    return h("li", null, [
                        h("div", null, [
                            h("p", null, sentence(conflict.reason)),
                            h("p", { class: "muted small" }, [
                                h("span", { class: "badge" }, conflict.project),
                                ` ${formatBytes(conflict.bytes)}, by ${conflict.account}, ${
                                    formatTime(conflict.receivedAt)
                                }`,
                            ]),
                        ]),
                        button,
                    ]);
                }),
            ),
        );
    }

    load();
    return h("main", { class: "narrow" }, [
        h("p", { class: "back-line" }, h("a", { href: "/held" }, icon("back"), "Held images")),
        h("div", { class: "heading" }, [
            h("h1", null, "Quarantine"),
            h("p", null, "What was uploaded and did not get in, why, and what can be done."),
        ]),
        h("div", { class: "evidence-filter" }, filter),
        content,
    ]);
}

/**
 * @param {string} title
 * @param {string} text
 * @param {...(Node | null)} rest
 */
function section(title, text, ...rest) {
    return h("section", { class: "card section", "aria-label": title }, [
        h("h2", null, title),
        h("p", null, text),
        ...rest,
    ]);
}

/** @param {Quarantine["refused"]} refused */
function refusedSection(refused) {
    return section(
        `${plural(refused.length, "image was", "images were")} rejected by a reviewer`,
        "They stay sealed and are never published. Uploading the same file again does not change that. An image that was " +
            "rejected by mistake has to be corrected at its source, for example by cutting off the name, and uploaded again.",
        h(
            "ul",
            { class: "evidence-items" },
            refused.map((item) =>
                h("li", null, [
                    h("div", null, [
                        h("p", null, `${sentence(item.decisionReason ?? "")} Held because: ${sentence(item.reason)}`),
                        h("p", { class: "muted small" }, [
                            h("span", { class: "badge" }, item.project),
                            ` ${item.modality ?? ""} ${formatTime(item.decidedAt)}`,
                        ]),
                    ]),
                ])
            ),
        ),
    );
}

/** @param {Quarantine["notStored"]} uploads */
function notStoredSection(uploads) {
    return section(
        "Files that were not stored",
        "Their names are not kept, for a name of a file may be a patient's: who uploaded them sees them on the upload page.",
        h(
            "ul",
            { class: "evidence-items" },
            uploads.map(({ upload, project, account, startedAt, reasons }) =>
                h("li", null, [
                    h("div", null, [
                        h("p", null, [
                            h("a", { href: `/uploads/${encodeURIComponent(upload)}` }, formatTime(startedAt)),
                            " ",
                            h("span", { class: "badge" }, project),
                            ` by ${account}`,
                        ]),
                        h(
                            "ul",
                            { class: "evidence-reasons" },
                            reasons.map(({ reason, count }) =>
                                h("li", null, [
                                    h("strong", null, plural(count, "file")),
                                    ` ${sentence(reason)} `,
                                    h("span", { class: "muted" }, adviceFor(reason)),
                                ])
                            ),
                        ),
                    ]),
                ])
            ),
        ),
    );
}
