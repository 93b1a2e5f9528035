import { freshColor, listTrouble, mergeLists } from "../../labels/merge.js";
import { changesInWords } from "../../labels/changes.js";
import { versionChoices } from "../../labels/download.js";
import { assert, assertEquals } from "./assert.js";

/** @param {string} name @param {object} [more] */
const label = (name, more = {}) => ({ name, color: "#000000", description: "", retired: false, ...more });

Deno.test("two people change the list at once: nothing of either is lost", () => {
    const base = [label("Finding"), label("Normal"), label("Artefact")];
    const mine = [label("Finding", { color: "#ff0000" }), label("Normal"), label("Artefact"), label("Nodule")];
    const theirs = [
        label("Finding", { description: "theirs" }),
        label("Normal", { retired: true }),
        label("Artefact"),
        label("Scar"),
    ];
    const merged = mergeLists(base, mine, theirs);
    assertEquals(merged.map(({ name }) => name), ["Finding", "Normal", "Artefact", "Scar", "Nodule"]);
    assertEquals(merged[0].color, "#ff0000", "my colour");
    assert(merged[1].retired, "their retired label stays retired");
});

Deno.test("a label that both made is there once, under the name that is saved", () => {
    const merged = mergeLists([], [label("nodule", { color: "#111111" })], [label("Nodule")]);
    assertEquals(merged.map(({ name, color }) => [name, color]), [["Nodule", "#000000"]]);
    assertEquals(mergeLists([], [], [label("A")]), [label("A")]);
});

Deno.test("a list is not sent with a name missing or twice", () => {
    assertEquals(listTrouble([label("A"), label("B")]), "");
    assert(listTrouble([label("A"), label("  ")]) !== "", "no name");
    assert(listTrouble([label("A"), label("a ")]) !== "", "twice");
});

Deno.test("a new label gets a colour that is not taken", () => {
    const first = freshColor([]);
    assert(freshColor([{ color: first }]) !== first, "another colour");
    const many = Array.from({ length: 7 }).reduce(
        (/** @type {{ color: string }[]} */ list) => [...list, { color: freshColor(list) }],
        [],
    );
    assertEquals(new Set(many.map(({ color }) => color)).size, 7);
    assertEquals(freshColor(many), first);
});

Deno.test("what a version changed is said in words", () => {
    const entry = (/** @type {any} */ type, /** @type {any} */ what = undefined) => ({
        id: "x",
        type,
        label: "Finding",
        ...(what ? { what } : {}),
    });
    const words = changesInWords({
        added: [entry("rectangle"), entry("rectangle"), { ...entry("length"), label: "" }],
        changed: [entry("point", ["geometry", "note"])],
        removed: [entry("image")],
    });
    assertEquals(words, [
        { kind: "added", text: "2 rectangles, Finding" },
        { kind: "added", text: "1 length" },
        { kind: "changed", text: "1 point, Finding: moved, other note" },
        { kind: "removed", text: "1 key image, Finding" },
    ]);
    assertEquals(changesInWords({ added: [], changed: [], removed: [] }), []);
});

Deno.test("named versions can be chosen beside the newest", () => {
    const tags = [{ name: "first", version: 2, by: "a", at: "" }, { name: "second", version: 5, by: "a", at: "" }];
    const set = /** @type {any} */ ({ version: 7, tags });
    assertEquals(versionChoices(set).map(([value]) => value), ["7", "second", "first"]);
});
