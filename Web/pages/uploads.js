import { append, fill, h } from "../core/dom.js";
import { api, isAbort, messageOf } from "../core/api.js";
import { permitted } from "../core/session.js";
import { formatCount, formatTime } from "../core/format.js";
import { reportView } from "../evidence/report.js";
import { verdictInWords } from "../evidence/words.js";
import { icon } from "../ui/icons.js";
import { empty, failure, notice } from "../ui/notice.js";

/** @import { PageContext } from "../core/router.js" */
/** @import { Upload } from "../evidence/evidence.d.ts" */

/**
 * What was brought in: all uploads, or the report of one.
 * @param {PageContext} context
 */
export function render({ parameters, signal, setTitle }) {
    const wanted = parameters["id"];
    setTitle(wanted ? "Report of an upload" : "Uploads");
    const content = h("div", { class: "evidence-content" }, h("p", { class: "muted" }, "One moment…"));

    async function load() {
        try {
            if (wanted) fill(content, whole(await api.get(`uploads/${encodeURIComponent(wanted)}`, signal)));
            else fill(content, list(await api.get("uploads", signal)));
        } catch (error) {
            if (!isAbort(error)) fill(content, failure(messageOf(error), load));
        }
    }

    /** @param {{ uploads: Upload[], next?: string | null }} page */
    function list(page) {
        if (page.uploads.length === 0) {
            return empty({
                symbol: "upload",
                title: "Nothing was uploaded yet",
                text:
                    "For each upload there is a report here: what was taken out of the images, and what did not get in.",
                actions: [permitted("upload") ? h("a", { class: "button primary", href: "/upload" }, "Upload") : null],
            });
        }
        const items = h("ul", { class: "evidence-list" }, page.uploads.map(listItem));
        const after = h("div", { class: "actions" });
        more(page.next ?? null);
        return [items, after];

        /** @param {string | null} next */
        function more(next) {
            if (!next) return fill(after, null);
            const button = h("button", { class: "button", type: "button" }, "Show more");
            button.addEventListener("click", async () => {
                button.disabled = true;
                try {
                    const further = await api.get(`uploads?cursor=${encodeURIComponent(next)}`, signal);
                    append(items, further.uploads.map(listItem));
                    more(further.next ?? null);
                } catch (error) {
                    if (!isAbort(error)) fill(after, notice("bad", messageOf(error)), button);
                    button.disabled = false;
                }
            });
            fill(after, button);
        }
    }

    load();
    return h("main", { class: "narrow" }, [
        h(
            "p",
            { class: "back-line" },
            wanted
                ? h("a", { href: "/uploads" }, icon("back"), "Uploads")
                : permitted("upload")
                ? h("a", { href: "/upload" }, icon("back"), "Upload")
                : null,
        ),
        h("div", { class: "heading" }, [
            h("h1", null, wanted ? "Report of an upload" : "Uploads"),
            !wanted && permitted("review")
                ? h(
                    "div",
                    { class: "end" },
                    h("a", { class: "button", href: "/quarantine" }, "See what did not get in"),
                )
                : null,
            wanted ? null : h(
                "p",
                null,
                "What came in, and what de-identification made of it. Numbers and reasons only: no names, no values.",
            ),
        ]),
        content,
    ]);
}

/** @type {(keyof Upload & ("accepted" | "alreadyThere" | "held" | "conflict" | "rejected"))[]} */
const kinds = ["accepted", "alreadyThere", "held", "conflict", "rejected"];

/** @param {Upload} upload */
function counts(upload) {
    const badges = kinds.filter((kind) => upload[kind] > 0).map((kind) => {
        const colour = kind === "rejected" ? "bad" : kind === "held" || kind === "conflict" ? "warn" : "good";
        return h("span", { class: `badge ${colour}` }, `${formatCount(upload[kind])} ${verdictInWords(kind)}`);
    });
    return h(
        "p",
        { class: "evidence-badges" },
        badges.length > 0 ? badges : h("span", { class: "muted" }, "Nothing was stored"),
    );
}

/** @param {Upload} upload */
function listItem(upload) {
    return h("li", { class: "card section" }, [
        h("h2", null, h("a", { href: `/uploads/${encodeURIComponent(upload.id)}` }, formatTime(upload.startedAt))),
        h("p", null, [h("span", { class: "badge" }, upload.project), ` by ${upload.account}`]),
        counts(upload),
        upload.finishedAt ? null : h("p", { class: "muted small" }, "Still coming in."),
        upload.interrupted
            ? h("p", { class: "small" }, [
                h("span", { class: "badge warn" }, "Interrupted"),
                " The server stopped in the middle: upload the same files again.",
            ])
            : null,
    ]);
}

/** @param {Upload} upload */
function whole(upload) {
    const { profileVersions: versions } = upload;
    const save = h("button", { class: "button", type: "button" }, icon("download"), "Save as a file");
    save.addEventListener("click", () => saveReport(upload));
    return [
        h("section", { class: "card section", "aria-label": "The upload" }, [
            h("p", null, [
                h("span", { class: "badge" }, upload.project),
                ` by ${upload.account}, ${formatTime(upload.startedAt)}`,
            ]),
            counts(upload),
            versions.length > 0
                ? h(
                    "p",
                    { class: "muted" },
                    `De-identified by version ${versions.join(" and ")} of the project's profile.`,
                )
                : null,
            upload.finishedAt ? null : notice(
                "info",
                "This upload is still coming in: the numbers grow.",
            ),
            upload.interrupted
                ? notice(
                    "warn",
                    "Interrupted: the server stopped in the middle of this upload. What is counted as stored is stored; the " +
                        "rest did not get in. Upload the same files again: what is there already is not stored twice.",
                )
                : null,
            h("div", { class: "actions" }, [
                save,
                permitted("review") && upload.held + upload.conflict + upload.rejected > 0
                    ? h("a", { class: "button", href: "/quarantine" }, "See what did not get in")
                    : null,
            ]),
        ]),
        ...(upload.report ? reportView(upload.report) : []),
    ];
}

/** @param {Upload} upload */
function saveReport(upload) {
    const url = URL.createObjectURL(
        new Blob([JSON.stringify(upload, null, 1)], { type: "application/json" }),
    );
    const link = h("a", { href: url, download: `upload-${upload.id}.json` });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(url), 1000);
}
