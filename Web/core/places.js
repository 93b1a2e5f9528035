import { waiting } from "../people/waiting.js";
import { permitted, session } from "./session.js";

/** Each of them comes with `view`: who saves labels, takes them along in an export, or keeps their list. */
const labelPermissions = ["annotate", "export", "labels.curate"];

const isAdministrator = () => session.value?.account.administrator ?? false;

/**
 * A place in the bar: what it says beside its name is how much there is to be decided, and `also` are pages that belong
 * to it.
 * @typedef {{
 *     path: string,
 *     name: string,
 *     visible: () => boolean,
 *     waiting?: () => { count: number, what: string },
 *     also?: string[],
 * }} Place
 */

/** The places in the bar, with what one needs to see them. @type {Place[]} */
const places = [
    { path: "/studies", name: "Studies", visible: () => permitted("browse") },
    { path: "/upload", name: "Upload", visible: () => permitted("upload"), also: ["/uploads"] },
    { path: "/held", name: "Held", visible: () => permitted("review"), also: ["/quarantine"] },
    {
        path: "/labels",
        name: "Labels",
        visible: () => labelPermissions.some((permission) => permitted(permission)),
    },
    { path: "/exports", name: "Exports", visible: () => permitted("export") },
    { path: "/originals", name: "Originals", visible: () => permitted("identity.read") },
    { path: "/patients", name: "Patients", visible: () => permitted("subjects.merge") },
    { path: "/archive", name: "Archive", visible: () => permitted("archive"), also: ["/erased"] },
    { path: "/audit", name: "Audit", visible: () => permitted("access.history") },
    {
        path: "/accounts",
        name: "Accounts",
        visible: isAdministrator,
        waiting: () => {
            const count = waiting.value?.length ?? 0;
            return { count, what: `${count} open ${count === 1 ? "request" : "requests"} for a role` };
        },
    },
    { path: "/projects", name: "Projects", visible: () => isAdministrator() || permitted("labels.curate") },
];

/** Pages for whoever is not signed in; each stands alone, without the bar. */
const openPages = ["/signin", "/welcome", "/signup", "/verify", "/forgot", "/reset"];

/** @param {string} path */
export function isOpenPage(path) {
    return openPages.includes(path) || path.startsWith("/unsubscribe/");
}

/** Where somebody begins who has no place yet: there one asks for a role. @type {Place} */
const start = { path: "/start", name: "Start", visible: () => true };

/** The places this person may go to. */
export function visiblePlaces() {
    const visible = places.filter((place) => place.visible());
    return visible.length > 0 ? visible : [start];
}

/** The first of them: where one is after signing in. */
export function home() {
    return visiblePlaces()[0]?.path ?? "/start";
}
