/** The bar at the top of every page that belongs to somebody: where one may go, and who one is. */

import { fill, h } from "../core/dom.js";
import { home, isOpenPage, visiblePlaces } from "../core/places.js";
import { session, signOut } from "../core/session.js";
import { refreshWaiting } from "../people/waiting.js";
import { icon } from "./icons.js";

export const bar = h("header", { class: "bar" });

/** @param {string} path */
function isHere(path) {
    return location.pathname === path || location.pathname.startsWith(`${path}/`);
}

/** @param {ReturnType<typeof visiblePlaces>[number]} place */
function placeLink({ path, name, waiting, also = [] }) {
    const { count = 0, what = "" } = waiting?.() ?? {};
    return h("a", { href: path, "aria-current": [path, ...also].some(isHere) ? "page" : null }, [
        name,
        count > 0
            ? h("span", { class: "waiting", title: what }, [
                h("span", { "aria-hidden": "true" }, count > 99 ? "99+" : count),
                h("span", { class: "visually-hidden" }, `, ${what}`),
            ])
            : null,
    ]);
}

function signOutButton() {
    const leave = h(
        "button",
        { class: "button quiet small", type: "button", "aria-label": "Sign out", title: "Sign out" },
        icon("signOut"),
    );
    leave.addEventListener("click", async () => {
        await signOut().catch(() => {});
        location.assign("/signin");
    });
    return leave;
}

/** Draws the bar for whoever is signed in and wherever they are. */
export function showBar() {
    const current = session.value;
    bar.hidden = current === null || isOpenPage(location.pathname);
    if (!current) return;
    refreshWaiting();
    const { name } = current.account;
    fill(
        bar,
        h("a", { class: "brand", href: home(), "aria-label": "Tarn, start page" }, [
            h("img", { src: "/web/icon.svg", alt: "" }),
            h("span", null, "Tarn"),
        ]),
        h("nav", { "aria-label": "Main" }, visiblePlaces().map(placeLink)),
        h("div", { class: "who" }, [
            h("a", {
                class: "button quiet small",
                href: "/help",
                "aria-label": "Help",
                title: "Help",
                "aria-current": isHere("/help") ? "page" : null,
            }, icon("help")),
            h("a", {
                class: "button quiet small",
                href: "/account",
                "aria-label": `Your account: ${name}`,
                "aria-current": isHere("/account") ? "page" : null,
            }, [icon("person"), h("span", { class: "name" }, name)]),
            signOutButton(),
        ]),
    );
    bar.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
}
