import { fill, h } from "../core/dom.js";
import { api, APIError, isAbort, messageOf } from "../core/api.js";
import { formatCount, formatTime } from "../core/format.js";
import { permitted } from "../core/session.js";
import { icon } from "../ui/icons.js";
import { failure, toast } from "../ui/notice.js";
import { labelDownload } from "../labels/download.js";
import { labelHistory } from "../labels/history.js";
import { openTag, tagList } from "../labels/tags.js";
import { missingContent } from "./missing.js";

/** @import { PageContext } from "../core/router.js" */
/** @import { LabelSet } from "../annotations/types.d.ts" */

/** @param {PageContext} context */
export function render({ parameters, query, signal, setTitle }) {
    setTitle("Label set");
    const id = parameters["id"] ?? "";
    const main = h("main", { class: "narrow label-set" }, h("h1", { class: "visually-hidden" }, "Label set"));

    async function load() {
        try {
            /** @type {LabelSet} */
            const set = await api.get(`label-sets/${encodeURIComponent(id)}`, signal);
            setTitle(set.name);
            show(set);
        } catch (error) {
            if (isAbort(error)) return;
            const isMissing = error instanceof APIError && (error.status === 404 || error.status === 400);
            fill(
                main,
                h("h1", { class: "visually-hidden" }, isMissing ? "Not found" : "Label set"),
                isMissing ? missingContent() : failure(messageOf(error), load),
            );
        }
    }

    /** @param {LabelSet} set */
    function show(set) {
        const study = query.get("study");
        const mayName = permitted("annotate", set.project);
        const name = (/** @type {number} */ version) =>
            openTag(set, version, () => {
                toast("The version has its name.");
                load();
            });
        fill(main, [
            ...heading(set, mayName && set.version > 0 ? () => name(set.version) : null),
            h("section", { class: "card pad" }, h("h2", null, "Versions with a name"), tagList(set.tags)),
            h("section", { class: "card pad" }, h("h2", null, "Download"), labelDownload(set)),
            h("section", { class: "card pad" }, [
                h("h2", null, study ? "History of one study" : "History"),
                study
                    ? h("p", null, h("a", { href: `/labels/${encodeURIComponent(id)}` }, "Show that of all studies"))
                    : null,
                labelHistory({ set, study, signal, ...(mayName ? { tag: name } : {}) }),
            ]),
        ]);
    }

    load();
    return main;
}

/**
 * @param {LabelSet} set
 * @param {(() => void) | null} name
 */
function heading(set, name) {
    const button = h("button", { class: "button", type: "button" }, icon("tag"), "Name this version");
    button.addEventListener("click", () => name?.());
    return [
        h("div", { class: "heading" }, [
            h("a", {
                class: "button quiet",
                href: `/labels?project=${encodeURIComponent(set.project)}`,
                "aria-label": "Back to the label sets",
            }, icon("back")),
            h("h1", null, set.name),
            h("span", { class: "badge" }, set.project),
            h("div", { class: "end" }, name ? button : null),
            set.description ? h("p", null, set.description) : null,
        ]),
        h("dl", { class: "figures" }, [
            figure(set.studies === 1 ? "Study" : "Studies", formatCount(set.studies ?? 0)),
            figure(set.annotations === 1 ? "Annotation" : "Annotations", formatCount(set.annotations ?? 0)),
            figure("Version", formatCount(set.version)),
        ]),
        h("p", { class: "muted small" }, `Made by ${set.createdBy}, ${formatTime(set.createdAt)}`),
    ];
}

/** @param {string} name @param {string} value */
function figure(name, value) {
    return h("div", null, h("dt", null, name), h("dd", { class: "numeric" }, value));
}
