import { fill, h } from "../core/dom.js";
import { api } from "../core/api.js";
import { session } from "../core/session.js";
import { describeFilter } from "../core/filters.js";
import { field, form, select } from "../ui/form.js";
import { openDialog } from "../ui/dialog.js";
import { icon } from "../ui/icons.js";
import { notice, toast } from "../ui/notice.js";

/** @import { StudyFilter } from "../types.d.ts" */

/**
 * What following a list asks for: a project where nothing else is filtered, so that the mail says its name.
 * @param {StudyFilter} filter
 * @returns {{ kind: "project", project: string } | { kind: "filter", filter: StudyFilter }}
 */
export function followed(filter) {
    const conditions = describeFilter(filter);
    if (conditions.length === 1 && filter.project) return { kind: "project", project: filter.project };
    const { sort: _order, ...rest } = filter;
    return { kind: "filter", filter: rest };
}

/**
 * A name to begin with: what is filtered, in words.
 * @param {StudyFilter} filter
 * @param {{ code: string, name: string }[]} projects
 */
export function suggestedName(filter, projects) {
    const project = projects.find(({ code }) => code === filter.project);
    const conditions = describeFilter(filter).filter(({ key }) => key !== "project").map(({ text }) => text);
    const words = [project ? project.name || project.code : "", ...conditions].filter(Boolean);
    return (words.join(", ") || "All my studies").slice(0, 100);
}

/**
 * A button that follows the list as it is filtered when it is pressed.
 * @param {() => StudyFilter} filter
 * @returns {{ element: HTMLButtonElement, show(): void }} `show` after the filter has changed
 */
export function followButton(filter) {
    const words = h("span");
    const element = h("button", { class: "button", type: "button" }, icon("bell"), words);
    const show = () => {
        const what = followed(filter()).kind === "project" ? " this project" : " this list";
        fill(words, "Follow", h("span", { class: "rest" }, what));
    };
    element.addEventListener("click", () => openFollow(filter()));
    show();
    return { element, show };
}

/**
 * Asks how often a mail is wanted when there are new studies.
 * @param {StudyFilter} filter
 */
export function openFollow(filter) {
    const what = followed(filter);
    const projects = session.value?.projects ?? [];
    const title = what.kind === "project" ? "Follow this project" : "Follow this list";
    if (session.value?.account.email === null) {
        openDialog(title, needsAddress());
        return;
    }
    const name = h("input", {
        class: "input",
        required: true,
        maxlength: 100,
        autocomplete: "off",
        value: suggestedName(filter, projects),
    });
    const every = select({}, [["day", "Every day"], ["week", "Every week"]], "week");
    const address = session.value?.account.email;
    const dialog = openDialog(
        title,
        h("p", { class: "muted" }, [
            "You get a mail when studies have come in that you may see, and none when there are none. It has counts and " +
            "links, no patient codes. ",
            address ? `It goes to ${address}.` : "It needs a confirmed e-mail address in ",
            address ? null : h("a", { href: "/account" }, "your account"),
            address ? null : ".",
        ]),
        form(
            {
                action: "Follow",
                async submit() {
                    await api.post("subscriptions", { ...what, name: name.value.trim(), every: every.value });
                    dialog.close();
                    toast("You follow it now. Change or stop it in your account.");
                },
            },
            field("Name, as it will stand in the mail", name),
            field("A mail at most", every),
        ),
    );
    dialog.querySelector("a")?.addEventListener("click", () => dialog.close());
}

function needsAddress() {
    const add = h("a", { class: "button primary", href: "/account" }, "Add an e-mail address");
    add.addEventListener("click", () => add.closest("dialog")?.close());
    return [
        notice("info", "To follow a list you need a confirmed e-mail address, and your account has none yet."),
        h("div", { class: "actions" }, add),
    ];
}
