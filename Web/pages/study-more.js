import { fill, h } from "../core/dom.js";
import { messageOf } from "../core/api.js";
import { permitted } from "../core/session.js";

/** @import { StudyDetail } from "../types.d.ts" */
/** @import { PanelSurroundings } from "./study-panel.js" */
/** @import { Tab } from "./study-tabs.js" */
/** @import { TarnViewer } from "../viewer/viewer.js" */

/**
 * The tabs beside the details. What they hold is fetched when it comes to be seen: the first image must not wait.
 * @param {StudyDetail} study
 * @param {PanelSurroundings} around
 * @returns {Tab[]}
 */
export function moreTabs(study, { signal, viewer }) {
    const mayReport = permitted("report", study.project) || permitted("report.read", study.project);
    return [
        labelsTab(study, viewer, signal),
        mayReport
            ? later("reports", "Reports", async () => {
                const { reportSection } = await import("../reports/section.js");
                return reportSection(study, signal);
            })
            : [],
    ].flat();
}

/**
 * Not put off until it is seen: with the panel come the measuring tools, and what lies on the images already. Only the
 * first image goes before.
 * @param {StudyDetail} study
 * @param {TarnViewer} viewer
 * @param {AbortSignal} signal
 * @returns {Tab}
 */
function labelsTab(study, viewer, signal) {
    const content = h("div", null, h("p", { class: "muted small" }, "One moment…"));
    let begun = false;
    const begin = async () => {
        if (begun || signal.aborted) return;
        begun = true;
        try {
            const { annotationPanel } = await import("../annotations/panel.js");
            if (!signal.aborted) fill(content, annotationPanel(study, viewer, signal));
        } catch (error) {
            fill(content, h("p", { class: "muted small" }, messageOf(error)));
        }
    };
    viewer.addEventListener("shown", begin, { once: true, signal });
    setTimeout(begin, 700);
    return { name: "labels", title: "Labels", content };
}

/**
 * @param {string} name
 * @param {string} title
 * @param {() => Promise<HTMLElement>} load
 * @returns {Tab}
 */
function later(name, title, load) {
    const content = h("div", null, h("p", { class: "muted small" }, "One moment…"));
    return {
        name,
        title,
        content,
        opened: () =>
            void load().then((element) => fill(content, element), (error) => {
                fill(content, h("p", { class: "muted small" }, messageOf(error)));
            }),
    };
}
