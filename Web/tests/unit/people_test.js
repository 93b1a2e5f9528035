import {
    alternatives,
    dayOf,
    emailTrouble,
    fieldOfProblem,
    lastDayTrouble,
    nameTrouble,
    passwordTrouble,
} from "../../people/checks.js";
import { roleName, roles, rolesMay } from "../../people/roles.js";
import { followedPath } from "../../people/subscriptions.js";
import { safeReturnPath } from "../../core/router.js";
import { isOpenPage } from "../../core/places.js";
import { assert, assertEquals } from "./assert.js";

Deno.test("a user name that is not taken is told which rule it breaks", () => {
    for (const good of ["ada", "ada.lovelace", "Ada", " ada ", "a", "x_1+y-2"]) {
        assertEquals(nameTrouble(good), "", good);
    }
    assert(/@/.test(nameTrouble("ada@hospital.example")), "an address is no name");
    assert(/spaces/.test(nameTrouble("ada lovelace")), "no spaces");
    assert(/64/.test(nameTrouble("a".repeat(65))), "not longer than 64");
    for (const bad of ["", ".ada", "adä", "<b>", "a/b"]) assert(nameTrouble(bad) !== "", bad);
});

Deno.test("a password is long, varied, and not the name", () => {
    assertEquals(passwordTrouble("correct horse battery staple", "ada"), "");
    assert(/12 characters; these are 5/.test(passwordTrouble("short")), "says how many there are");
    assert(/different/.test(passwordTrouble("aaaaaaaaaaaaaaaa")), "not one character");
    assert(/user name/.test(passwordTrouble("my Lovelace password", " lovelace ")), "not the name in any case");
    assertEquals(passwordTrouble("ada and her password", "ada"), "", "a short name may be in it");
    assertEquals(passwordTrouble("ÄÖÜäöüßé 12", ""), passwordTrouble("ÄÖÜäöüßé 12".normalize("NFD"), ""));
});

Deno.test("an address is complete, and of a domain that is taken", () => {
    for (const good of ["ada@hospital.example", " a.b+c@x.y.example ", "o'neil@hospital.example"]) {
        assertEquals(emailTrouble(good), "", good);
    }
    const bad = ["", "ada", "ada@", "@x.example", "ada@hospital", "a b@x.example", "a@x.example\nBcc: b@y.example"];
    for (const one of [...bad, "<a@x.example>", "a@b@c.example,d@e.example"]) assert(emailTrouble(one) !== "", one);
    assertEquals(emailTrouble("ada@Hospital.example", ["hospital.example"]), "");
    assert(
        /x\.example or y\.example/.test(emailTrouble("a@z.example", ["x.example", "y.example"])),
        "names the domains",
    );
    assert(emailTrouble("a@evil.x.example", ["x.example"]) !== "", "a domain below it is another one");
});

Deno.test("words are put side by side as one says them", () => {
    assertEquals([[], ["a"], ["a", "b"], ["a", "b", "c"]].map(alternatives), ["", "a", "a or b", "a, b or c"]);
});

Deno.test("an answer of the server goes beside the field it is about", () => {
    const problem = (/** @type {number} */ status, /** @type {string} */ code, /** @type {string} */ message) =>
        fieldOfProblem({ status, code, message });
    assertEquals(problem(409, "name-taken", "Another name."), "name");
    assertEquals(problem(400, "invalid", "A password does not contain the account's name."), "password");
    assertEquals(problem(400, "invalid", "Addresses of these domains are taken here: x.example."), "email");
    assertEquals(problem(400, "invalid", "An account's name has 1 to 64 letters."), "name");
    assertEquals(problem(429, "too-many", "Too many requests for this address."), null);
    assertEquals(problem(400, "invalid", "The body is not JSON."), null);
});

Deno.test("the last day of a role is not over", () => {
    const noon = new Date(2026, 10, 21, 12);
    assertEquals(dayOf(noon), "2026-11-21");
    assertEquals(dayOf(new Date(2026, 0, 5)), "2026-01-05");
    assertEquals(lastDayTrouble("", noon), "");
    assertEquals(lastDayTrouble("2026-11-21", noon), "");
    assert(lastDayTrouble("2026-11-20", noon) !== "", "yesterday is over");
    assert(lastDayTrouble("21.11.2026", noon) !== "", "another way of writing");
});

Deno.test("every role has a name and says what it may", () => {
    assertEquals(roleName("custodian"), "Custodian");
    assertEquals(roleName("something new"), "something new");
    assertEquals(rolesMay([]), "");
    assertEquals(rolesMay(["technologist"]), "Upload images.");
    assert(rolesMay(["annotator", "researcher"]).includes("; "), "two roles, one sentence");
    assertEquals(roles.filter(({ asked }) => !asked).map(({ role }) => role), ["recipient"]);
});

Deno.test("what one follows leads to its list, and to nothing else", () => {
    const common = { id: 1, name: "x", every: /** @type {const} */ ("day"), createdAt: "" };
    assertEquals(followedPath({ ...common, kind: "project", project: "CHEST" }), "/studies?project=CHEST");
    assertEquals(
        followedPath({ ...common, kind: "filter", filter: { modality: "CT", next: "//evil.example", sex: "<b>" } }),
        "/studies?modality=CT",
    );
});

Deno.test("pages without the bar are those for whoever is not signed in, and no way back leads to them", () => {
    for (const path of ["/signin", "/signup", "/verify", "/forgot", "/reset", "/unsubscribe/abc"]) {
        assert(isOpenPage(path), path);
        assertEquals(safeReturnPath(path, "/"), "/", path);
    }
    for (const path of ["/", "/account", "/accounts", "/start", "/unsubscribe"]) assert(!isOpenPage(path), path);
    assertEquals(safeReturnPath("/start", "/"), "/start");
});
