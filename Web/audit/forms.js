import { h } from "../core/dom.js";
import { go } from "../core/go.js";
import { projectsPermitting } from "../core/session.js";
import { field, form, select, withRule } from "../ui/form.js";
import { auditPath, studyIn } from "./question.js";

/** @import { Question } from "./audit.d.ts" */

/** @param {Question} question */
function days({ from, to }) {
    const first = h("input", { class: "input", type: "date", value: from ?? "" });
    const last = h("input", { class: "input", type: "date", value: to ?? "" });
    withRule(last, (value) => value && first.value && value < first.value ? "This is before the first day." : "");
    return {
        element: h("div", { class: "pair" }, field("From", first), field("Until", last)),
        value: () => ({ from: first.value, to: last.value }),
    };
}

/** @param {Question} question */
function projectChoice({ project }) {
    const projects = projectsPermitting("access.history");
    const element = select({}, [
        ["", projects.length === 1 ? projects[0]?.name || projects[0]?.code || "" : "All that you audit"],
        ...(projects.length === 1 ? [] : projects).map((
            { code, name },
        ) => /** @type {[string, string]} */ ([code, name || code])),
    ], project ?? "");
    // Another project than one's own, out of an old address: the server answers, not this list.
    if (element.selectedIndex < 0) element.selectedIndex = 0;
    return element;
}

/**
 * @param {string} title
 * @param {...(Node | null)} content
 */
function card(title, ...content) {
    return h("section", { class: "card section" }, h("h2", null, title), content);
}

/** "Who looked at this study?" @param {Question} question */
function studyForm(question) {
    const study = withRule(
        h("input", {
            class: "input code",
            autocomplete: "off",
            spellcheck: "false",
            value: question.account ? "" : question.study ?? "",
        }),
        (value) => value.trim() === "" || studyIn(value) ? "" : "This is no UID and no address of a study.",
    );
    const project = projectChoice(question.account ? {} : question);
    const when = days(question.account ? {} : question);
    return card(
        "Who looked at this study?",
        form(
            {
                action: "Show who looked",
                submit() {
                    go(auditPath({ study: studyIn(study.value) ?? "", project: project.value, ...when.value() }));
                    return Promise.resolve();
                },
            },
            field("Study", study, "Its UID, or the address of its page. Leave it empty for all studies."),
            field("Project", project),
            when.element,
        ),
    );
}

/** "What did this person do?" @param {Question} question */
function personForm(question) {
    const account = h("input", {
        class: "input",
        required: true,
        maxlength: 200,
        autocomplete: "off",
        autocapitalize: "none",
        spellcheck: "false",
        value: question.account ?? "",
    });
    const project = projectChoice(question.account ? question : {});
    const when = days(question.account ? question : {});
    return card(
        "What did this person do?",
        form(
            {
                action: "Show what they did",
                submit() {
                    go(auditPath({ account: account.value.trim(), project: project.value, ...when.value() }));
                    return Promise.resolve();
                },
            },
            field("User name of the person", account, "As it stands in the list below."),
            field("Project", project),
            when.element,
        ),
    );
}

/** The two questions. @param {Question} question */
export function questionForms(question) {
    return h("div", { class: "audit-questions" }, studyForm(question), personForm(question));
}
