import { fill, h } from "../core/dom.js";
import { api, isAbort, messageOf } from "../core/api.js";
import { permitted } from "../core/session.js";
import { queryOfFilter, studiesPath } from "../core/filters.js";
import {
    formatBytes,
    formatDate,
    formatPerson,
    formatTime,
    modalityName,
    plural,
    sentenceCase,
} from "../core/format.js";
import { eraseSection } from "../archive/erase.js";
import { storageSection } from "../archive/section.js";
import { identitySection } from "../subjects/section.js";
import { kindInWords } from "../audit/kinds.js";
import { auditPath } from "../audit/question.js";
import { icon } from "../ui/icons.js";
import { studyThumbnail } from "../ui/thumbnail.js";
import { moreTabs } from "./study-more.js";
import { tabList } from "./study-tabs.js";

/** @import { Access, Study, StudyDetail } from "../types.d.ts" */
/** @import { TarnViewer } from "../viewer/viewer.js" */

/** @param {string} title @param {...(Node | null)} content */
function section(title, ...content) {
    return h("section", null, h("h2", null, title), content);
}

/**
 * @param {Study} prior
 * @param {(uid: string) => void} compare
 */
function priorEntry(prior, compare) {
    const name = prior.description || "Study without a description";
    const button = h(
        "button",
        { class: "button small", type: "button", "aria-label": `Compare with ${name}, ${formatDate(prior.date)}` },
        "Compare",
    );
    button.addEventListener("click", () => compare(prior.uid));
    return h(
        "li",
        { class: "prior-entry" },
        h("a", { class: "prior", href: `/studies/${encodeURIComponent(prior.uid)}` }, [
            studyThumbnail(prior.uid, prior.local),
            h("span", { class: "prior-text" }, [
                h("span", { class: "prior-title" }, name),
                h("span", { class: "muted small" }, `${formatDate(prior.date)} · ${prior.modalities.join(", ")}`),
            ]),
        ]),
        button,
    );
}

/**
 * @typedef {object} PanelSurroundings
 * @property {TarnViewer} viewer
 * @property {AbortSignal} signal
 * @property {(uid: string) => void} compare shows another study beside this one
 */

/**
 * The panel beside the viewer: details, labels, reports.
 * @param {StudyDetail} study
 * @param {PanelSurroundings} around
 */
export function studyPanel(study, around) {
    const tabs = [{ name: "details", title: "Details", content: details(study, around) }, ...moreTabs(study, around)];
    return h("aside", { class: "study-panel", "aria-label": "About this study" }, tabList(tabs, "About this study"));
}

/**
 * What the study is, other studies of the patient, who looked.
 * @param {StudyDetail} study
 * @param {PanelSurroundings} around
 */
function details(study, { signal, compare }) {
    const rows = /** @type {[string, Node | string][]} */ ([
        [
            "Patient code",
            h(
                "a",
                { class: "code", href: studiesPath({ project: study.project, subject: study.subject }) },
                study.subject,
            ),
        ],
        ["Patient", formatPerson(study.age, study.sex) || "Not known"],
        ["Study date", formatDate(study.date)],
        ["Modality", study.modalities.map(modalityName).join(", ")],
        ["Body part", study.bodyParts.map(sentenceCase).join(", ") || "Not given"],
        [
            "Images",
            `${plural(study.instanceCount, "image")} in ${plural(study.seriesCount, "series", "series")}, ${
                formatBytes(study.bytes)
            }`,
        ],
        ["Project", study.project],
        ["Added", formatTime(study.addedAt)],
    ]);
    const exportQuery = queryOfFilter({ project: study.project }, { study: study.uid, new: 1 });
    const panel = h("div", null, [
        h(
            "section",
            null,
            h("h2", { class: "visually-hidden" }, "What this study is"),
            h(
                "dl",
                { class: "facts" },
                rows.map(([name, value]) => h("div", null, h("dt", null, name), h("dd", null, value))),
            ),
            permitted("export", study.project)
                ? h(
                    "a",
                    { class: "button small", href: `/exports?${exportQuery}` },
                    icon("download"),
                    "Export this study",
                )
                : null,
            h(
                "p",
                { class: "muted small" },
                "De-identified. Dates are shifted by the same number of days for all studies of this patient.",
            ),
        ),
        section(
            "Other studies of this patient",
            study.priors.length > 0
                ? h("ul", { class: "priors" }, study.priors.map((prior) => priorEntry(prior, compare)))
                : h("p", { class: "muted small" }, "There are no others."),
        ),
    ]);
    panel.append(storageSection(study, signal));
    const identity = identitySection(study);
    if (identity) panel.append(identity);
    if (permitted("access.history", study.project)) panel.append(accessSection(study.uid, signal));
    if (permitted("erase", study.project)) panel.append(eraseSection(study));
    return panel;
}

/**
 * What one person did within the same minute is one line.
 * @param {Access[]} accesses newest first
 */
function merged(accesses) {
    const key = (/** @type {Access} */ access) =>
        [access.account, access.kind, formatTime(access.lastAt ?? access.at)].join("\n");
    return accesses.filter((access, index) => index === 0 || key(access) !== key(accesses[index - 1]));
}

/**
 * Who looked at the study, when; fetched when it comes to be seen.
 * @param {string} uid
 * @param {AbortSignal} signal
 */
function accessSection(uid, signal) {
    const place = h("div", { class: "accesses" });
    const load = async () => {
        try {
            /** @type {{ accesses: Access[] }} */
            const { accesses } = await api.get(`studies/${encodeURIComponent(uid)}/accesses`, signal);
            if (accesses.length === 0) {
                fill(place, h("p", { class: "muted small" }, "Nobody has opened it yet."));
                return;
            }
            fill(
                place,
                h(
                    "ul",
                    null,
                    merged(accesses).map((access) =>
                        h("li", null, [
                            h("span", null, h("strong", null, access.account), ` ${kindInWords(access.kind)}`),
                            h(
                                "time",
                                { class: "muted small", datetime: access.lastAt ?? access.at },
                                formatTime(access.lastAt ?? access.at),
                            ),
                        ])
                    ),
                ),
            );
        } catch (error) {
            if (!isAbort(error)) fill(place, h("p", { class: "muted small" }, messageOf(error)));
        }
    };
    // After the first image: the history must not compete with it.
    const timer = setTimeout(load, 600);
    signal.addEventListener("abort", () => clearTimeout(timer));
    return section(
        "Who looked at this study",
        place,
        h("p", { class: "small" }, h("a", { href: auditPath({ study: uid }) }, "All of it, and what proves it")),
    );
}
