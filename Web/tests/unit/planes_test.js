import { counterpart, followed, linkOf, stackOf } from "../../viewer/geometry/follow.js";
import { clipped, crossing, planeOf, toImage, toPatient } from "../../viewer/geometry/planes.js";
import { movedAlong } from "../../viewer/links.js";
import { placeText, seriesWarnings, warnings } from "../../viewer/overlay.js";
import { initialState } from "../../viewer/state.js";
import { assert, assertClose, assertEquals } from "./assert.js";

/** @import { DisplayFrame, SeriesDisplay, SliceStack } from "../../types.d.ts" */

const axial = [1, 0, 0, 0, 1, 0];
const coronal = [1, 0, 0, 0, 0, -1];

/** @param {Partial<DisplayFrame>} changes @returns {DisplayFrame} */
function frame(changes) {
    return {
        ...{ instance: "1", frame: 1, number: 1, rows: 100, columns: 200, slope: 1, intercept: 0, signed: false },
        ...{ bitsStored: 12, photometric: "MONOCHROME2", samples: 1, spacingSource: "patient" },
        ...{ position: [0, 0, 0], orientation: axial, pixelSpacing: [2, 1] },
        ...changes,
    };
}

/** @param {number[][]} positions @param {Partial<DisplayFrame>} [more] @param {string} [reference] @returns {SeriesDisplay} */
function series(positions, more = {}, reference = "1.2") {
    return {
        series: { uid: "1", study: "1", modality: "CT", description: null, subject: null },
        spacing: null,
        windows: [],
        frameOfReference: reference,
        frames: positions.map((position) => frame({ ...more, position })),
    };
}

/** @param {number} count @param {number} step @param {number} [from] */
const upward = (count, step, from = 0) => Array.from({ length: count }, (_, index) => [0, 0, from + step * index]);

/** @param {Partial<DisplayFrame>} changes */
function plane(changes) {
    const found = planeOf(frame(changes));
    if (!found) throw new Error("no plane");
    return found;
}

Deno.test("the position of an image is the centre of its first sample", () => {
    const one = plane({ position: [10, 20, 30] });
    assertEquals(toPatient(one, 0.5, 0.5), [10, 20, 30]);
    // Pixel Spacing is rows first: 1 mm to the right, 2 mm down.
    assertEquals(toPatient(one, 1.5, 1.5), [11, 22, 30]);
});

Deno.test("from the image into the patient and back", () => {
    const s = Math.SQRT1_2;
    const oblique = plane({ position: [5, -7, 11], orientation: [s, s, 0, 0, 0, -1], pixelSpacing: [0.7, 0.9] });
    const { x, y, distance } = toImage(oblique, toPatient(oblique, 33.25, 71.5));
    assertClose(x, 33.25);
    assertClose(y, 71.5);
    assertClose(distance, 0);
    const above = toPatient(oblique, 10, 10).map((value, axis) => value + 4 * (oblique.normal[axis] ?? 0));
    assertClose(toImage(oblique, /** @type {[number, number, number]} */ (above)).distance, 4);
});

Deno.test("a file that does not say where its image lies has no plane", () => {
    assertEquals(planeOf(frame({ position: null })), null);
    assertEquals(planeOf(frame({ orientation: [1, 0, 0, 1, 0, 0] })), null);
    assertEquals(planeOf(frame({ orientation: [1, 0, 0, 0, NaN, 0] })), null);
    assertEquals(planeOf(frame({ pixelSpacing: [0, 1] })), null);
    assertEquals(planeOf(frame({ pixelSpacing: null })), null);
});

Deno.test("an axial image crosses a coronal one in a line at its height", () => {
    const front = plane({ orientation: coronal, position: [0, 50, 100], pixelSpacing: [1, 1] });
    const slice = plane({ position: [0, 0, 70] });
    const line = crossing(front, slice);
    assert(line, "they cross");
    // 30 mm below the first row, whose centre is at 0.5; the slice reaches as far as its pixels do.
    for (const [, y] of line ?? []) assertClose(y, 30.5);
    const ends = (line ?? []).map(([x]) => x).sort((a, b) => a - b);
    assertClose(ends[0] ?? NaN, 0);
    assertClose(ends[1] ?? NaN, 200);
});

Deno.test("parallel images, and such as end before they meet, have no line", () => {
    const front = plane({ orientation: coronal, position: [0, 50, 100], pixelSpacing: [1, 1] });
    assertEquals(crossing(plane({ position: [0, 0, 5] }), plane({ position: [0, 0, 9] })), null);
    assertEquals(crossing(front, plane({ position: [0, 0, 400] })), null);
    assertEquals(crossing(front, plane({ position: [0, 300, 70] })), null);
    assertEquals(crossing(front, plane({ position: [900, 0, 70] })), null);
});

Deno.test("segments are cut at the edges of the image", () => {
    assertEquals(clipped([-10, 5], [30, 5], [20, 10]), [[0, 5], [20, 5]]);
    assertEquals(clipped([5, -5], [5, 5], [20, 10]), [[5, 0], [5, 5]]);
    assertEquals(clipped([-10, 20], [30, 20], [20, 10]), null);
    assertEquals(clipped([-5, 0], [0, -5], [20, 10]), null);
});

Deno.test("within one frame of reference the place decides", () => {
    const fine = series(upward(101, 1));
    const coarse = series(upward(21, 5));
    const link = linkOf({ display: fine, index: 0 }, { display: coarse, index: 9 });
    assertEquals([link.by, link.isExact, link.offset], ["place", true, 0]);
    assertEquals([0, 2, 3, 50, 100].map((index) => followed(link, index, false)), [0, 0, 1, 10, 20]);
    assertEquals([0, 7, 20].map((index) => followed(link, index, true)), [0, 35, 100]);
});

Deno.test("between two examinations the difference at the moment of linking is kept", () => {
    const now = series(upward(50, 2), {}, "1.2");
    const before = series(upward(30, 5, -400), {}, "3.4");
    const link = linkOf({ display: now, index: 10 }, { display: before, index: 6 });
    assertEquals([link.by, link.isExact, link.offset], ["place", false, -390]);
    assertEquals([10, 20, 0, 49].map((index) => followed(link, index, false)), [6, 10, 2, 22]);
    assertEquals(followed(link, 6, true), 10);
});

Deno.test("stacks with opposite normals run against each other", () => {
    const up = series(upward(11, 10));
    const down = series(upward(11, -10, 100), { orientation: [1, 0, 0, 0, -1, 0] });
    const link = linkOf({ display: up, index: 3 }, { display: down, index: 0 });
    assertEquals(link.turn, -1);
    assertEquals([0, 3, 10].map((index) => followed(link, index, false)), [10, 7, 0]);
    assertEquals(followed(link, 7, true), 3);
    const other = linkOf({ display: up, index: 3 }, {
        display: series(upward(11, -10, 100), { orientation: [1, 0, 0, 0, -1, 0] }, "9"),
        index: 5,
    });
    assertEquals([followed(other, 3, false), followed(other, 4, false), followed(other, 5, true)], [5, 4, 3]);
});

Deno.test("without places, or across planes, the number decides and stops at the ends", () => {
    const one = series(upward(20, 1));
    for (
        const other of [
            series(upward(10, 1).map(([x = 0, , z = 0]) => [x, z, 0]), { orientation: coronal }),
            { ...series(upward(10, 1)), frames: upward(10, 1).map(() => frame({ position: null })) },
            series(upward(10, 0)),
        ]
    ) {
        const link = linkOf({ display: one, index: 5 }, { display: other, index: 3 });
        assertEquals([link.by, link.offset, link.isAcross], ["number", -2, other.frames[0]?.orientation === coronal]);
        assertEquals([0, 5, 19].map((index) => followed(link, index, false)), [0, 3, 9]);
        assertEquals([0, 9].map((index) => followed(link, index, true)), [2, 11]);
    }
});

Deno.test("a film at one place is no stack", () => {
    assertEquals(stackOf(series(upward(10, 0)).frames), null);
    assertEquals(stackOf([]), null);
    assert(stackOf(series(upward(1, 0)).frames), "a single image lies where it lies");
});

Deno.test("a series opened beside another begins at the same place, or about as far along", () => {
    const one = { display: series(upward(41, 5), {}, "1.2"), index: 20 };
    assertEquals(counterpart(one, series(upward(101, 2, 50), {}, "1.2")), 25);
    assertEquals(counterpart(one, series(upward(11, 7, -500), {}, "3.4")), 5);
    assertEquals(
        counterpart({ ...one, index: 4 }, series(upward(11, -7), { orientation: [1, 0, 0, 0, -1, 0] }, "3")),
        9,
    );
    assertEquals(counterpart(one, series([], {}, "3.4")), 0);
});

Deno.test("the other image makes the same movement on the screen", () => {
    const before = { ...initialState, zoom: 2, panX: 10, panY: 0 };
    const after = { ...before, zoom: 4, panX: 30, panY: -20 };
    const other = { ...initialState, zoom: 1, panX: 5, panY: 5 };
    assertEquals(movedAlong(before, after, other), { zoom: 2, panX: 20, panY: -10 });
    assertEquals(movedAlong(before, { ...before, index: 4 }, other), {});
    assertEquals(movedAlong(after, { ...after, zoom: 1, panX: 0, panY: 0 }, other), { zoom: 1, panX: 0, panY: 0 });
});

Deno.test("the overlay says where a slice lies and what is not to be trusted", () => {
    assertEquals(placeText(frame({ position: [0, 0, 70] })), "Position H 70 mm");
    assertEquals(placeText(frame({ position: [0, 0, -335.25] })), "Position F 335 mm");
    assertEquals(placeText(frame({ position: [0, 12.5, 0], orientation: coronal })), "Position P 12.5 mm");
    assertEquals(placeText(frame({ position: null })), null);
    assertEquals(warnings(frame({})), []);
    assertEquals(warnings(frame({ lossy: true })), ["Lossy compression"]);
    assertEquals(warnings(frame({ pixelSpacing: null, spacingSource: null })), ["Not calibrated: no mm"]);
    assertEquals(warnings(frame({ spacingSource: "imager" })), ["Size at the detector: no mm"]);
    assertEquals(warnings(frame({ spacingSource: "nominal" })), ["Nominal size: no mm"]);
});

Deno.test("slices that are missing and a tilted gantry are said", () => {
    const whole = series(upward(3, 1));
    assertEquals(seriesWarnings(whole), []);
    /** @param {Partial<SliceStack>} changes @returns {SliceStack} */
    const stack = (changes) => ({
        ...{ plane: "transverse", volumes: 1, sliceSpacing: 1, missing: 0, isEven: true, duplicates: 0 },
        ...changes,
    });
    /** @param {Partial<SliceStack>[]} stacks */
    const said = (...stacks) => seriesWarnings({ ...whole, geometry: { stacks: stacks.map(stack), unplaced: 0 } });
    assertEquals(said({}), []);
    assertEquals(said({ missing: 1 }), ["1 slice missing"]);
    assertEquals(said({ missing: 1 }, { missing: 2, tilt: 12.5 }), ["3 slices missing", "Gantry tilt 12.5°"]);
});
