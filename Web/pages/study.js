import { fill, h } from "../core/dom.js";
import { api, APIError, isAbort, messageOf } from "../core/api.js";
import { go } from "../core/go.js";
import { formatDate, plural } from "../core/format.js";
import { failure } from "../ui/notice.js";
import { icon } from "../ui/icons.js";
import { modalityBadges } from "../ui/badges.js";
import { seriesThumbnail } from "../ui/thumbnail.js";
import { sharedViewer } from "../viewer/shared.js";
import { missingContent } from "./missing.js";
import { studyPanel } from "./study-panel.js";

/** @import { PageContext } from "../core/router.js" */
/** @import { Series, SeriesDisplay, StudyDetail } from "../types.d.ts" */

const panelChoice = "tarn.panel";

/** Prepares the viewer while nobody waits for it. */
export function warm() {
    sharedViewer().warm();
}

/**
 * The series with images first come first; the one shown at once is the first that has any.
 * @param {Series[]} series
 * @param {string | null} wanted
 */
function firstSeries(series, wanted) {
    return series.find((one) => one.uid === wanted) ?? series.find((one) => one.frames > 0 && one.rows) ?? series[0];
}

/** @param {PageContext} context */
export function render({ parameters, query, signal, setTitle }) {
    setTitle("Study");
    const uid = parameters["uid"] ?? "";
    const main = h("main", { class: "wide study-page" }, h("h1", { class: "visually-hidden" }, "Study"));
    loadStudy();
    return main;

    async function loadStudy() {
        try {
            /** @type {StudyDetail} */
            const study = await api.get(`studies/${encodeURIComponent(uid)}`, signal);
            showStudy(study);
        } catch (error) {
            if (isAbort(error)) return;
            if (error instanceof APIError && (error.status === 404 || error.status === 400)) {
                fill(main, h("h1", { class: "visually-hidden" }, "Not found"), missingContent());
            } else {
                fill(main, h("h1", { class: "visually-hidden" }, "Study"), failure(messageOf(error), loadStudy));
            }
        }
    }

    /** @param {StudyDetail} study */
    function showStudy(study) {
        const title = study.description || "Study without a description";
        setTitle(title);
        const viewer = sharedViewer();
        const side = studyPanel(study, signal);
        /** @type {Map<string, HTMLButtonElement>} */
        const buttons = new Map();
        /** @type {Series | undefined} */
        let current;
        let opening = new AbortController();
        signal.addEventListener("abort", () => opening.abort());

        /** @param {Series} series */
        async function open(series) {
            current = series;
            opening.abort();
            opening = new AbortController();
            const mine = opening.signal;
            for (const [key, button] of buttons) {
                if (key === series.uid) button.setAttribute("aria-current", "true");
                else button.removeAttribute("aria-current");
            }
            buttons.get(series.uid)?.scrollIntoView({ block: "nearest", inline: "nearest" });
            try {
                /** @type {SeriesDisplay} */
                const display = await api.get(`series/${encodeURIComponent(series.uid)}/display`, mine);
                if (mine.aborted) return;
                viewer.open(display, study);
            } catch (error) {
                if (!isAbort(error) && !mine.aborted) viewer.fail(messageOf(error));
            }
        }

        const rail = h(
            "nav",
            { class: "rail", "aria-label": "Series" },
            study.series.map((series) => {
                const button = seriesButton(study.uid, series);
                button.addEventListener("click", () => open(series));
                buttons.set(series.uid, button);
                return button;
            }),
        );
        viewer.addEventListener("seriesstep", (event) => {
            const step = event instanceof CustomEvent ? Number(event.detail) : 0;
            const next = study.series[study.series.findIndex((one) => one.uid === current?.uid) + step];
            if (next) open(next);
        }, { signal });
        viewer.addEventListener("paneltoggle", () => togglePanel(side), { signal });
        const start = firstSeries(study.series, query.get("series"));
        if (start) open(start);
        fill(
            main,
            h("div", { class: "study-head" }, [
                backButton(),
                h("div", { class: "names" }, [
                    h("h1", null, title),
                    h("div", { class: "muted small" }, [
                        h("span", { class: "code" }, study.subject),
                        " · ",
                        formatDate(study.date),
                    ]),
                ]),
                modalityBadges(study.modalities),
            ]),
            h("div", { class: "study-body" }, rail, viewer, side),
        );
        if (!start) viewer.fail("This study holds no series yet.");
        side.hidden = !panelWanted();
    }
}

/** Back to the list as it was left, filters and all. */
function backButton() {
    const back = h("a", { class: "button quiet", href: "/studies", "aria-label": "Back to the studies" }, icon("back"));
    back.addEventListener("click", (event) => {
        const list = sessionStorage.getItem("tarn.list");
        if (!list || event.ctrlKey || event.metaKey) return;
        event.preventDefault();
        go(list);
    });
    return back;
}

function panelWanted() {
    const choice = localStorage.getItem(panelChoice);
    return choice === null ? matchMedia("(min-width: 1200px), (max-width: 720px)").matches : choice === "open";
}

/** @param {HTMLElement} side */
function togglePanel(side) {
    side.hidden = !side.hidden;
    localStorage.setItem(panelChoice, side.hidden ? "closed" : "open");
}

/**
 * @param {string} study
 * @param {Series} series
 */
function seriesButton(study, series) {
    const name = series.description || (series.number === null ? "Series" : `Series ${series.number}`);
    const count = series.frames > series.instanceCount ? series.frames : series.instanceCount;
    return h("button", { class: "series", type: "button" }, [
        seriesThumbnail(study, series.uid),
        h("span", { class: "series-name" }, name),
        h("span", { class: "series-count" }, `${series.modality} · ${plural(count, "image")}`),
    ]);
}
