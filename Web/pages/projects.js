import { fill, h } from "../core/dom.js";
import { api, isAbort, messageOf } from "../core/api.js";
import { loadSession, session } from "../core/session.js";
import { go } from "../core/go.js";
import { openDialog } from "../ui/dialog.js";
import { field, form, withRule } from "../ui/form.js";
import { icon } from "../ui/icons.js";
import { empty, failure, toast } from "../ui/notice.js";
import { roleName } from "../people/roles.js";
import { waiting } from "../people/waiting.js";

/** @import { PageContext } from "../core/router.js" */
/** @import { ProjectDetail } from "../people/people.d.ts" */

/** @param {PageContext} context */
export function render({ signal, setTitle }) {
    setTitle("Projects");
    const isAdministrator = session.value?.account.administrator ?? false;
    const place = h("div");

    async function load() {
        try {
            /** @type {{ projects: ProjectDetail[] }} */
            const { projects } = await api.get("projects", signal);
            fill(
                place,
                projects.length > 0
                    ? h("ul", { class: "card project-list" }, projects.map(projectRow))
                    : noProject(isAdministrator),
            );
        } catch (error) {
            if (!isAbort(error)) fill(place, failure(messageOf(error), load));
        }
    }

    const add = h("button", { class: "button primary", type: "button" }, icon("plus"), "Add a project");
    add.hidden = !isAdministrator;
    add.addEventListener("click", addProject);
    load();
    waiting.watch(() => load(), signal);
    return h("main", { class: "narrow people" }, [
        h("div", { class: "heading" }, [
            h("h1", null, "Projects"),
            h("div", { class: "end" }, add),
            h("p", null, "A project keeps its studies, its people and its labels together. Open one to change them."),
        ]),
        place,
    ]);
}

/** @param {ProjectDetail} project */
function projectRow({ code, name, listed }) {
    const mine = session.value?.projects.find((one) => one.code === code)?.roles ?? [];
    const open = (waiting.value ?? []).filter(({ project }) => project === code).length;
    return h("li", null, [
        h("span", { class: "badge" }, code),
        h("a", { href: `/projects/${encodeURIComponent(code)}` }, name || code),
        h("span", { class: "badges" }, [
            open > 0 ? h("span", { class: "badge warn" }, open === 1 ? "1 request" : `${open} requests`) : null,
            listed === false ? h("span", { class: "badge info" }, "Not listed") : null,
            ...mine.map((role) => h("span", { class: "badge accent" }, roleName(role))),
        ]),
    ]);
}

/** @param {boolean} isAdministrator */
function noProject(isAdministrator) {
    return h(
        "div",
        { class: "card" },
        empty({
            symbol: "folder",
            title: "There is no project yet",
            text: isAdministrator
                ? "Add the first one: studies always belong to a project, and people have roles in it."
                : "Ask an administrator to add you to one.",
        }),
    );
}

/** Capitals and digits, as the code stands in addresses and in file names. @param {string} text */
function codeTrouble(text) {
    return /^[A-Z0-9][A-Z0-9_-]{0,31}$/.test(text) ? "" : "Use capitals, digits, - and _ only; at most 32 of them.";
}

function addProject() {
    const code = withRule(
        h("input", {
            class: "input",
            required: true,
            maxlength: 32,
            autocapitalize: "characters",
            spellcheck: "false",
        }),
        codeTrouble,
    );
    const name = h("input", { class: "input", required: true, maxlength: 200 });
    code.addEventListener("input", () => code.value = code.value.toUpperCase());
    const dialog = openDialog(
        "Add a project",
        form({
            action: "Add",
            async submit() {
                await api.post("projects", { code: code.value, name: name.value.trim() });
                await loadSession();
                dialog.close();
                toast("The project is there. Give people roles in it.");
                go(`/projects/${encodeURIComponent(code.value)}`);
            },
        }, [
            field("Short code", code, "Capitals and digits, such as LUNG2026. It can't be changed later."),
            field("Name", name),
        ]),
    );
}
