import { fill, h } from "./core/dom.js";
import { messageOf, signedOut } from "./core/api.js";
import { loadSession, session } from "./core/session.js";
import { home, isOpenPage } from "./core/places.js";
import { Router, safeReturnPath } from "./core/router.js";
import { bar, showBar } from "./ui/bar.js";
import { failure } from "./ui/notice.js";
import { waiting } from "./people/waiting.js";
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
    { pattern: "/held/approvals", load: () => import("./pages/held-approvals.js") },
    { pattern: "/labels", load: () => import("./pages/labels.js") },
    { pattern: "/labels/:id", load: () => import("./pages/label-set.js") },
    { pattern: "/exports", load: () => import("./pages/exports.js") },
    { pattern: "/archive", load: () => import("./pages/archive.js") },
    { pattern: "/erased", load: () => import("./pages/erased.js") },
    { pattern: "/erased/:id", load: () => import("./pages/erased.js") },
    { pattern: "/audit", load: () => import("./pages/audit.js") },
    { pattern: "/accounts", load: () => import("./pages/accounts.js") },
    { pattern: "/projects", load: () => import("./pages/projects.js") },
    { pattern: "/projects/:code", load: () => import("./pages/project.js") },
    { pattern: "/account", load: () => import("./pages/account.js") },
    { pattern: "/help", load: () => import("./pages/help.js") },
    { pattern: "/start", load: () => import("./pages/start.js") },
    { pattern: "/signup", load: () => import("./pages/signup.js") },
    { pattern: "/verify", load: () => import("./pages/verify.js") },
    { pattern: "/forgot", load: () => import("./pages/forgot.js") },
    { pattern: "/reset", load: () => import("./pages/reset.js") },
    { pattern: "/unsubscribe/:token", load: () => import("./pages/unsubscribe.js") },
];

const outlet = h("div", { id: "outlet" });
const app = document.getElementById("app") ?? document.body;

/** Nobody sees a page that is not meant for them: first it is known who is there. */
async function admit() {
    if (isOpenPage(location.pathname)) return null;
    try {
        if (!session.value) await loadSession();
    } catch (error) {
        return h("main", null, failure(messageOf(error), () => location.reload()));
    }
    if (!session.value) {
        const wanted = safeReturnPath(location.pathname + location.search, "/");
        history.replaceState(null, "", wanted === "/" ? "/signin" : `/signin?next=${encodeURIComponent(wanted)}`);
    } else if (location.pathname === "/") {
        history.replaceState(null, "", home());
    }
    return null;
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
}, admit);

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
    session.watch(showBar);
    waiting.watch(showBar);
    watchDrops(go);
    await router.start();
}

start();
