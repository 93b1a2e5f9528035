import { bindings, keyName, shownKey } from "../../viewer/tools/keymap.js";
import { Keys } from "../../viewer/tools/keys.js";
import { assert, assertEquals } from "./assert.js";

/** @param {string | null} [kept] */
function storage(kept = null) {
    return {
        kept,
        getItem() {
            return this.kept;
        },
        /** @param {string} _ @param {string} value */
        setItem(_, value) {
            this.kept = value;
        },
        removeItem() {
            this.kept = null;
        },
    };
}

const none = { shiftKey: false, ctrlKey: false, metaKey: false, altKey: false };

/** @param {Keys} keys @param {string} key @param {object} [more] */
const press = (keys, key, more) => keys.actionOf({ ...none, key, ...more });

Deno.test("keys mean what the list says", () => {
    const keys = new Keys(bindings, storage());
    assertEquals(press(keys, "ArrowDown"), "next");
    assertEquals(press(keys, "ArrowDown", { shiftKey: true }), "panDown");
    assertEquals(press(keys, "I", { shiftKey: true }), "invert");
    assertEquals(press(keys, "?", { shiftKey: true }), "shortcuts");
    assertEquals(press(keys, "+", { shiftKey: true }), "zoomIn");
    assertEquals(press(keys, "5"), "preset:5");
    assertEquals(press(keys, "x"), "references");
    assertEquals(press(keys, "z", { ctrlKey: true }), "undo");
    assertEquals(press(keys, "Z", { metaKey: true, shiftKey: true }), "redo");
});

Deno.test("the browser keeps its own keys", () => {
    const keys = new Keys(bindings, storage());
    assertEquals(press(keys, "r", { ctrlKey: true }), null);
    assertEquals(press(keys, "ArrowLeft", { altKey: true }), null);
    assertEquals(press(keys, "F5"), null);
    for (const key of ["Ctrl+t", "F5", "Tab", "Alt+ArrowLeft", "Control", "Ctrl+Shift+n"]) {
        assert(keys.refusal(key) !== "", `${key} may be taken`);
    }
    for (const key of ["b", "Ctrl+b", "Shift+ArrowUp", "F"]) assertEquals(keys.refusal(key), "");
});

Deno.test("a key is given to another action, and that is kept", () => {
    const place = storage();
    const keys = new Keys(bindings, place);
    let told = 0;
    keys.addEventListener("change", () => told += 1);
    assertEquals(keys.holder("f")?.action, "fit");
    keys.bind("invert", "f");
    assertEquals([press(keys, "f"), press(keys, "i"), press(keys, "=")], ["invert", null, "fit"]);
    assertEquals([keys.of("fit"), keys.of("invert"), told], [["="], ["f"], 1]);
    const again = new Keys(bindings, place);
    assertEquals([press(again, "f"), again.label("invert")], ["invert", "Invert (F)"]);
    again.reset();
    assertEquals([press(again, "f"), press(again, "i"), place.kept], ["fit", "invert", null]);
});

Deno.test("an action whose only key went to another has none, and says so", () => {
    const keys = new Keys(bindings, storage());
    keys.bind("fit", "i");
    assertEquals([keys.of("invert"), keys.shown("invert"), keys.label("invert")], [[], "", "Invert"]);
});

Deno.test("what stands in the storage is not trusted", () => {
    for (const kept of ["nonsense", "[1]", "null", '{"invert": "i"}', '{"invert": [1]}', '{"constructor": ["i"]}']) {
        const keys = new Keys(bindings, storage(kept));
        assertEquals(press(keys, "i"), "invert", kept);
    }
});

Deno.test("what comes from outside gets its keys unless the person gave them away", () => {
    const place = storage();
    const keys = new Keys(bindings, place);
    keys.bind("invert", "e");
    keys.add({ keys: ["e", "b"], action: "ellipse", text: "Ellipse", group: "Measure" });
    assertEquals([press(keys, "e"), press(keys, "b"), keys.of("ellipse")], ["invert", "ellipse", ["b"]]);
});

Deno.test("no key has two meanings", () => {
    const keys = bindings.flatMap((binding) => binding.keys);
    assertEquals(new Set(keys).size, keys.length);
});

Deno.test("keys are shown as a person reads them", () => {
    assertEquals(["ArrowUp", "Shift+ArrowLeft", " ", "Ctrl+Shift+z", "+", "-"].map(shownKey), [
        "↑",
        "Shift ←",
        "Space",
        "Ctrl Shift Z",
        "+",
        "−",
    ]);
    assertEquals(keyName({ ...none, key: "A", shiftKey: true }), "a");
});
