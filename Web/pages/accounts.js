import { fill, h } from "../core/dom.js";
import { api, isAbort, messageOf } from "../core/api.js";
import { loadSession, session } from "../core/session.js";
import { confirmDialog, openDialog } from "../ui/dialog.js";
import { field, form, select } from "../ui/form.js";
import { icon } from "../ui/icons.js";
import { failure, notice, toast } from "../ui/notice.js";
import { missingContent } from "./missing.js";
import { openOwnAccount } from "./own-account.js";

/** @import { PageContext } from "../core/router.js" */
/** @import { Account } from "../types.d.ts" */

/** The roles, in the words of the house. @type {[role: string, name: string, may: string][]} */
const roles = [
    ["physician", "Physician", "see studies, open the identity with a reason"],
    ["annotator", "Annotator", "see studies"],
    ["researcher", "Researcher", "see studies, export"],
    ["technologist", "Technologist", "upload"],
    ["custodian", "Custodian", "see studies, decide on held images, see who looked, open the identity"],
    ["auditor", "Auditor", "see who looked at what, nothing else"],
    ["recipient", "Recipient", "only what was shared with them"],
];

/** @param {string} role */
function roleName(role) {
    return roles.find(([code]) => code === role)?.[1] ?? role;
}

/** @param {PageContext} context */
export function render({ signal, setTitle }) {
    setTitle("Accounts");
    if (!session.value?.account.administrator) {
        return h("main", null, h("h1", { class: "visually-hidden" }, "Accounts"), missingContent());
    }
    const rows = h("tbody");
    const projectList = h("ul", { class: "project-list" });
    const place = h(
        "div",
        { class: "card scroll-x" },
        h(
            "table",
            { class: "table accounts" },
            h("caption", { class: "visually-hidden" }, "Accounts"),
            h(
                "thead",
                null,
                h("tr", null, ["Name", "Roles", "State"].map((name) => h("th", { scope: "col" }, name)), h("td")),
            ),
            rows,
        ),
    );
    /** @type {{ code: string, name: string }[]} */
    let projects = [];

    async function load() {
        try {
            const [people, known] = await Promise.all([api.get("accounts", signal), api.get("projects", signal)]);
            projects = known.projects;
            fill(rows, /** @type {Account[]} */ (people.accounts).map(accountRow));
            fill(
                projectList,
                projects.map(({ code, name }) => h("li", null, h("span", { class: "badge" }, code), ` ${name}`)),
                projects.length === 0
                    ? h(
                        "li",
                        { class: "muted" },
                        "There is none yet. Add the first one: studies always belong to a project.",
                    )
                    : null,
            );
        } catch (error) {
            if (!isAbort(error)) fill(place, failure(messageOf(error), load));
        }
    }

    /** @param {Account} account */
    function accountRow(account) {
        const memberships = account.memberships ?? [];
        const isSelf = account.name === session.value?.account.name;
        const button = (/** @type {string} */ name, /** @type {() => void} */ action) => {
            const element = h("button", { class: "button small", type: "button", disabled: account.disabled }, name);
            element.setAttribute("aria-label", `${name}: ${account.name}`);
            element.addEventListener("click", action);
            return element;
        };
        const disable = account.disabled
            ? button("Enable", () => enableAccount(account))
            : button("Disable", () => disableAccount(account));
        disable.disabled = isSelf;
        return h("tr", { class: account.disabled ? "off" : null }, [
            h("td", null, h("strong", null, account.name)),
            h(
                "td",
                null,
                h("div", { class: "badges" }, [
                    account.administrator ? h("span", { class: "badge accent" }, "Administrator") : null,
                    ...memberships.flatMap(({ project, roles }) =>
                        roles.map((role) => h("span", { class: "badge" }, `${project}: ${roleName(role)}`))
                    ),
                ]),
            ),
            h(
                "td",
                null,
                account.disabled
                    ? h("span", { class: "badge bad" }, "Disabled")
                    : h("span", { class: "badge good" }, "Active"),
            ),
            h(
                "td",
                null,
                h("div", { class: "actions end" }, [
                    button("Roles", () => editRoles(account)),
                    button("Password", () => isSelf ? openOwnAccount() : setPassword(account)),
                    disable,
                ]),
            ),
        ]);
    }

    function addAccount() {
        const name = h("input", {
            class: "input",
            required: true,
            autocomplete: "off",
            autocapitalize: "none",
            spellcheck: "false",
        });
        const password = h("input", {
            class: "input",
            type: "password",
            required: true,
            minlength: 12,
            autocomplete: "new-password",
        });
        const administrator = h("input", { type: "checkbox" });
        const dialog = openDialog(
            "Add an account",
            form({
                action: "Add",
                async submit() {
                    await api.post("accounts", {
                        name: name.value.trim(),
                        password: password.value,
                        administrator: administrator.checked,
                    });
                    dialog.close();
                    toast("The account is there. Give it roles in a project.");
                    await load();
                },
            }, [
                field("User name", name),
                field("Password", password, "At least 12 characters."),
                h("label", { class: "check" }, administrator, "Administrator: accounts and projects, no images"),
            ]),
        );
        name.focus();
    }

    function addProject() {
        const code = h("input", {
            class: "input",
            required: true,
            pattern: "[A-Z][A-Z0-9_\\-]{0,31}",
            autocapitalize: "characters",
            spellcheck: "false",
        });
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
                    await load();
                },
            }, [
                field("Short code", code, "Capitals and digits, such as LUNG2026. It can't be changed later."),
                field("Name", name),
            ]),
        );
        code.focus();
    }

    /** @param {Account} account */
    function editRoles(account) {
        if (projects.length === 0) {
            openDialog("Roles", notice("info", "Add a project first: roles are given for a project."));
            return;
        }
        const project = select(
            {},
            projects.map(({ code, name }) => /** @type {[string, string]} */ ([code, `${code}: ${name}`])),
            projects[0].code,
        );
        const boxes = roles.map(([role, name, may]) => {
            const input = h("input", { type: "checkbox", value: role });
            return {
                input,
                label: h(
                    "label",
                    { class: "check" },
                    input,
                    h("span", null, name, h("span", { class: "muted small" }, `: ${may}`)),
                ),
            };
        });
        const showRoles = () => {
            const held = account.memberships?.find((membership) => membership.project === project.value)?.roles ?? [];
            for (const { input } of boxes) input.checked = held.includes(input.value);
        };
        project.addEventListener("change", showRoles);
        showRoles();
        const dialog = openDialog(
            `Roles of ${account.name}`,
            form({
                action: "Save",
                async submit() {
                    const chosen = boxes.filter(({ input }) => input.checked).map(({ input }) => input.value);
                    const path = `projects/${encodeURIComponent(project.value)}/members/${
                        encodeURIComponent(account.name)
                    }`;
                    await api.put(path, { roles: chosen });
                    await loadSession();
                    dialog.close();
                    toast("Saved.");
                    await load();
                },
            }, [
                field("Project", project),
                h(
                    "fieldset",
                    { class: "field" },
                    h("legend", null, "Roles in this project"),
                    boxes.map(({ label }) => label),
                ),
            ]),
        );
    }

    /** @param {Account} account */
    function setPassword(account) {
        const password = h("input", {
            class: "input",
            type: "password",
            required: true,
            minlength: 12,
            autocomplete: "new-password",
        });
        const dialog = openDialog(
            `New password for ${account.name}`,
            form({
                action: "Set the password",
                async submit() {
                    await api.post(`accounts/${encodeURIComponent(account.name)}/password`, {
                        password: password.value,
                    });
                    dialog.close();
                    toast("The password is set.");
                },
            }, field("Password", password, "At least 12 characters. Tell it to the person by a safe way.")),
        );
        password.focus();
    }

    /** @param {Account} account */
    async function enableAccount(account) {
        try {
            await api.post(`accounts/${encodeURIComponent(account.name)}/enable`);
            toast("Enabled again.");
            await load();
        } catch (error) {
            toast(messageOf(error), "alert");
        }
    }

    /** @param {Account} account */
    async function disableAccount(account) {
        const sure = await confirmDialog({
            title: `Disable ${account.name}?`,
            text: "The account is signed out everywhere, and its tokens stop working. What it did stays on record.",
            action: "Disable",
            danger: true,
        });
        if (!sure) return;
        try {
            await api.post(`accounts/${encodeURIComponent(account.name)}/disable`);
            toast("Disabled.");
            await load();
        } catch (error) {
            toast(messageOf(error), "alert");
        }
    }

    const add = h("button", { class: "button primary", type: "button" }, icon("plus"), "Add an account");
    const project = h("button", { class: "button", type: "button" }, icon("plus"), "Add a project");
    add.addEventListener("click", addAccount);
    project.addEventListener("click", addProject);
    load();
    return h("main", { class: "narrow" }, [
        h("div", { class: "heading" }, h("h1", null, "Accounts"), h("div", { class: "end" }, project, add)),
        place,
        h("section", { class: "projects" }, h("h2", null, "Projects"), projectList),
    ]);
}
