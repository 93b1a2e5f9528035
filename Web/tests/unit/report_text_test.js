import { changeCount, compareTexts } from "../../reports/diff.js";
import { byteCount, checkedPieces, placedPieces, scrubbedPieces } from "../../reports/text.js";
import { nextStatuses, statusWords } from "../../reports/status.js";
import { assert, assertEquals } from "./assert.js";

/** @param {string} before @param {string} after */
function short(before, after) {
    const signs = { same: "=", added: "+", removed: "-" };
    return compareTexts(before, after).map(({ kind, text }) => signs[kind] + text);
}

/** The parts put together again are the two texts, whatever they are. @param {string} before @param {string} after */
function holds(before, after) {
    const parts = compareTexts(before, after);
    const join = (/** @type {string} */ without) =>
        parts.filter(({ kind }) => kind !== without).map(({ text }) => text).join("");
    assert(join("added") === before, `before is whole: ${before.slice(0, 60)}`);
    assert(join("removed") === after, `after is whole: ${after.slice(0, 60)}`);
    assert(parts.every(({ text }) => text !== ""), "no part is empty");
    assert(parts.every(({ kind }, index) => kind !== parts[index - 1]?.kind), "neighbours differ in kind");
}

Deno.test("texts are compared word by word", () => {
    assertEquals(short("A nodule of 6 mm.", "A nodule of 8 mm."), ["=A nodule of ", "-6", "+8", "= mm."]);
    assertEquals(short("Lungs clear.", "Lungs are clear."), ["=Lungs ", "+are ", "=clear."]);
    assertEquals(short("same", "same"), ["=same"]);
    assertEquals(short("", "new"), ["+new"]);
    assertEquals(short("old", ""), ["-old"]);
    assertEquals(short("", ""), []);
    assertEquals(changeCount(compareTexts("a b c", "x b c d")), 2);
    assertEquals(changeCount(compareTexts("same", "same")), 0);
});

Deno.test("a sentence written anew is one change, and letters of any script are words", () => {
    assertEquals(short("no old rib fracture seen", "no fresh hip fracture seen"), [
        "=no ",
        "-old rib",
        "+fresh hip",
        "= fracture seen",
    ]);
    assertEquals(short("größer Herzschatten", "großer Herzschatten"), ["-größer", "+großer", "= Herzschatten"]);
});

Deno.test("both texts can be read out of a comparison, line ends and all", () => {
    holds("One.\r\nTwo.\n\nThree.", "One.\nTwo and a half.\n\n\nThree.");
    holds("a b c d e", "e d c b a");
    holds("<b>x</b> & <script>", "<i>x</i> && <script>");
    let seed = 7;
    const random = (/** @type {number} */ limit) => (seed = (seed * 48271) % 2147483647) % limit;
    for (let turn = 0; turn < 200; turn++) {
        const text = () =>
            Array.from({ length: random(30) }, () => ["a", "b", " ", "\n", ".", "é"][random(6)]).join("");
        holds(text(), text());
    }
});

Deno.test("texts of 64 KiB are compared in good time", () => {
    const sentence = "The liver is of normal size and shape without a focal lesion. ";
    const before = Array.from({ length: 1000 }, (_, line) => `${line} ${sentence}\n`).join("");
    const after = before.replaceAll("normal", "usual");
    const start = performance.now();
    holds(before, after);
    const oneLine = sentence.repeat(1000);
    holds(oneLine, oneLine.replaceAll("normal", "usual"));
    assert(performance.now() - start < 3000, `took ${performance.now() - start} ms`);
    const changed = compareTexts(before, after).filter(({ kind }) => kind === "added");
    assertEquals([changed.length, changed[0].text], [1000, "usual"]);
});

Deno.test("places that were taken out stand apart; words in a row are one place", () => {
    const words = (/** @type {string} */ text) =>
        scrubbedPieces(text).map((piece) => piece.isRemoved ? "#" : piece.text);
    assertEquals(words("Seen by [removed] [removed] today"), ["Seen by ", "#", " today"]);
    assertEquals(words("[removed]"), ["#"]);
    assertEquals(words("[removed][removed]\n[removed]"), ["#", "\n", "#"]);
    assertEquals(words("nothing"), ["nothing"]);
    assertEquals(words(""), []);
});

Deno.test("what will be taken out is marked in the text as written", () => {
    const words = (/** @type {string} */ text, /** @type {[number, number][]} */ ...ranges) =>
        checkedPieces(text, ranges.map(([from, to]) => ({ from, to })))
            .map((piece) => piece.isRemoved ? `#${piece.text}` : piece.text);
    assertEquals(words("Dr Smith saw it", [3, 8]), ["Dr ", "#Smith", " saw it"]);
    assertEquals(words("abc def", [4, 7], [0, 3]), ["#abc", " ", "#def"]);
    assertEquals(words("abcdef", [0, 4], [2, 99]), ["#abcd", "#ef"]);
    assertEquals(words("abc", [7, 9]), ["abc"]);
    assertEquals(words("abc"), ["abc"]);
});

Deno.test("after final every change is amended", () => {
    assertEquals(nextStatuses(null), ["preliminary", "final"]);
    assertEquals(nextStatuses("preliminary"), ["preliminary", "final"]);
    assertEquals(nextStatuses("final"), ["amended"]);
    assertEquals(nextStatuses("amended"), ["amended"]);
    assertEquals(nextStatuses("entered-in-error"), []);
    assertEquals([statusWords("final").name, statusWords("odd").name], ["Final", "odd"]);
    assertEquals(byteCount("aß€"), 6);
});

Deno.test("what was taken out is named where the project names it", () => {
    assertEquals(scrubbedPieces("by [name] [name], [date][place] [removed] x [words]"), [
        { text: "by ", isRemoved: false },
        { text: "", isRemoved: true, kind: "name" },
        { text: ", ", isRemoved: false },
        { text: "", isRemoved: true, kind: "date" },
        { text: "", isRemoved: true, kind: "place" },
        { text: " ", isRemoved: false },
        { text: "", isRemoved: true },
        { text: " x [words]", isRemoved: false },
    ]);
});

Deno.test("a text as written knows what others read in each place", () => {
    const removed = [
        { from: 3, to: 6, kind: "name", shown: "[name]" },
        { from: 5, to: 8, kind: "name", shown: "overlaps" },
        { from: 7, to: 99, kind: "date", shown: "too far" },
    ];
    assertEquals(placedPieces("by Eva today", removed), [
        { text: "by ", shown: null, kind: "" },
        { text: "Eva", shown: "[name]", kind: "name" },
        { text: " today", shown: null, kind: "" },
    ]);
});
