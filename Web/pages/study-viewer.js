import { api, isAbort, messageOf } from "../core/api.js";
import { showAway } from "../archive/away.js";
import { storageOf } from "../archive/storage.js";
import { counterpartSeries, firstSeries, SeriesRail } from "./study-series.js";

/** @import { Series, SeriesDisplay, StudyDetail } from "../types.d.ts" */
/** @import { TarnViewer } from "../viewer/viewer.js" */
/** @import { TarnViewport } from "../viewer/viewport.js" */

/** @typedef {{ study: StudyDetail, series: Series, opening: AbortController }} Opened */

/** Which series of which study is in which viewport: the list of series and the viewer kept in step. */
export class StudyViewer {
    /** @type {Map<TarnViewport, Opened>} */
    #opened = new Map();
    /** Studies of the patient that were looked at. @type {Map<string, StudyDetail>} */
    #studies = new Map();

    /**
     * @param {TarnViewer} viewer
     * @param {StudyDetail} study
     * @param {AbortSignal} signal
     */
    constructor(viewer, study, signal) {
        this.viewer = viewer;
        this.study = study;
        this.signal = signal;
        this.#studies.set(study.uid, study);
        this.rail = new SeriesRail({
            open: (series, its) => this.open(series, its),
            beside: (series, its) => this.open(series, its, this.#other()),
        });
        signal.addEventListener("abort", () => this.#opened.forEach(({ opening }) => opening.abort()));
        viewer.addEventListener("viewportchange", () => this.#show(), { signal });
        viewer.addEventListener("seriesstep", (event) => {
            if (event instanceof CustomEvent) this.#step(Number(event.detail));
        }, { signal });
        viewer.addEventListener("seriesdrop", (event) => {
            if (!(event instanceof CustomEvent)) return;
            const { viewport, study: its, series } = event.detail;
            const dropped = this.#studies.get(its)?.series.find((one) => one.uid === series);
            if (dropped) this.open(dropped, this.#studies.get(its) ?? study, viewport);
        }, { signal });
    }

    /** Begins with a series. @param {string | null} wanted UID */
    start(wanted) {
        const first = firstSeries(this.study.series, wanted);
        this.#show();
        this.#watchStorage();
        if (first) this.open(first, this.study);
        else this.viewer.fail("This study holds no series yet.");
    }

    /** When the images of the page's study go to cold storage, or come back, the list of series shows that. */
    #watchStorage() {
        const { study } = this;
        storageOf(study.uid, this.signal).status.watch((status) => {
            const before = study.local ?? "here";
            if (!status || status.local === before) return;
            study.local = status.local;
            this.rail.forget();
            this.#show();
            if (before !== "here") return;
            for (const [viewport, { study: its, series }] of [...this.#opened]) {
                if (its === study) this.open(series, study, viewport);
            }
        }, this.signal);
    }

    /**
     * Shows another study of the patient beside the one that is active, with the series most like it.
     * @param {string} uid
     */
    async compare(uid) {
        const { viewports, active } = this.viewer;
        // The study of the page stays where it is; whatever is beside it makes room.
        const own = viewports.find((one) => this.#opened.get(one)?.study === this.study) ?? active;
        const viewport = viewports.find((one) => one !== own) ?? this.viewer.two();
        const like = this.#opened.get(own)?.series;
        const known = this.#studies.get(uid);
        viewport.fail("Opening the other study…", "image");
        try {
            /** @type {StudyDetail} */
            const prior = known ?? await api.get(`studies/${encodeURIComponent(uid)}`, this.signal);
            this.#studies.set(uid, prior);
            const series = like ? counterpartSeries(like, prior.series) : firstSeries(prior.series, null);
            if (series) await this.open(series, prior, viewport);
            else viewport.fail("That study holds no series.");
        } catch (error) {
            if (!isAbort(error)) viewport.fail(messageOf(error));
        }
    }

    /**
     * @param {Series} series
     * @param {StudyDetail} study
     * @param {TarnViewport} [viewport]
     */
    async open(series, study, viewport = this.viewer.active) {
        this.#opened.get(viewport)?.opening.abort();
        const opening = new AbortController();
        this.#opened.set(viewport, { study, series, opening });
        this.viewer.activate(viewport);
        this.#show();
        const local = storageOf(study.uid, this.signal).status.value?.local ?? study.local ?? "here";
        if (local !== "here") {
            delete this.viewer.dataset["shown"];
            return showAway(viewport, study, { page: this.signal, opening: opening.signal }, () => {
                study.local = "here";
                this.open(series, study, viewport);
            });
        }
        try {
            /** @type {SeriesDisplay} */
            const display = await api.get(`series/${encodeURIComponent(series.uid)}/display`, opening.signal);
            if (!opening.signal.aborted && viewport.isConnected) this.viewer.open(display, study, viewport);
        } catch (error) {
            if (!isAbort(error) && !opening.signal.aborted) this.viewer.fail(messageOf(error), viewport);
        }
    }

    /** The viewport that is not active; made where there is one only. */
    #other() {
        return this.viewer.viewports.find((one) => one !== this.viewer.active) ?? this.viewer.two();
    }

    /** @param {number} step */
    #step(step) {
        const opened = this.#opened.get(this.viewer.active);
        if (!opened) return;
        const all = opened.study.series;
        const next = all[all.findIndex((one) => one.uid === opened.series.uid) + step];
        if (next) this.open(next, opened.study);
    }

    #show() {
        const { viewports, active } = this.viewer;
        for (const [viewport, { opening }] of this.#opened) {
            if (viewports.includes(viewport)) continue;
            opening.abort();
            this.#opened.delete(viewport);
        }
        /** @type {Set<StudyDetail>} */
        const studies = new Set([this.study]);
        const seen = viewports.flatMap((viewport, index) => {
            const opened = this.#opened.get(viewport);
            if (!opened) return [];
            studies.add(opened.study);
            const name = index === 0 ? "left" : "right";
            return [{ series: opened.series.uid, name, isActive: viewport === active }];
        });
        this.rail.show([...studies], seen);
    }
}
