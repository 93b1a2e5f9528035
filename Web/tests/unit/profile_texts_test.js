import { lines, placeWords, plainTexts } from "../../profile/texts.js";
import { assertEquals } from "./assert.js";

Deno.test("what a profile says about texts has no empty parts, so that two of them compare", () => {
    assertEquals(plainTexts({}), {});
    assertEquals(plainTexts({ words: { keep: [], replace: [] }, languages: [], surrogates: "none" }), {});
    assertEquals(plainTexts({ words: { keep: ["a"] }, languages: ["zh-Hant", "de"], surrogates: "kinds" }), {
        words: { keep: ["a"], replace: [] },
        languages: ["de", "zh-Hant"],
        surrogates: "kinds",
    });
    assertEquals(plainTexts({ words: { names: ["Bone"], places: [] } }), {
        words: { keep: [], replace: [], names: ["Bone"] },
    });
});

Deno.test("blank lines are no words, and places are counted as people count", () => {
    assertEquals(lines(" Dotarem \n\n  Haus Sonnenblick\n"), ["Dotarem", "Haus Sonnenblick"]);
    assertEquals(placeWords("words.keep[2]"), "Words that may stay, line 3");
    assertEquals(placeWords("words.replace"), "Words that always go");
    assertEquals(placeWords("words.names[0]"), "Names that are also words, line 1");
    assertEquals(placeWords("words.places"), "Places that are also words");
    assertEquals(placeWords("languages[0]"), "Languages");
});
