import { fill, h } from "../core/dom.js";
import { api, isAbort, messageOf } from "../core/api.js";
import { formatDate, formatTime } from "../core/format.js";
import { confirmDialog, openDialog } from "../ui/dialog.js";
import { field, form, select } from "../ui/form.js";
import { icon } from "../ui/icons.js";
import { toast } from "../ui/notice.js";

/** @import { LegalHold, Retention, StudyArchive } from "./archive.d.ts" */

/** @param {{ study: string }} study */
const pathOf = ({ study }) => `studies/${encodeURIComponent(study)}/retention`;

/** @param {StudyArchive} study @returns {Record<LegalHold["scope"], string>} */
function scopes(study) {
    return {
        study: "this study",
        subject: `all studies of the patient ${study.subject}`,
        project: `all studies of the project ${study.project}`,
    };
}

/**
 * Until when a study has to be kept, why, and its legal holds.
 * @param {StudyArchive} study
 * @param {AbortSignal} signal
 */
export function retentionLine(study, signal) {
    const place = h("div", { class: "retention" }, h("p", { class: "muted small" }, "One moment…"));
    /** @param {Retention} retention */
    const show = (retention) => fill(place, content(study, retention, show));
    return {
        element: place,
        async load() {
            try {
                show(await api.get(pathOf(study), signal));
            } catch (error) {
                if (!isAbort(error)) fill(place, h("p", { class: "muted small" }, messageOf(error)));
            }
        },
    };
}

/**
 * @param {StudyArchive} study
 * @param {Retention} retention
 * @param {(retention: Retention) => void} show
 */
function content(study, retention, show) {
    const hold = h("button", { class: "button small", type: "button" }, "Legal hold…");
    hold.setAttribute("aria-label", `Legal hold for ${study.description || study.subject}…`);
    hold.addEventListener("click", () => openHold(study, show));
    return [
        h("p", null, [h("strong", null, "Keep: "), keepWords(retention)]),
        ...retention.holds.map((one) => holdEntry(study, one, show)),
        h("div", { class: "actions" }, hold),
    ];
}

/** @param {Retention} retention */
function keepWords({ rules, until, isPermanent }) {
    const rule = rules[0];
    if (!rule) return "no retention rule is set up for this lake.";
    const when = isPermanent ? "for ever" : `until ${formatDate(until)}`;
    return `${when}, by the rule ${rule.id} (${rule.jurisdiction}): ${rule.term}. ${rule.citation}`;
}

/**
 * @param {StudyArchive} study
 * @param {LegalHold} hold
 * @param {(retention: Retention) => void} show
 */
function holdEntry(study, hold, show) {
    const lift = h("button", { class: "button small", type: "button" }, "Lift the hold");
    lift.addEventListener("click", async () => {
        const sure = await confirmDialog({
            title: "Lift this legal hold?",
            text:
                `It covers ${
                    scopes(study)[hold.scope]
                }. Reason: ${hold.reason}. Once it is lifted, the retention rules ` +
                "alone decide. That you lifted it is recorded.",
            action: "Lift the hold",
        });
        if (!sure) return;
        try {
            show(await api.put(pathOf(study), { scope: hold.scope, hold: null }));
            toast("The legal hold is lifted.");
        } catch (error) {
            toast(messageOf(error), "alert");
        }
    });
    return h("div", { class: "hold" }, [
        icon("alert"),
        h("div", null, [
            h("p", null, h("strong", null, "Legal hold"), ` on ${scopes(study)[hold.scope]}: ${hold.reason}`),
            h("p", { class: "muted small" }, `Set by ${hold.by}, ${formatTime(hold.at)}`),
        ]),
        lift,
    ]);
}

/**
 * @param {StudyArchive} study
 * @param {(retention: Retention) => void} show
 */
function openHold(study, show) {
    const scope = select({}, Object.entries(scopes(study)), "study");
    const reason = h("textarea", { class: "input", required: true, maxlength: 2000, rows: 3 });
    const dialog = openDialog(
        "Set a legal hold",
        h(
            "p",
            { class: "muted" },
            "While it stands, nothing that it covers can be erased, whatever the retention rules say. It does not change " +
                "who may look at it.",
        ),
        form(
            {
                action: "Set the hold",
                async submit() {
                    show(await api.put(pathOf(study), { scope: scope.value, hold: { reason: reason.value.trim() } }));
                    dialog.close();
                    toast("The legal hold is set.");
                },
            },
            field("What it covers", scope),
            field("Reason", reason, "For example the file number of the case. No names of patients."),
        ),
    );
}
