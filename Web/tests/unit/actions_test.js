import { openedState, stateAfter, windowDrags } from "../../viewer/actions.js";
import { initialState } from "../../viewer/state.js";
import { bindings } from "../../viewer/tools/keymap.js";
import { assert, assertEquals } from "./assert.js";

/** Actions that open something or leave the series, and so are not states of it. */
const others = ["shortcuts", "panel", "probe", "nextSeries", "previousSeries", "two", "maximise", "menu", "cancel"]
    .concat(["nextViewport", "previousViewport", "linkScroll", "linkView", "linkWindow", "references"]);

Deno.test("every key of the list does something", () => {
    const busy = { ...initialState, index: 3, zoom: 2, panX: 5, invert: true, tool: /** @type {const} */ ("pan") };
    for (const { action, text, extra } of bindings) {
        if (extra || others.includes(action) || action in windowDrags || action.startsWith("preset:")) continue;
        const from = action === "pan" ? { ...busy, tool: /** @type {const} */ ("zoom") } : busy;
        const after = stateAfter(from, action, 10);
        assert(after !== null && JSON.stringify(after) !== JSON.stringify(from), `"${text}" changes nothing`);
    }
});

Deno.test("what opens something leaves the state alone", () => {
    for (const action of others) {
        assertEquals(stateAfter(initialState, /** @type {any} */ (action), 10), null);
    }
});

Deno.test("a reset brings back the view but keeps the place and the tool", () => {
    const changed = {
        ...initialState,
        index: 7,
        tool: /** @type {const} */ ("zoom"),
        zoom: 3,
        rotation: 2,
        invert: true,
    };
    const after = stateAfter(changed, "reset", 10);
    assertEquals([after?.index, after?.tool, after?.zoom, after?.rotation, after?.invert], [7, "zoom", 1, 0, false]);
});

Deno.test("a new series starts at its first image, with the person's tool and overlay", () => {
    const state = openedState({ ...initialState, index: 7, tool: "scroll", overlay: false, zoom: 4 });
    assertEquals([state.index, state.tool, state.overlay, state.zoom], [0, "scroll", false, 1]);
});

Deno.test("a film needs more than one image", () => {
    assertEquals(stateAfter(initialState, "cine", 1)?.playing, false);
    assertEquals(stateAfter(initialState, "cine", 2)?.playing, true);
});
