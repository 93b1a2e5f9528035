import { announce, debounced, fill, h } from "../core/dom.js";
import { api, isAbort, messageOf } from "../core/api.js";
import { permitted, session } from "../core/session.js";
import { home } from "../core/places.js";
import { describeFilter, filterFromQuery, queryOfFilter, studiesPath } from "../core/filters.js";
import { formatCount, formatDate, formatPerson, plural, sentenceCase } from "../core/format.js";
import { empty, failure } from "../ui/notice.js";
import { icon } from "../ui/icons.js";
import { modalityBadges } from "../ui/badges.js";
import { studyThumbnail } from "../ui/thumbnail.js";
import { followButton } from "../subscriptions/follow.js";
import { ReportHits } from "./report-hits.js";
import { filterPanel } from "./studies-filters.js";

/** @import { PageContext } from "../core/router.js" */
/** @import { Study, StudyFilter, StudyList } from "../types.d.ts" */

const pageSize = 50;

/**
 * One study as a row; the description is the link, and a click anywhere in the row follows it.
 * @param {Study} study
 * @param {{ showProject: boolean }} options
 */
function studyRow(study, { showProject }) {
    const path = `/studies/${encodeURIComponent(study.uid)}`;
    const body = study.bodyParts.map(sentenceCase).join(", ");
    const row = h(
        "tr",
        { class: "study-row" },
        h("td", { class: "picture" }, studyThumbnail(study.uid, study.local)),
        h("td", { class: "what" }, [
            h("a", { href: path, class: "title" }, study.description || body || "Study without a description"),
            h("a", {
                class: "subject code",
                href: studiesPath({ project: study.project, subject: study.subject }),
                title: "Show only this patient",
            }, study.subject),
            study.local && study.local !== "here"
                ? h("span", { class: "badge info away" }, study.local === "offloaded" ? "Cold storage" : "Coming back")
                : null,
            h("span", { class: "found", "data-study": study.uid }),
        ]),
        h("td", { class: "kind" }, modalityBadges(study.modalities)),
        h("td", { class: "body" }, body),
        h("td", { class: "person" }, formatPerson(study.age, study.sex)),
        h("td", { class: "date numeric" }, formatDate(study.date)),
        h("td", { class: "count numeric end" }, [
            h("span", null, plural(study.instanceCount, "image")),
            h("span", { class: "muted small" }, plural(study.seriesCount, "series", "series")),
        ]),
        showProject ? h("td", { class: "project" }, h("span", { class: "badge" }, study.project)) : null,
    );
    row.addEventListener("click", (event) => {
        if (event.target instanceof Element && event.target.closest("a, button")) return;
        if (getSelection()?.toString()) return;
        row.querySelector("a")?.click();
    });
    return row;
}

/** Rows that hold the place while the list is on its way. */
function skeletonRows() {
    return Array.from({ length: 8 }, () =>
        h(
            "tr",
            { "aria-hidden": "true" },
            h("td", { class: "picture" }, h("span", { class: "thumbnail skeleton" })),
            h("td", { colspan: 7 }, h("div", { class: "skeleton line" })),
        ));
}

function noRole() {
    return empty({
        symbol: "person",
        title: "You may not look at studies yet",
        text: "Ask for a role in a project. As soon as an administrator has approved it, its studies appear here.",
        actions: [
            h("a", { class: "button primary", href: home() === "/start" ? "/start" : "/account" }, "Ask for a role"),
        ],
    });
}

/** What to say where the list is empty: no data at all, or none under these filters. @param {StudyFilter} filter */
function emptyList(filter) {
    if (describeFilter(filter).length > 0) {
        return empty({
            symbol: "filter",
            title: "No study fits these filters",
            text: "Take one of the filters away, or search for less.",
            actions: [h("a", { class: "button primary", href: "/studies" }, "Clear all filters")],
        });
    }
    const upload = permitted("upload");
    return empty({
        symbol: "image",
        title: "No studies yet",
        text: upload
            ? "Drop DICOM files, a folder or a ZIP anywhere in this window. What identifies the patient is taken out on the way in."
            : "As soon as somebody uploads images to your projects, they appear here.",
        actions: upload ? [h("a", { class: "button primary", href: "/upload" }, icon("upload"), "Upload images")] : [],
    });
}

/** Arrow keys move from study to study. @param {KeyboardEvent} event */
function moveBetweenRows(event) {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const row = document.activeElement?.closest("tr");
    const other = event.key === "ArrowDown" ? row?.nextElementSibling : row?.previousElementSibling;
    const link = other?.querySelector("a.title");
    if (link instanceof HTMLElement) {
        event.preventDefault();
        link.focus();
    }
}

let warmed = false;

/** The next click is most likely a study: its page and the graphics are made ready in an idle moment. */
function warmViewer() {
    if (warmed) return;
    warmed = true;
    const soon = globalThis.requestIdleCallback ?? ((/** @type {() => void} */ action) => setTimeout(action, 300));
    soon(async () => (await import("./study.js")).warm());
}

/** @param {PageContext} context */
export function render({ query, signal, setTitle }) {
    setTitle("Studies");
    if (!permitted("browse")) {
        return h("main", null, h("h1", { class: "visually-hidden" }, "Studies"), noRole());
    }
    const filter = filterFromQuery(query);
    const showProject = (session.value?.projects.length ?? 0) > 1;
    const count = h("p", { class: "muted count-line", role: "status" });
    const chips = h("div", { class: "chips" });
    const rows = h("tbody");
    const columns = ["", "Study and patient code", "Modality", "Body part", "Patient", "Date", "Images"];
    const table = h(
        "table",
        { class: "table studies" },
        h("caption", { class: "visually-hidden" }, "Studies"),
        h(
            "thead",
            null,
            h("tr", null, [
                ...columns.map((name) =>
                    h(name ? "th" : "td", name ? { scope: "col", class: name === "Images" ? "end" : null } : null, name)
                ),
                showProject ? h("th", { scope: "col" }, "Project") : null,
            ]),
        ),
        rows,
    );
    table.addEventListener("keydown", moveBetweenRows);
    const after = h("div", { class: "after" });
    const exportLink = h(
        "a",
        { class: "button", href: "/exports" },
        icon("download"),
        h("span", null, "Export", h("span", { class: "rest" }, " this list")),
    );
    exportLink.hidden = !permitted("export");
    const follow = followButton(() => filter);
    follow.element.hidden = !permitted("browse");

    let shown = 0;
    let images = 0;
    let hits = new ReportHits("", undefined, signal);
    let request = new AbortController();
    signal.addEventListener("abort", () => request.abort());

    /** @param {string | null} cursor */
    async function load(cursor) {
        request.abort();
        request = new AbortController();
        const mine = request;
        if (cursor === null) {
            shown = 0;
            images = 0;
            hits = new ReportHits(filter.report ?? "", filter.project, mine.signal);
            if (rows.childElementCount === 0) fill(rows, skeletonRows());
            table.classList.add("stale");
        }
        try {
            /** @type {StudyList} */
            const page = await api.get(`studies?${queryOfFilter(filter, { cursor, limit: pageSize })}`, mine.signal);
            if (cursor === null) rows.replaceChildren();
            rows.append(...page.studies.map((study) => studyRow(study, { showProject })));
            shown += page.studies.length;
            images += page.studies.reduce((sum, study) => sum + study.instanceCount, 0);
            showEnd(page.next);
            if (filter.report) showHits(page.studies);
        } catch (error) {
            if (isAbort(error) || signal.aborted) return;
            if (cursor === null) rows.replaceChildren();
            fill(after, failure(messageOf(error), () => load(cursor)));
        } finally {
            if (mine === request) table.classList.remove("stale");
        }
    }

    /** @param {Study[]} studies */
    function showHits(studies) {
        const wanted = studies.map(({ uid }) => uid);
        /** @type {NodeListOf<HTMLElement>} */
        const places = rows.querySelectorAll(".found");
        hits.show(new Map([...places].map((place) => [place.dataset["study"] ?? "", place])), wanted);
    }

    /** @param {string | null} next */
    function showEnd(next) {
        table.hidden = shown === 0;
        exportLink.classList.toggle("off", shown === 0);
        const words = next
            ? `The first ${formatCount(shown)} studies`
            : `${plural(shown, "study", "studies")}, ${plural(images, "image")}`;
        count.textContent = shown === 0 ? "" : words;
        if (shown === 0) {
            announce("No studies");
            fill(after, emptyList(filter));
        } else if (next) {
            const more = h("button", { class: "button", type: "button" }, "Show more");
            const loadMore = () => {
                watcher.disconnect();
                more.disabled = true;
                load(next);
            };
            const watcher = new IntersectionObserver((entries) => {
                if (entries.some((entry) => entry.isIntersecting)) loadMore();
            }, { rootMargin: "600px" });
            more.addEventListener("click", loadMore);
            fill(after, more);
            watcher.observe(more);
            signal.addEventListener("abort", () => watcher.disconnect());
        } else {
            fill(after);
        }
    }

    function showChips() {
        follow.show();
        const parts = describeFilter(filter);
        fill(
            chips,
            parts.map(({ key, text }) => {
                const chip = h("button", { class: "chip", type: "button", "aria-label": `Take away ${text}` }, [
                    text,
                    icon("close"),
                ]);
                chip.addEventListener("click", () => {
                    delete filter[key];
                    changed();
                    panel.show(filter);
                });
                return chip;
            }),
            parts.length > 1 ? h("a", { href: "/studies", class: "small" }, "Clear all") : null,
        );
        exportLink.setAttribute("href", `/exports?${queryOfFilter(filter, { new: 1 })}`);
    }

    function remember() {
        sessionStorage.setItem("tarn.list", studiesPath(filter));
    }

    function changed() {
        history.replaceState(null, "", studiesPath(filter));
        remember();
        showChips();
        load(null);
    }

    const later = debounced(changed, 250);
    signal.addEventListener("abort", () => later.cancel());
    const panel = filterPanel(filter, (immediately) => immediately ? later.now() : later());
    showChips();
    remember();
    load(null);
    warmViewer();
    return h(
        "main",
        { class: "studies-page" },
        h(
            "div",
            { class: "heading" },
            h("h1", null, "Studies"),
            count,
            h("div", { class: "end" }, follow.element, exportLink),
        ),
        panel.element,
        h(
            "section",
            { class: "results", "aria-label": "Results" },
            chips,
            h("div", { class: "card scroll" }, table, after),
        ),
    );
}
