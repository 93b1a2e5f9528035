import { fill, h } from "../core/dom.js";
import { api, isAbort, messageOf } from "../core/api.js";
import { projectsPermitting } from "../core/session.js";
import { describeFilter, filterFromQuery, queryOfFilter } from "../core/filters.js";
import { formatBytes, formatCount, formatTime, plural } from "../core/format.js";
import { exportLabels } from "../labels/export-choice.js";
import { exportFaces } from "./export-faces.js";
import { field, form, select } from "../ui/form.js";
import { openDialog } from "../ui/dialog.js";
import { icon } from "../ui/icons.js";
import { empty, failure, notice, toast } from "../ui/notice.js";

/** @import { PageContext } from "../core/router.js" */
/** @import { Export, Study, StudyFilter, StudyList } from "../types.d.ts" */

/** How many studies the summary counts before it says "more than". */
const countLimit = 5000;

/**
 * Puts text on the clipboard, and says so.
 * @param {string} text
 * @param {string} what
 */
async function copy(text, what) {
    try {
        await navigator.clipboard.writeText(text);
        toast(`${what} copied.`);
    } catch {
        toast("The browser does not allow copying here. Select the text and copy it by hand.", "alert");
    }
}

/** @param {string} text @param {string} what */
function copyButton(text, what) {
    const button = h("button", { class: "button small", type: "button" }, icon("copy"), "Copy");
    button.setAttribute("aria-label", `Copy ${what}`);
    button.addEventListener("click", () => copy(text, what));
    return button;
}

/** @param {Export} one */
function exportCard(one) {
    const path = `/api/v1/exports/${encodeURIComponent(String(one.id))}`;
    const url = `${location.origin}${path}/archive.zip`;
    const name = `tarn-${one.project.toLowerCase()}-${one.id}.zip`;
    const curl =
        `curl --fail --location --continue-at - --header "Authorization: Bearer $TARN_TOKEN" --output ${name} ${url}`;
    const counts = [
        typeof one.studies === "number" ? plural(one.studies, "study", "studies") : "",
        plural(one.instances, "image"),
        `${formatBytes(one.archiveBytes)} ZIP`,
    ];
    return h("li", { class: "card export" }, [
        h("div", { class: "export-top" }, [
            h("div", null, [
                h("h2", null, `Export ${one.id}`),
                h("p", { class: "muted" }, counts.filter(Boolean).join(" · ")),
                h("p", { class: "muted small" }, [
                    h("span", { class: "badge" }, one.project),
                    ` ${formatTime(one.createdAt)}`,
                    one.createdBy ? ` by ${one.createdBy}` : "",
                ]),
                one.faces
                    ? h(
                        "p",
                        { class: "muted small" },
                        `Faces taken out of ${plural(one.faces.defaced, "series", "series")}` +
                            (one.faces.leftOut > 0
                                ? `; ${one.faces.leftOut} left out, since it could not be done safely`
                                : ""),
                    )
                    : null,
                ...(one.labels ?? []).map((set) =>
                    h(
                        "p",
                        { class: "muted small" },
                        `With labels: ${set.name}, ${
                            set.tag ? `${set.tag} (version ${set.version})` : `version ${set.version}`
                        }`,
                    )
                ),
            ]),
            h("div", { class: "actions" }, [
                h(
                    "a",
                    { class: "button primary", href: `${path}/archive.zip`, download: name },
                    icon("download"),
                    "Download",
                ),
                h(
                    "a",
                    { class: "button", href: `${path}/manifest.json`, download: `${name.slice(0, -4)}.json` },
                    "Manifest",
                ),
            ]),
        ]),
        h("details", null, [
            h("summary", null, "Checksum, and download by command"),
            h("div", { class: "export-more" }, [
                h("div", null, [
                    h("h3", null, "SHA-256 of the manifest"),
                    h(
                        "div",
                        { class: "copy-line" },
                        h("code", null, one.manifestSHA256),
                        copyButton(one.manifestSHA256, "checksum"),
                    ),
                ]),
                h("div", null, [
                    h("h3", null, "On a command line"),
                    h("div", { class: "copy-line" }, h("code", null, curl), copyButton(curl, "command")),
                    h(
                        "p",
                        { class: "muted small" },
                        "Goes on where it was interrupted. Make the access token " +
                            "under your name at the top right, and put it into TARN_TOKEN.",
                    ),
                ]),
                h(
                    "p",
                    { class: "muted small" },
                    "The manifest names each file with its SHA-256. ",
                    h("code", null, `tarn verify ${name}`),
                    " checks them all, without a network.",
                ),
            ]),
        ]),
    ]);
}

/**
 * Counts what a filter holds, page by page.
 * @param {StudyFilter} filter
 * @param {AbortSignal} signal
 */
async function summarise(filter, signal) {
    const sum = { studies: 0, images: 0, bytes: 0, more: false };
    /** @type {string | null} */
    let cursor = null;
    do {
        /** @type {StudyList} */
        const page = await api.get(`studies?${queryOfFilter(filter, { cursor, limit: 200 })}`, signal);
        for (const study of page.studies) {
            sum.studies += 1;
            sum.images += study.instanceCount;
            sum.bytes += study.bytes;
        }
        cursor = page.next;
        sum.more = cursor !== null && sum.studies >= countLimit;
    } while (cursor !== null && !sum.more);
    return sum;
}

/**
 * The dialog that shows what an export would hold, and makes it.
 * @param {StudyFilter} filter
 * @param {string | null} study only this one
 * @param {(made: Export) => void} done
 */
function openCreate(filter, study, done) {
    const projects = projectsPermitting("export");
    const controller = new AbortController();
    const summary = h("div", { "aria-live": "polite" });
    const project = select(
        { required: true },
        projects.map(({ code, name }) => /** @type {[string, string]} */ ([code, name || code])),
        filter.project ?? projects[0]?.code ?? "",
    );
    const parts = describeFilter(filter).filter(({ key }) => key !== "project");

    async function refresh() {
        const wanted = { ...filter, project: project.value };
        fill(summary, h("p", { class: "muted" }, "Counting…"));
        try {
            const sum = study ? await countStudy(study, controller.signal) : await summarise(wanted, controller.signal);
            if (sum.studies === 0) {
                fill(summary, notice("warn", "No study of this project fits. There is nothing to export."));
                return;
            }
            fill(
                summary,
                h("dl", { class: "figures" }, [
                    figure(
                        `${formatCount(sum.studies)}${sum.more ? "+" : ""}`,
                        sum.studies === 1 ? "study" : "studies",
                    ),
                    figure(`${formatCount(sum.images)}${sum.more ? "+" : ""}`, sum.images === 1 ? "image" : "images"),
                    figure(`${formatBytes(sum.bytes)}${sum.more ? "+" : ""}`, "to download, about"),
                ]),
            );
        } catch (error) {
            if (!isAbort(error)) fill(summary, notice("bad", messageOf(error)));
        }
    }

    const labels = exportLabels();
    const faces = exportFaces();
    project.addEventListener("change", () => {
        refresh();
        labels.show(project.value);
    });
    const dialog = openDialog(
        "New export",
        h("p", { class: "muted" }, "An export is frozen: it always holds exactly the images that are there now."),
        form(
            {
                action: "Make the export",
                busy: "Making the export…",
                async submit() {
                    const wanted = { ...filter };
                    delete wanted.project;
                    delete wanted.sort;
                    const made = await faces.make({
                        project: project.value,
                        filter: wanted,
                        ...(study ? { studies: [study] } : {}),
                        ...(labels.chosen().length > 0 ? { labels: labels.chosen() } : {}),
                    }, controller.signal);
                    dialog.close();
                    done(made);
                },
            },
            field("Project", project),
            h("div", { class: "field" }, [
                h("span", null, "Holds"),
                study ? h("p", null, "One study") : h(
                    "div",
                    { class: "chips" },
                    parts.length > 0
                        ? parts.map(({ text }) => h("span", { class: "badge" }, text))
                        : "All studies of the project",
                ),
                parts.length === 0 && !study
                    ? h(
                        "span",
                        { class: "hint" },
                        "To take only some, set filters in the list of studies, then choose “Export this list”.",
                    )
                    : null,
            ]),
            labels.element,
            faces.element,
            summary,
        ),
    );
    dialog.addEventListener("close", () => controller.abort());
    refresh();
    labels.show(project.value);
}

/** @param {string} value @param {string} name */
function figure(value, name) {
    return h("div", null, h("dt", null, name), h("dd", { class: "numeric" }, value));
}

/** @param {string} uid @param {AbortSignal} signal */
async function countStudy(uid, signal) {
    /** @type {Study} */
    const study = await api.get(`studies/${encodeURIComponent(uid)}`, signal);
    return { studies: 1, images: study.instanceCount, bytes: study.bytes, more: false };
}

/** @param {PageContext} context */
export function render({ query, signal, setTitle }) {
    setTitle("Exports");
    const may = projectsPermitting("export").length > 0;
    const list = h("ul", { class: "export-list" });
    const create = h("button", { class: "button primary", type: "button" }, icon("plus"), "New export");
    create.hidden = !may;

    async function load() {
        try {
            /** @type {{ exports: Export[] }} */
            const answer = await api.get("exports", signal);
            if (answer.exports.length === 0) {
                fill(
                    list,
                    h(
                        "li",
                        { class: "card" },
                        empty({
                            symbol: "box",
                            title: "No exports yet",
                            text:
                                "Filter the list of studies until it holds what you need, then choose “Export this list”. You get a " +
                                "ZIP with de-identified DICOM files and a manifest with their checksums.",
                            actions: [h("a", { class: "button primary", href: "/studies" }, "Go to the studies")],
                        }),
                    ),
                );
            } else {
                fill(list, answer.exports.map(exportCard));
            }
        } catch (error) {
            if (!isAbort(error)) fill(list, h("li", null, failure(messageOf(error), load)));
        }
    }

    /** @param {StudyFilter} filter @param {string | null} study */
    const start = (filter, study) =>
        openCreate(filter, study, (made) => {
            toast(`Export ${made.id} is ready.`);
            load();
        });
    create.addEventListener("click", () => start({}, null));
    if (may && query.has("new")) {
        history.replaceState(null, "", "/exports");
        // After the page is there: a dialog needs something to lie over.
        setTimeout(() => signal.aborted || start(filterFromQuery(query), query.get("study")));
    }
    load();
    return h("main", { class: "narrow" }, [
        h("div", { class: "heading" }, h("h1", null, "Exports"), h("div", { class: "end" }, create)),
        list,
    ]);
}
