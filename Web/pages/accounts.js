import { fill, h } from "../core/dom.js";
import { api, isAbort, messageOf } from "../core/api.js";
import { session } from "../core/session.js";
import { go } from "../core/go.js";
import { openDialog } from "../ui/dialog.js";
import { icon } from "../ui/icons.js";
import { failure, notice } from "../ui/notice.js";
import { addAccount, setDisabled, setPassword } from "../people/account-dialogs.js";
import { editMembership } from "../people/membership.js";
import { waitingRequests } from "../people/requests.js";
import { roleName } from "../people/roles.js";
import { missingContent } from "./missing.js";

/** @import { PageContext } from "../core/router.js" */
/** @import { Account } from "../types.d.ts" */

/** From how many people on a field helps to find one. */
const manyPeople = 8;

/** @param {Account} account */
function roleBadges({ administrator, memberships }) {
    return h("div", { class: "badges" }, [
        administrator ? h("span", { class: "badge accent" }, "Administrator") : null,
        ...(memberships ?? []).flatMap(({ project, roles }) =>
            roles.map((role) => h("span", { class: "badge" }, `${project}: ${roleName(role)}`))
        ),
    ]);
}

/** @param {Account} account */
function stateBadge({ disabled }) {
    return disabled ? h("span", { class: "badge bad" }, "Disabled") : h("span", { class: "badge good" }, "Active");
}

/** @param {PageContext} context */
export function render({ signal, setTitle }) {
    setTitle("Accounts");
    if (!session.value?.account.administrator) {
        return h("main", null, h("h1", { class: "visually-hidden" }, "Accounts"), missingContent());
    }
    const rows = h("tbody");
    const place = h("div", { class: "card scroll-x" }, peopleTable(rows));
    const none = h("div");
    const search = h("input", {
        class: "input",
        type: "search",
        placeholder: "Find a person",
        "aria-label": "Find a person",
    });
    search.hidden = true;
    /** @type {{ code: string, name: string }[]} */
    let projects = [];
    /** @type {Account[]} */
    let people = [];

    async function load() {
        try {
            const [known, all] = await Promise.all([api.get("accounts", signal), api.get("projects", signal)]);
            projects = all.projects;
            people = known.accounts;
            search.hidden = people.length < manyPeople;
            fill(none, projects.length === 0 ? noProject() : null);
            show();
        } catch (error) {
            if (!isAbort(error)) fill(place, failure(messageOf(error), () => go("/accounts")));
        }
    }

    function show() {
        const wanted = search.value.trim().toLowerCase();
        fill(
            rows,
            people.filter(({ name, email }) => `${name} ${email ?? ""}`.toLowerCase().includes(wanted)).map(accountRow),
        );
    }

    /** @param {Account} account */
    function accountRow(account) {
        const { name, email, disabled } = account;
        const isSelf = name === session.value?.account.name;
        const button = (/** @type {string} */ words, /** @type {() => void} */ action, isOff = disabled) => {
            const element = h("button", { class: "button small", type: "button", disabled: isOff }, words);
            element.setAttribute("aria-label", `${words}: ${name}`);
            element.addEventListener("click", action);
            return element;
        };
        return h("tr", { class: disabled ? "off" : null }, [
            h("td", null, h("strong", null, name), email ? h("span", { class: "muted small address" }, email) : null),
            h("td", null, roleBadges(account)),
            h("td", null, stateBadge(account)),
            h("td", null, [
                h("div", { class: "actions end" }, [
                    button("Roles", () => editRoles(name)),
                    button("Password", () => isSelf ? go("/account") : setPassword(name)),
                    button(
                        disabled ? "Enable" : "Disable",
                        () => setDisabled(name, !disabled, load),
                        isSelf,
                    ),
                ]),
            ]),
        ]);
    }

    /** @param {string} name */
    function editRoles(name) {
        if (projects.length === 0) openDialog("Roles", noProject());
        else editMembership({ title: `Roles of ${name}`, projects, accounts: [name], changed: load });
    }

    search.addEventListener("input", show);
    const add = h("button", { class: "button primary", type: "button" }, icon("plus"), "Add an account");
    add.addEventListener("click", () => addAccount(load));
    load();
    return h("main", { class: "narrow people" }, [
        h("div", { class: "heading" }, [
            h("h1", null, "Accounts"),
            h("div", { class: "end" }, search, add),
            h("p", null, "Who may sign in, and what they are in each project."),
        ]),
        h("div", { class: "stack" }, waitingRequests({ signal, changed: load }), none, place),
    ]);
}

/** @param {HTMLElement} rows */
function peopleTable(rows) {
    return h("table", { class: "table accounts" }, [
        h("caption", { class: "visually-hidden" }, "Accounts"),
        h(
            "thead",
            null,
            h("tr", null, ["Name", "Roles", "State"].map((name) => h("th", { scope: "col" }, name)), h("td")),
        ),
        rows,
    ]);
}

function noProject() {
    return notice(
        "info",
        "Roles are given for a project, and there is none yet. ",
        h("a", { href: "/projects" }, "Add the first one"),
    );
}
