import { fill, h } from "./core/dom.js";
import { messageOf, signedOut } from "./core/api.js";
import { loadSession, session, signOut } from "./core/session.js";
import { home, visiblePlaces } from "./core/places.js";
import { Router, safeReturnPath } from "./core/router.js";
import { icon } from "./ui/icons.js";
import { failure } from "./ui/notice.js";
import { watchDrops } from "./upload/drop.js";

/** @import { Route } from "./core/router.js" */

const missing = () => import("./pages/missing.js");

/** @type {Route[]} */
const routes = [
    { pattern: "/signin", load: () => import("./pages/signin.js") },
    { pattern: "/welcome", load: () => import("./pages/welcome.js") },
    { pattern: "/studies", load: () => import("./pages/studies.js") },
    { pattern: "/studies/:uid", load: () => import("./pages/study.js") },
    { pattern: "/upload", load: () => import("./pages/upload.js") },
    { pattern: "/held", load: () => import("./pages/held.js") },
    { pattern: "/labels", load: () => import("./pages/labels.js") },
    { pattern: "/labels/:id", load: () => import("./pages/label-set.js") },
    { pattern: "/exports", load: () => import("./pages/exports.js") },
    { pattern: "/accounts", load: () => import("./pages/accounts.js") },
];

const openPages = ["/signin", "/welcome"];

const outlet = h("div", { id: "outlet" });
const bar = h("header", { class: "bar" });
const app = document.getElementById("app") ?? document.body;

function showBar() {
    const current = session.value;
    bar.hidden = current === null || openPages.includes(location.pathname);
    if (!current) return;
    const mine = h(
        "button",
        { class: "button quiet small", type: "button", "aria-label": `Your account: ${current.account.name}` },
        icon("person"),
        h("span", { class: "name" }, current.account.name),
    );
    mine.addEventListener("click", async () => (await import("./pages/own-account.js")).openOwnAccount());
    const leave = h(
        "button",
        { class: "button quiet small", type: "button", "aria-label": "Sign out", title: "Sign out" },
        icon("signOut"),
    );
    leave.addEventListener("click", async () => {
        await signOut().catch(() => {});
        location.assign("/signin");
    });
    fill(
        bar,
        h("a", { class: "brand", href: home(), "aria-label": "Tarn, start page" }, [
            h("img", { src: "/web/icon.svg", alt: "" }),
            h("span", null, "Tarn"),
        ]),
        h(
            "nav",
            { "aria-label": "Main" },
            visiblePlaces().map((place) =>
                h("a", {
                    href: place.path,
                    "aria-current": location.pathname.startsWith(place.path) ? "page" : null,
                }, place.name)
            ),
        ),
        h("div", { class: "who" }, mine, leave),
    );
    bar.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

const router = new Router(routes, missing, (element) => {
    fill(outlet, element);
    showBar();
    const heading = element.querySelector("h1");
    if (heading && !element.contains(document.activeElement)) {
        heading.tabIndex = -1;
        heading.focus({ preventScroll: true });
    }
    scrollTo(0, 0);
});

/**
 * Goes to another page of the app.
 * @param {string} path
 */
function go(path) {
    return router.go(path);
}

async function start() {
    fill(
        app,
        h("a", { class: "skip", href: "#outlet" }, "Skip to the content"),
        bar,
        outlet,
    );
    addEventListener("tarn:go", (event) => {
        if (event instanceof CustomEvent) go(String(event.detail));
    });
    signedOut.addEventListener("signedout", () => {
        if (session.value === null) return;
        session.value = null;
        go(`/signin?next=${encodeURIComponent(location.pathname + location.search)}`);
    });
    const open = openPages.includes(location.pathname);
    try {
        if (!open) await loadSession();
    } catch (error) {
        fill(outlet, h("main", null, failure(messageOf(error), () => location.reload())));
        return;
    }
    if (!session.value && !open) {
        const wanted = safeReturnPath(location.pathname + location.search, "/");
        history.replaceState(
            null,
            "",
            wanted === "/" ? "/signin" : `/signin?next=${encodeURIComponent(wanted)}`,
        );
    } else if (location.pathname === "/") {
        history.replaceState(null, "", home());
    }
    watchDrops(go);
    await router.start();
}

start();
