import { fill, h } from "../core/dom.js";
import { isAbort, messageOf } from "../core/api.js";
import { formatTime, plural } from "../core/format.js";
import { go } from "../core/go.js";
import { permitted, projectsPermitting } from "../core/session.js";
import { labelAPI } from "../annotations/api.js";
import { openNewLabelSet } from "../annotations/new-set.js";
import { labelListEditor } from "../labels/list-editor.js";
import { select } from "../ui/form.js";
import { icon } from "../ui/icons.js";
import { empty, failure } from "../ui/notice.js";

/** @import { PageContext } from "../core/router.js" */
/** @import { LabelSet } from "../annotations/types.d.ts" */

const remembered = "tarn.labels.project";

/** @param {PageContext} context */
export function render({ query, signal, setTitle }) {
    setTitle("Labels");
    const projects = projectsPermitting("view");
    const wanted = query.get("project") ?? sessionStorage.getItem(remembered);
    let project = projects.find(({ code }) => code === wanted)?.code ?? projects[0]?.code ?? "";
    if (!project) return noProject();

    const create = h("button", { class: "button primary", type: "button" }, icon("plus"), "New label set");
    const sets = h("div", { class: "label-sets" });
    const list = h("div");
    let turn = new AbortController();
    signal.addEventListener("abort", () => turn.abort());

    async function load() {
        const mine = turn.signal;
        try {
            const found = await labelAPI.sets(project);
            if (!mine.aborted) fill(sets, found.length > 0 ? found.map(setCard) : noSets(project, create));
        } catch (error) {
            if (!isAbort(error) && !mine.aborted) fill(sets, failure(messageOf(error), load));
        }
    }

    function show() {
        turn.abort();
        turn = new AbortController();
        sessionStorage.setItem(remembered, project);
        create.hidden = !permitted("annotate", project);
        fill(sets, h("div", { class: "card skeleton set-skeleton", "aria-hidden": "true" }));
        fill(list, labelListEditor(project, turn.signal));
        load();
    }

    const choice = select(
        { "aria-label": "Project" },
        projects.map(({ code, name }) => /** @type {[string, string]} */ ([code, name || code])),
        project,
    );
    choice.addEventListener("change", () => {
        project = choice.value;
        history.replaceState(null, "", `/labels?project=${encodeURIComponent(project)}`);
        show();
    });
    create.addEventListener("click", async () => {
        const made = await openNewLabelSet(project);
        if (made) go(`/labels/${encodeURIComponent(made.id)}`);
    });
    show();
    return content(projects.length > 1 ? choice : null, create, sets, list);
}

/**
 * @param {HTMLElement | null} choice of the project
 * @param {HTMLElement} create
 * @param {HTMLElement} sets
 * @param {HTMLElement} list
 */
function content(choice, create, sets, list) {
    const about =
        "A label set holds what people marked in images. Every save is a version; nothing is ever overwritten.";
    const keeping = "A name stays for good; one that is no longer wanted is retired.";
    return h("main", { class: "narrow labels-page" }, [
        h("div", { class: "heading" }, [
            h("h1", null, "Labels"),
            h("div", { class: "end" }, choice, create),
            h("p", null, about),
        ]),
        h("section", { "aria-label": "Label sets" }, sets),
        h("section", { class: "card pad" }, [
            h("h2", null, "List of labels"),
            h("p", { class: "muted" }, [
                "The names that can be given in this project. ",
                permitted("labels.curate") ? keeping : null,
            ]),
            list,
        ]),
    ]);
}

function noProject() {
    return h("main", { class: "narrow" }, [
        h("h1", { class: "visually-hidden" }, "Labels"),
        empty({
            symbol: "tag",
            title: "No labels to see",
            text: "Ask the administrator for a role in a project. Its label sets then appear here.",
        }),
    ]);
}

/** @param {LabelSet} set */
function setCard(set) {
    const path = `/labels/${encodeURIComponent(set.id)}`;
    const counts = set.version === 0
        ? "Still empty"
        : `${plural(set.studies ?? 0, "study", "studies")} · ${
            plural(set.annotations ?? 0, "annotation")
        } · version\u00a0${set.version}`;
    return h("article", { class: "card set-card" }, [
        h("h2", null, h("a", { href: path }, set.name)),
        set.description ? h("p", { class: "set-description" }, set.description) : null,
        h("p", { class: "muted" }, counts),
        h("p", { class: "muted small" }, `Made by ${set.createdBy}, ${formatTime(set.createdAt)}`),
        set.tags.length > 0
            ? h(
                "p",
                { class: "badges", "aria-label": "Named versions" },
                set.tags.map((tag) => h("span", { class: "badge accent" }, tag.name)),
            )
            : null,
    ]);
}

/**
 * @param {string} project
 * @param {HTMLButtonElement} create
 */
function noSets(project, create) {
    const may = permitted("annotate", project);
    const start = h("button", { class: "button primary", type: "button" }, icon("plus"), "Make the first label set");
    start.addEventListener("click", () => create.click());
    return h(
        "div",
        { class: "card" },
        empty({
            symbol: "tag",
            title: "No label sets yet",
            text: may
                ? "Make one, for example for one reading or one question. Then open a study and mark what you see."
                : "As soon as an annotator of this project makes one, it appears here.",
            actions: may ? [start] : [],
        }),
    );
}
