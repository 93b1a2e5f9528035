import { permitted, session } from "./session.js";

/** Each of them comes with `view`: who saves labels, takes them along in an export, or keeps their list. */
const labelPermissions = ["annotate", "export", "labels.curate"];

/** The places in the bar, with what one needs to see them. */
const places = [
    { path: "/studies", name: "Studies", visible: () => permitted("browse") },
    { path: "/upload", name: "Upload", visible: () => permitted("upload") },
    { path: "/held", name: "Held", visible: () => permitted("review") },
    {
        path: "/labels",
        name: "Labels",
        visible: () => labelPermissions.some((permission) => permitted(permission)),
    },
    { path: "/exports", name: "Exports", visible: () => permitted("export") },
    { path: "/accounts", name: "Accounts", visible: () => session.value?.account.administrator ?? false },
];

/** The places this person may go to. */
export function visiblePlaces() {
    return places.filter((place) => place.visible());
}

/** The first of them: where one is after signing in. */
export function home() {
    return visiblePlaces()[0]?.path ?? "/studies";
}
