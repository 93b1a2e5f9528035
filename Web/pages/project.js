import { fill, h } from "../core/dom.js";
import { api, APIError, isAbort, messageOf } from "../core/api.js";
import { loadSession, permitted, session } from "../core/session.js";
import { field, form } from "../ui/form.js";
import { icon } from "../ui/icons.js";
import { failure, toast } from "../ui/notice.js";
import { labelListEditor } from "../labels/list-editor.js";
import { members } from "../people/members.js";
import { waitingRequests } from "../people/requests.js";
import { rolesMay } from "../people/roles.js";
import { profileEditor } from "../profile/editor.js";
import { missingContent } from "./missing.js";

/** @import { Children } from "../core/dom.js" */
/** @import { PageContext } from "../core/router.js" */
/** @import { ProjectDetail } from "../people/people.d.ts" */

/**
 * @param {string} title
 * @param {...Children} content
 */
function section(title, ...content) {
    return h("section", { class: "card section" }, h("h2", null, title), ...content);
}

/**
 * A project: for administrators its people and settings, for those who look at its images its labels.
 * @param {PageContext} context
 */
export function render({ parameters, signal, setTitle }) {
    const code = parameters["code"] ?? "";
    setTitle(code);
    const main = h("main", { class: "narrow people" }, h("h1", { class: "visually-hidden" }, code));

    async function load() {
        try {
            /** @type {ProjectDetail} */
            const project = await api.get(`projects/${encodeURIComponent(code)}`, signal);
            setTitle(project.name || project.code);
            show(project);
        } catch (error) {
            if (isAbort(error)) return;
            const heading = h("h1", { class: "visually-hidden" }, code);
            const isMissing = error instanceof APIError && error.status === 404;
            fill(main, heading, isMissing ? missingContent() : failure(messageOf(error), load));
        }
    }

    /** @param {ProjectDetail} project */
    function show(project) {
        const isAdministrator = session.value?.account.administrator ?? false;
        const mine = session.value?.projects.find((one) => one.code === project.code)?.roles ?? [];
        const people = isAdministrator ? members(project, signal) : null;
        const title = h("h1", null, project.name || project.code);
        fill(
            main,
            h("p", { class: "back-line" }, h("a", { href: "/projects" }, icon("back"), "Projects")),
            h("div", { class: "heading" }, [
                title,
                h("span", { class: "badge" }, project.code),
                h("p", null, headingWords(isAdministrator, mine)),
            ]),
            h("div", { class: "stack" }, [
                isAdministrator
                    ? waitingRequests({ signal, project: project.code, changed: () => people?.load() })
                    : null,
                people ? section("People", people.elements) : null,
                isAdministrator ? section("Settings", settings(project)) : null,
                permitted("view", project.code) ? section("Labels", labelListEditor(project.code, signal)) : null,
                permitted("profile", project.code)
                    ? section("De-identification", profileEditor(project.code, signal))
                    : null,
            ]),
        );
    }

    load();
    return main;
}

/**
 * @param {boolean} isAdministrator
 * @param {string[]} mine
 */
function headingWords(isAdministrator, mine) {
    if (isAdministrator) return "Who works in this project, until when, and who may ask to.";
    return rolesMay(mine) ? `What you may do here: ${rolesMay(mine)}` : "";
}

/** @param {ProjectDetail} project */
function settings(project) {
    const name = h("input", { class: "input", required: true, maxlength: 200, value: project.name });
    const listed = h("input", { type: "checkbox", checked: project.listed ?? true });
    return form(
        {
            action: "Save the settings",
            async submit() {
                await api.put(`projects/${encodeURIComponent(project.code)}/settings`, {
                    listed: listed.checked,
                    name: name.value.trim(),
                });
                await loadSession();
                toast("Saved.");
            },
        },
        field("Name", name),
        h("label", { class: "role-choice" }, [
            listed,
            h("span", null, [
                h("strong", null, "Listed"),
                " ",
                h(
                    "span",
                    { class: "muted small" },
                    "Everybody who signed in sees its name and may ask for a role in it.",
                ),
            ]),
        ]),
    );
}
