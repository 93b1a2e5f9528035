import { followed, suggestedName } from "../../subscriptions/follow.js";
import { describeFilter, filterFromQuery, queryOfFilter } from "../../core/filters.js";
import { assertEquals } from "./assert.js";

Deno.test("a list of one project is the project, any other list is its filter", () => {
    assertEquals(followed({ project: "CHEST" }), { kind: "project", project: "CHEST" });
    assertEquals(followed({ project: "CHEST", sort: "added" }), { kind: "project", project: "CHEST" });
    assertEquals(followed({ project: "CHEST", modality: "CT", sort: "added" }), {
        kind: "filter",
        filter: { project: "CHEST", modality: "CT" },
    });
    assertEquals(followed({}), { kind: "filter", filter: {} });
});

Deno.test("what is followed has a name to begin with", () => {
    const projects = [{ code: "CHEST", name: "Chest imaging" }, { code: "N", name: "" }];
    assertEquals(suggestedName({ project: "CHEST" }, projects), "Chest imaging");
    assertEquals(suggestedName({ project: "N", label: "Finding" }, projects), "N, label: Finding");
    assertEquals(suggestedName({}, projects), "All my studies");
    assertEquals(suggestedName({ description: "x".repeat(200) }, projects).length, 100);
});

Deno.test("words of a report and a label stand in the address like the other filters", () => {
    const filter = { report: '"rib fracture" -old', label: "Nodule, solid & <b>" };
    assertEquals(filterFromQuery(new URLSearchParams(queryOfFilter(filter))), filter);
    assertEquals(describeFilter(filter).map(({ key }) => key), ["report", "label"]);
});
