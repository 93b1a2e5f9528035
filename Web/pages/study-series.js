import { fill, h } from "../core/dom.js";
import { formatDate, plural } from "../core/format.js";
import { icon } from "../ui/icons.js";
import { seriesThumbnail } from "../ui/thumbnail.js";
import { attachDrag } from "../viewer/drop.js";

/** @import { Series, StudyDetail } from "../types.d.ts" */

/**
 * The series with images first come first; the one shown at once is the first that has any.
 * @param {Series[]} series
 * @param {string | null} wanted
 */
export function firstSeries(series, wanted) {
    return series.find((one) => one.uid === wanted) ?? series.find((one) => one.frames > 0 && one.rows) ?? series[0];
}

/**
 * The series of another study that is most like one: of its modality, best under the same name, then with about as
 * many images.
 * @param {Series} series
 * @param {Series[]} others
 * @returns {Series | undefined}
 */
export function counterpartSeries(series, others) {
    const words = (/** @type {Series} */ one) => (one.description ?? "").trim().toLowerCase();
    const score = (/** @type {Series} */ one) =>
        (one.frames > 0 && one.rows ? 8 : 0) + (one.modality === series.modality ? 4 : 0) +
        (words(one) !== "" && words(one) === words(series) ? 2 : 0) +
        Math.min(one.frames, series.frames) / Math.max(one.frames, series.frames, 1);
    return [...others].sort((a, b) => score(b) - score(a))[0];
}

/** What is said of a series that may show a face, in one line. @type {Record<string, string>} */
const faceWords = {
    head: "A face may be rebuilt from this series. An export can take it out.",
    unnamed:
        "Nothing says which region this series shows: a face may be rebuilt from it. An export without faces leaves it out.",
    picture: "A picture that may show a face. An export without faces leaves it out.",
};

/** @param {Series} series */
function faceMark(series) {
    const words = series.recognizable ? faceWords[series.recognizable] : undefined;
    return words ? h("span", { class: "series-face", title: words }, "May show a face") : null;
}

/**
 * What the list of series tells the page.
 * @typedef {object} RailTarget
 * @property {(series: Series, study: StudyDetail) => void} open in the active viewport
 * @property {(series: Series, study: StudyDetail) => void} beside in the other one
 */

/** Where a series is seen. @typedef {{ series: string, name: string, isActive: boolean }} SeenSeries */

/** The series of the study, and of those it is compared with, as small pictures to be clicked or dragged. */
export class SeriesRail {
    /** @type {StudyDetail[]} */
    #studies = [];
    /** @type {Map<string, { button: HTMLButtonElement, place: HTMLElement }>} */
    #entries = new Map();

    /** @param {RailTarget} target */
    constructor(target) {
        this.target = target;
        this.element = h("nav", { class: "rail", "aria-label": "Series" });
    }

    /**
     * @param {StudyDetail[]} studies the one of the page first
     * @param {SeenSeries[]} seen
     */
    show(studies, seen) {
        if (studies.length !== this.#studies.length || studies.some((study, index) => study !== this.#studies[index])) {
            this.#list(studies);
        }
        for (const [uid, { button, place }] of this.#entries) {
            const here = seen.filter(({ series }) => series === uid);
            const isActive = here.some((one) => one.isActive);
            if (isActive && button.getAttribute("aria-current") !== "true") {
                button.scrollIntoView({ block: "nearest", inline: "nearest" });
            }
            if (isActive) button.setAttribute("aria-current", "true");
            else button.removeAttribute("aria-current");
            place.textContent = seen.length > 1 ? here.map(({ name }) => ` · ${name}`).join("") : "";
        }
    }

    /** Draws the small pictures anew the next time: a study came back, or went. */
    forget() {
        this.#studies = [];
    }

    /** @param {StudyDetail[]} studies */
    #list(studies) {
        this.#studies = studies;
        this.#entries.clear();
        const title = (/** @type {string} */ name, /** @type {StudyDetail} */ study) =>
            h("div", { class: "rail-title" }, h("strong", null, name), h("span", null, formatDate(study.date)));
        fill(
            this.element,
            studies.flatMap((study, index) => [
                studies.length > 1 ? title(index === 0 ? "This study" : "Compared", study) : null,
                ...study.series.map((series) => this.#entry(study, series)),
            ]),
        );
    }

    /** @param {StudyDetail} study @param {Series} series */
    #entry(study, series) {
        const name = series.description || (series.number === null ? "Series" : `Series ${series.number}`);
        const count = series.frames > series.instanceCount ? series.frames : series.instanceCount;
        const place = h("span");
        const button = h("button", { class: "series", type: "button" }, [
            seriesThumbnail(study.uid, series.uid, study.local),
            h("span", { class: "series-name" }, name),
            h("span", { class: "series-count" }, `${series.modality} · ${plural(count, "image")}`, place),
            faceMark(series),
        ]);
        button.addEventListener("click", () => this.target.open(series, study));
        const label = `Show beside: ${name}`;
        const beside = h(
            "button",
            { class: "tool beside", type: "button", title: "Show beside the other image", "aria-label": label },
            icon("two"),
        );
        beside.addEventListener("click", () => this.target.beside(series, study));
        const entry = h("div", { class: "series-entry" }, button, beside);
        attachDrag(entry, { study: study.uid, series: series.uid });
        this.#entries.set(series.uid, { button, place });
        return entry;
    }
}
