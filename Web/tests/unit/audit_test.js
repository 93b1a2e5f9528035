import { auditPath, queryOf, questionFrom, questionInWords, shortStudy, studyIn } from "../../audit/question.js";
import { assertEquals } from "./assert.js";

Deno.test("a study is found in what was pasted", () => {
    assertEquals(studyIn("  1.2.840.1 "), "1.2.840.1");
    assertEquals(studyIn("https://tarn.example/studies/2.25.7?series=1.2"), "2.25.7");
    assertEquals(studyIn("erased-12"), "erased-12");
    for (const text of ["", "anna", "1", "1..2", "https://tarn.example/labels/1.2", "1.2 or 1.3"]) {
        assertEquals(studyIn(text), null, text);
    }
});

Deno.test("the question survives its address, and nonsense does not", () => {
    const question = { study: "1.2", project: "CHEST", from: "2026-01-01", to: "2026-12-31" };
    assertEquals(questionFrom(new URLSearchParams(queryOf(question))), question);
    assertEquals(questionFrom(new URLSearchParams("from=yesterday&account=%20&x=1")), {});
    assertEquals(questionFrom(new URLSearchParams({ account: "a".repeat(201) })), {});
    assertEquals(auditPath({}), "/audit");
    assertEquals(queryOf({ account: "a&b" }, { cursor: null, limit: 5 }), "account=a%26b&limit=5");
});

Deno.test("the question in words", () => {
    assertEquals(questionInWords({}), "What happened last");
    assertEquals(questionInWords({ account: "anna", project: "CHEST" }), "What anna did in CHEST");
    assertEquals(questionInWords({ study: "1.2" }), "Who did what with study 1.2");
    assertEquals(shortStudy("erased-12"), "erased study 12");
});
