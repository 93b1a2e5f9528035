import {
    added,
    changed,
    changesBetween,
    editing,
    forServer,
    needsLabel,
    redone,
    removed,
    replaced,
    sameAnnotations,
    stepped,
    undone,
} from "../../annotations/model.js";
import { mergeAnnotations } from "../../annotations/merge.js";
import { annotation } from "./annotation.js";
import { assert, assertEquals } from "./assert.js";

/** @import { Annotation } from "../../annotations/types.d.ts" */

const [a, b, c] = [annotation("a"), annotation("b"), annotation("c")];
const ids = (/** @type {readonly Annotation[]} */ list) => list.map(({ id }) => id);

Deno.test("lists are never changed in place", () => {
    const list = Object.freeze([a, b]);
    assertEquals(ids(added(list, c)), ["a", "b", "c"]);
    assertEquals(replaced(list, annotation("a", { label: "Normal" }))[0]?.label, "Normal");
    assertEquals(ids(removed(list, "a")), ["b"]);
    assertEquals(ids(list), ["a", "b"]);
});

Deno.test("a new shape forgets what was measured on the old one, a new label does not", () => {
    const measured = annotation("a", { measured: { length: 3 } });
    assertEquals(changed(measured, { label: "Normal" }).measured, { length: 3 });
    assertEquals(changed(measured, { points: [[0, 0], [1, 1]] }).measured, undefined);
});

Deno.test("lists are the same in any order, whatever the server measured", () => {
    assert(sameAnnotations([a, b], [annotation("b", { measured: { area: 1 } }), a]), "same");
    assert(!sameAnnotations([a, b], [a]), "one is missing");
    assert(!sameAnnotations([a], [annotation("a", { note: "x" })]), "other note");
    assert(!sameAnnotations([a], [annotation("a", { frame: 2 })]), "other frame");
    assert(!sameAnnotations([a], [annotation("a", { points: [[1, 2], [3, 4.0001]] })]), "other point");
});

Deno.test("what changed is told by id and by part", () => {
    const moved = annotation("b", { points: [[0, 0], [1, 1]], note: "new" });
    const changes = changesBetween([a, b], [moved, c]);
    assertEquals(changes.added, [{ id: "c", type: "rectangle", label: "Finding" }]);
    assertEquals(changes.changed, [{ id: "b", type: "rectangle", label: "Finding", what: ["geometry", "note"] }]);
    assertEquals(changes.removed, [{ id: "a", type: "rectangle", label: "Finding" }]);
});

Deno.test("undo and redo go through the steps; a new step forgets what was undone", () => {
    let state = editing([a]);
    state = stepped(state, [a, b]);
    state = stepped(state, [b]);
    assertEquals(ids(undone(state).present), ["a", "b"]);
    assertEquals(ids(redone(undone(state)).present), ["b"]);
    assertEquals(ids(undone(undone(undone(state))).present), ["a"]);
    const other = stepped(undone(state), [a, c]);
    assertEquals(redone(other), other);
});

Deno.test("a row of small steps is undone as one", () => {
    let state = editing([a]);
    for (const x of [1, 2, 3]) state = stepped(state, [changed(a, { points: [[x, 0], [9, 9]] })], "nudge:a");
    assertEquals(undone(state).present, [a]);
    state = stepped(stepped(state, [a, b]), [a, b, c]);
    assertEquals(ids(undone(state).present), ["a", "b"]);
});

Deno.test("the server gets what it asks for and nothing it measures itself", () => {
    const [sent] = forServer([annotation("a", { measured: { length: 1 } })]);
    assertEquals(Object.keys(sent ?? {}), ["id", "type", "label", "note", "instance", "frame", "points"]);
});

Deno.test("only lengths and whole images may go without a label", () => {
    assertEquals(
        ["length", "rectangle", "ellipse", "point", "image"].map((type) => needsLabel(/** @type {any} */ (type))),
        [
            false,
            true,
            true,
            true,
            false,
        ],
    );
});

const merge = (/** @type {Annotation[][]} */ ...lists) => {
    const [base = [], mine = [], theirs = []] = lists;
    return mergeAnnotations(base, mine, theirs, () => "copy");
};

Deno.test("what only one of two touched is taken as it is", () => {
    const mine = annotation("a", { label: "Normal" });
    const theirs = annotation("b", { note: "seen" });
    const { merged, conflicts } = merge([a, b], [mine, b, c], [a, theirs, annotation("d")]);
    assertEquals(conflicts, []);
    assertEquals(new Set(ids(merged)).size, 4);
    assertEquals(merged.find(({ id }) => id === "a")?.label, "Normal");
    assertEquals(merged.find(({ id }) => id === "b")?.note, "seen");
});

Deno.test("removed by one and untouched by the other is removed", () => {
    assertEquals(ids(merge([a, b], [a], [a, b]).merged), ["a"]);
    assertEquals(ids(merge([a, b], [a, b], [b]).merged), ["b"]);
    assertEquals(ids(merge([a, b], [b], [b]).merged), ["b"]);
});

Deno.test("different parts of the same annotation go together", () => {
    const { merged, conflicts } = merge(
        [a],
        [annotation("a", { note: "mine", measured: { area: 9 } })],
        [annotation("a", { points: [[0, 0], [9, 9]] })],
    );
    assertEquals(conflicts, []);
    assertEquals(merged, [annotation("a", { note: "mine", points: [[0, 0], [9, 9]] })]);
});

Deno.test("the same change by both is no conflict", () => {
    const same = annotation("a", { label: "Normal" });
    const { merged, conflicts } = merge([a], [same], [annotation("a", { label: "Normal" })]);
    assertEquals([merged, conflicts], [[same], []]);
});

Deno.test("the same part changed by both is a conflict, and both stay", () => {
    const mine = annotation("a", { label: "Normal" });
    const theirs = annotation("a", { label: "Artefact" });
    const { merged, conflicts } = merge([a], [mine], [theirs]);
    assertEquals(conflicts.map(({ id, what }) => [id, what]), [["a", ["label"]]]);
    assertEquals(merged.map(({ id, label }) => [id, label]), [["a", "Artefact"], ["copy", "Normal"]]);
});

Deno.test("changed by one and removed by the other stays, and is said", () => {
    const mine = annotation("a", { label: "Normal" });
    for (const [lists, side] of /** @type {const} */ ([[[[a], [mine], []], "theirs"], [[[a], [], [mine]], "mine"]])) {
        const { merged, conflicts } = merge(...lists.map((list) => [...list]));
        assertEquals(merged, [mine]);
        assertEquals(conflicts.map((one) => [one.what, one[side]]), [[["removed"], null]]);
    }
});

Deno.test("nothing that anybody has is missing after a merge", () => {
    const states = [null, a, annotation("a", { label: "Normal" }), annotation("a", { note: "x" })];
    for (const base of states) {
        for (const mine of states) {
            for (const theirs of states) {
                const list = (/** @type {Annotation | null} */ one) => one ? [one] : [];
                const { merged } = merge(list(base), list(mine), list(theirs));
                for (const one of [mine, theirs]) {
                    if (!one) continue;
                    if (one.label !== base?.label) assert(merged.some(({ label }) => label === one.label), "label");
                    if (one.note !== base?.note) assert(merged.some(({ note }) => note === one.note), "note");
                }
            }
        }
    }
});
