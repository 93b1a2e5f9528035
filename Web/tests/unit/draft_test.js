import { Drafts } from "../../reports/draft.js";
import { assert, assertEquals } from "./assert.js";

/** @param {string} text */
const draft = (text) => ({ text, status: /** @type {const} */ ("preliminary"), tag: "", version: 0, savedAt: 1 });

Deno.test("a draft is found again by its author, on its study and report only", () => {
    sessionStorage.clear();
    const drafts = new Drafts("ada", "1.2");
    assert(drafts.keep(null, draft("new")) && drafts.keep("7", draft("changed")), "kept");
    assertEquals([drafts.load(null)?.text, drafts.load("7")?.text, drafts.load("8")], ["new", "changed", null]);
    assertEquals(new Drafts("ada", "1.3").load(null), null);
    assertEquals(new Drafts("bob", "1.2").load(null), null);
    drafts.drop("7");
    assertEquals([drafts.load(null)?.text, drafts.load("7")], ["new", null]);
});

Deno.test("whoever comes next leaves nothing of the one before, and loses nothing of their own", () => {
    sessionStorage.clear();
    sessionStorage.setItem("tarn.list", "/studies");
    new Drafts("ada", "1.2").keep(null, draft("secret"));
    const mine = new Drafts("ad", "1.2");
    mine.keep(null, draft("mine"));
    mine.dropOthers();
    assertEquals(Object.keys(sessionStorage).sort(), ["tarn.draft.ad/1.2/new", "tarn.list"]);
});

Deno.test("what is no draft is none", () => {
    sessionStorage.clear();
    const drafts = new Drafts("ada", "1.2");
    for (const nonsense of ["{", "null", "[]", '{"text":1}']) {
        sessionStorage.setItem("tarn.draft.ada/1.2/new", nonsense);
        assertEquals(drafts.load(null), null, nonsense);
    }
});
