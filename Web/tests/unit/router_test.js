import { matchPath, safeReturnPath } from "../../core/router.js";
import { describeFilter, filterFromQuery, queryOfFilter, studiesPath } from "../../core/filters.js";
import { plainWords, sentence } from "../../core/api.js";
import { formatBytes, formatPerson, plural } from "../../core/format.js";
import { assert, assertEquals } from "./assert.js";

Deno.test("a pattern takes its parameters out of the path", () => {
    assertEquals(matchPath("/studies/:uid", "/studies/2.25.1"), { uid: "2.25.1" });
    assertEquals(matchPath("/studies/:uid", "/studies/a%2Fb"), { uid: "a/b" });
    assertEquals(matchPath("/studies", "/studies/"), {});
});

Deno.test("a path that does not fit, or is broken, matches nothing", () => {
    assertEquals(matchPath("/studies/:uid", "/studies"), null);
    assertEquals(matchPath("/studies/:uid", "/studies/1/2"), null);
    assertEquals(matchPath("/studies/:uid", "/studies/%E0%A4%A"), null);
    assertEquals(matchPath("/held", "/Held"), null);
});

Deno.test("after signing in one never lands on another site", () => {
    for (
        const bad of [
            "//evil.example",
            "https://evil.example",
            "/\\evil.example",
            "\\\\evil",
            "javascript:alert(1)",
            "",
        ]
    ) {
        assertEquals(safeReturnPath(bad, "/studies"), "/studies", bad);
    }
    assertEquals(safeReturnPath(null, "/studies"), "/studies");
    assertEquals(safeReturnPath("/signin?next=/signin", "/studies"), "/studies");
    assertEquals(safeReturnPath("/studies/2.25.1?x=1", "/"), "/studies/2.25.1?x=1");
});

Deno.test("a filter survives the way through the URL", () => {
    const filter = {
        project: "CHEST",
        modality: "CT",
        from: "2020-01-31",
        ageFrom: "40",
        sex: "F",
        description: "a & b = ü",
    };
    assertEquals(filterFromQuery(new URLSearchParams(queryOfFilter(filter))), filter);
});

Deno.test("nonsense in the URL is left out", () => {
    const query = new URLSearchParams(
        "from=yesterday&ageTo=-1&sex=X&modality=ct%27&cursor=9&evil=1&subject=%20&project=P",
    );
    assertEquals(filterFromQuery(query), { project: "P" });
    assertEquals(filterFromQuery(new URLSearchParams(`description=${"x".repeat(5000)}`)), {});
});

Deno.test("an empty filter is the plain address", () => {
    assertEquals(studiesPath({}), "/studies");
    assertEquals(queryOfFilter({}, { cursor: null, limit: 50 }), "limit=50");
});

Deno.test("filters are said in words", () => {
    assertEquals(describeFilter({ modality: "CT", sort: "date" }), [{ key: "modality", text: "modality: CT" }]);
});

Deno.test("every failure has words", () => {
    for (const status of [0, 400, 401, 403, 404, 409, 413, 429, 500, 503, 507]) {
        assert(plainWords({ status }).endsWith("."), `words for ${status}`);
    }
    assertEquals(plainWords({ status: 400, detail: "The age is not a number." }), "The age is not a number.");
    assertEquals(sentence("a password has at least 12 characters"), "A password has at least 12 characters.");
    assertEquals(sentence(""), "");
});

Deno.test("numbers read like language", () => {
    assertEquals(formatBytes(999), "999 bytes");
    assertEquals(formatBytes(1_250_000), "1.3 MB");
    assertEquals(formatBytes(999_700), "1.0 MB");
    assertEquals([plural(1, "study", "studies"), plural(2, "study", "studies")], ["1 study", "2 studies"]);
    assertEquals([formatPerson(54.9, "F"), formatPerson(null, null)], ["54 y, female", ""]);
});
