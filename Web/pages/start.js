import { fill, h } from "../core/dom.js";
import { api, isAbort, messageOf } from "../core/api.js";
import { loadSession, session } from "../core/session.js";
import { home } from "../core/places.js";
import { failure, notice } from "../ui/notice.js";
import { askRole, ownRequests } from "../people/ask-role.js";
import { roleName } from "../people/roles.js";

/** @import { PageContext } from "../core/router.js" */
/** @import { RoleRequest } from "../people/people.d.ts" */

/** How often one looks whether somebody has decided, while a request waits. */
const lookEverySeconds = 20;

/**
 * The way from an account to the first study, as steps.
 * @param {number} current from 0
 */
function steps(current) {
    const names = [
        "Your account is ready",
        "Ask for a role in a project",
        "An administrator decides",
        "Your studies are here",
    ];
    return h(
        "ol",
        { class: "steps" },
        names.map((name, index) =>
            h(
                "li",
                { "aria-current": index === current ? "step" : null, class: index < current ? "done" : null },
                h("span", { class: "visually-hidden" }, index < current ? "Done: " : ""),
                name,
            )
        ),
    );
}

/** What is next, for requests in these states. @param {RoleRequest[]} requests */
function comesNext(requests) {
    if (!requests.some(({ state }) => state === "open")) return null;
    const mail = session.value?.account.email ? `You get a mail at ${session.value.account.email}.` : "";
    return notice(
        "info",
        `An administrator looks at your request. ${mail} This page notices by itself when it is decided.`,
    );
}

/**
 * The first page of somebody who has no role that opens anything: what is missing, and how to get it.
 * @param {PageContext} context
 */
export function render({ signal, setTitle }) {
    setTitle("Start");
    const way = h("div");
    const place = h("div", { class: "stack" });
    const requestPlace = h("div", { class: "stack" });

    const ask = askRole({ changed: () => load(), signal });
    let shown = "";

    async function load() {
        try {
            /** @type {{ requests: RoleRequest[] }} */
            const { requests } = await api.get("role-requests", signal);
            if (requests.some(({ state }) => state === "approved")) await loadSession();
            const state = JSON.stringify(requests);
            if (signal.aborted || state === shown) return;
            shown = state;
            show(requests);
        } catch (error) {
            if (!isAbort(error)) fill(requestPlace, failure(messageOf(error), load));
        }
    }

    const withdrawn = () => Promise.all([load(), ask.load()]);

    /** @param {RoleRequest[]} requests */
    function show(requests) {
        const isIn = home() !== "/start";
        fill(way, steps(isIn ? 3 : requests.some(({ state }) => state === "open") ? 2 : 1));
        const told = requests.filter(({ state }) => state !== "withdrawn");
        fill(
            requestPlace,
            isIn ? welcomeIn() : comesNext(requests),
            told.length > 0
                ? h("section", { class: "card section" }, h("h2", null, "Your requests"), ownRequests(told, withdrawn))
                : null,
        );
    }

    fill(
        place,
        requestPlace,
        h("section", { class: "card section" }, [
            h("h2", null, "Ask for a role"),
            h("p", { class: "muted" }, "Images are kept in projects. A role says what you may do in one of them."),
            ask.element,
        ]),
    );
    load();
    addEventListener("focus", load, { signal });
    const timer = setInterval(() => document.visibilityState === "visible" && load(), lookEverySeconds * 1000);
    signal.addEventListener("abort", () => clearInterval(timer));
    return h("main", { class: "narrow people" }, [
        h("div", { class: "heading" }, [
            h("h1", null, `Welcome, ${session.value?.account.name ?? ""}`),
            h("p", null, `${present()}To see or bring in images you need a role in a project. Ask for one here.`),
        ]),
        way,
        place,
    ]);
}

/** What one is already, where that opens nothing to go to. */
function present() {
    const held = (session.value?.projects ?? []).flatMap(({ code, roles }) =>
        roles.map((role) => `${roleName(role)} in ${code}`)
    );
    return held.length > 0 ? `You are ${held.join(", ")}; that opens no place of its own here. ` : "";
}

function welcomeIn() {
    return notice("good", "You are in. ", h("a", { href: home() }, "Go to your project"));
}
