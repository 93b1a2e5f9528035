import { fill, h } from "../core/dom.js";
import { api, APIError, isAbort, messageOf } from "../core/api.js";
import { go } from "../core/go.js";
import { formatDate } from "../core/format.js";
import { failure } from "../ui/notice.js";
import { icon } from "../ui/icons.js";
import { modalityBadges } from "../ui/badges.js";
import { sharedViewer } from "../viewer/shared.js";
import { missingContent } from "./missing.js";
import { studyPanel } from "./study-panel.js";
import { StudyViewer } from "./study-viewer.js";

/** @import { PageContext } from "../core/router.js" */
/** @import { StudyDetail } from "../types.d.ts" */

const panelChoice = "tarn.panel";

/** Prepares the viewer while nobody waits for it. */
export function warm() {
    sharedViewer().warm();
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
        const arrangement = new StudyViewer(viewer, study, signal);
        const side = studyPanel(study, {
            viewer,
            signal,
            compare: (uid) => arrangement.compare(uid),
        });
        viewer.addEventListener("paneltoggle", () => togglePanel(side), { signal });
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
            h("div", { class: "study-body" }, arrangement.rail.element, viewer, side),
        );
        side.hidden = !panelWanted();
        arrangement.start(query.get("series"));
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
