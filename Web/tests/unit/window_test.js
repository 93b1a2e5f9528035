import { greyOf, percentileWindow, validWindow } from "../../viewer/render/window.js";
import { draggedWindow } from "../../viewer/state.js";
import { presetWindow } from "../../viewer/tools/presets.js";
import { assertClose, assertEquals } from "./assert.js";

/** @import { VOIWindow } from "../../types.d.ts" */

/** @param {number} center @param {number} width @returns {VOIWindow} */
const linear = (center, width) => ({ center, width, function: "LINEAR" });

Deno.test("LINEAR with c=2048, w=4096 is the identity of PS3.3 C.11.2.1.2.1, example 1", () => {
    // "if (x <= 0) then y = ymin; else if (x > 4095) then y = ymax; else y = ((x − 2047.5) / 4095 + 0.5)"
    assertEquals(greyOf(0, linear(2048, 4096)), 0);
    assertEquals(greyOf(4096, linear(2048, 4096)), 1);
    assertClose(greyOf(1000, linear(2048, 4096)), 1000 / 4095);
});

Deno.test("LINEAR with c=0, w=100 keeps the half step of example 3", () => {
    assertEquals(greyOf(-50, linear(0, 100)), 0);
    assertEquals(greyOf(49.1, linear(0, 100)), 1);
    assertClose(greyOf(48, linear(0, 100)), 0.5 + 48.5 / 99);
    assertClose(greyOf(-0.5, linear(0, 100)), 0.5);
});

Deno.test("LINEAR with a width of 1 is a threshold and never divides by zero", () => {
    assertEquals(greyOf(9.5, linear(10, 1)), 0);
    assertEquals(greyOf(9.6, linear(10, 1)), 1);
});

Deno.test("LINEAR_EXACT has no half step", () => {
    /** @type {VOIWindow} */
    const window = { center: 10, width: 20, function: "LINEAR_EXACT" };
    assertEquals(greyOf(0, window), 0);
    assertEquals(greyOf(20.1, window), 1);
    assertClose(greyOf(10, window), 0.5);
    assertClose(greyOf(15, window), 0.75);
});

Deno.test("SIGMOID is one half in the middle and follows exp(-4(x-c)/w)", () => {
    /** @type {VOIWindow} */
    const window = { center: 40, width: 400, function: "SIGMOID" };
    assertClose(greyOf(40, window), 0.5);
    assertClose(greyOf(140, window), 1 / (1 + Math.exp(-1)));
});

Deno.test("a width that a function does not allow is raised to the least one", () => {
    assertEquals(validWindow(linear(0, 0)).width, 1);
    assertEquals(validWindow({ center: NaN, width: -5, function: "SIGMOID" }).center, 0);
    assertEquals(validWindow({ center: 1, width: NaN, function: "LINEAR_EXACT" }).width, 1e-3);
});

Deno.test("the automatic window leaves out the outermost thousandth", () => {
    const values = new Int16Array(10000).map((_, i) => i % 1000);
    values[0] = -30000;
    values[1] = 30000;
    const frame = { rows: 100, columns: 100, signed: true, bitsStored: 16, values };
    const window = percentileWindow(frame, 2, -1000);
    assertClose(window.center, 2 * 499.5 - 1000, 4);
    assertClose(window.width, 2 * 999, 6);
});

Deno.test("the automatic window of a flat image is not empty", () => {
    const frame = { rows: 1, columns: 4, signed: false, bitsStored: 8, values: new Uint16Array(4).fill(7) };
    const window = percentileWindow(frame, 1, 0);
    assertEquals(window.center, 7);
    assertEquals(window.width > 0, true);
});

Deno.test("a negative slope still gives a positive width", () => {
    const frame = { rows: 1, columns: 2, signed: false, bitsStored: 8, values: new Uint16Array([0, 100]) };
    assertEquals(percentileWindow(frame, -1, 0).width > 0, true);
});

Deno.test("dragging right widens, dragging down raises the level, and the width stays allowed", () => {
    assertEquals(draggedWindow(linear(40, 300), 10, 0).width, 315);
    assertEquals(draggedWindow(linear(40, 300), 0, 10).center, 50);
    assertEquals(draggedWindow(linear(40, 300), -1e6, 0).width, 1);
});

Deno.test("digits are CT presets for CT and nothing for MR", () => {
    assertEquals(presetWindow("2", "CT"), { center: -600, width: 1500, function: "LINEAR", explanation: "Lung" });
    assertEquals(presetWindow("2", "MR"), null);
    assertEquals(presetWindow("9", "CT"), null);
});
