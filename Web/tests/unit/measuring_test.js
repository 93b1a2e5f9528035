import {
    boxOf,
    extentOf,
    handlesOf,
    hit,
    insideSquare,
    movedBy,
    outlineOf,
    straightened,
    withHandleAt,
} from "../../annotations/geometry.js";
import { lines, measure, shortNumber, summary } from "../../annotations/measure.js";
import { scaleOf, unitWords, valueUnit } from "../../annotations/spacing.js";
import { statisticsOf } from "../../annotations/statistics.js";
import { annotation } from "./annotation.js";
import { assert, assertClose, assertEquals } from "./assert.js";

/** @import { Point } from "../../annotations/types.d.ts" */
/** @import { StoredFrame } from "../../viewer/codec/frame.js" */

const identity = { a: 1, b: 0, c: 0, d: 1, e: 0, f: 0 };
const frame = { rows: 100, columns: 200, pixelSpacing: [2, 0.5], spacingSource: "patient" };

/**
 * @param {number} rows
 * @param {number} columns
 * @param {(column: number, row: number) => number} value
 * @returns {StoredFrame}
 */
function stored(rows, columns, value) {
    const values = Int16Array.from({ length: rows * columns }, (_, i) => value(i % columns, Math.floor(i / columns)));
    return { rows, columns, signed: true, bitsStored: 16, values };
}

/** @param {string} type @param {Point[]} points */
const shape = (type, ...points) => annotation("s", { type: /** @type {any} */ (type), points });

Deno.test("millimetres only where the spacing is the patient's, and the reason is said", () => {
    assertEquals(scaleOf(frame), { x: 0.5, y: 2, unit: "mm", source: "Pixel Spacing" });
    const words = (/** @type {number[] | null} */ pixelSpacing, /** @type {string | null} */ spacingSource) =>
        unitWords(scaleOf({ pixelSpacing, spacingSource }));
    assertEquals(words([1, 1], "patient"), "mm, Pixel Spacing");
    assertEquals(words([1, 1], "calibrated"), "mm, Pixel Spacing, calibrated");
    assertEquals(words([1, 1], "imager"), "px: detector spacing");
    assertEquals(words([1, 1], "nominal"), "px: film scanner's spacing");
    assertEquals(words(null, null), "px: no spacing in the file");
    assertEquals(words([0, 1], "patient"), "px: no spacing in the file");
    assertEquals(words([1, 1], null), "px: spacing of unknown origin");
    assertEquals(words([1, 1], "something new"), "px: spacing of unknown origin");
    assertEquals([valueUnit("CT"), valueUnit("MR")], ["HU", ""]);
});

Deno.test("lengths and areas follow the spacing of each axis", () => {
    const scale = scaleOf(frame);
    assertClose(extentOf(shape("length", [0, 0], [6, 2]), scale).length ?? 0, 5);
    assertClose(extentOf(shape("rectangle", [4, 5], [0, 0]), scale).area ?? 0, 20);
    assertClose(extentOf(shape("ellipse", [0, 0], [4, 2]), scale).area ?? 0, Math.PI * 1 * 2);
    assertEquals(extentOf(shape("point", [1, 1]), scale), {});
    assertEquals(boxOf([[4, 5], [0, 9]]), { left: 0, top: 5, right: 4, bottom: 9 });
});

Deno.test("a box is held at its corners, and the opposite one stays", () => {
    const box = shape("rectangle", [10, 10], [30, 40]);
    assertEquals(handlesOf(box), [[10, 10], [30, 10], [30, 40], [10, 40]]);
    assertEquals(boxOf(withHandleAt(box, 1, [50, 5], frame)), { left: 10, top: 5, right: 50, bottom: 40 });
    assertEquals(boxOf(withHandleAt(box, 2, [999, 999], frame)), { left: 10, top: 10, right: 200, bottom: 100 });
    assertEquals(withHandleAt(shape("length", [1, 1], [5, 5]), 0, [2, 3], frame), [[2, 3], [5, 5]]);
});

Deno.test("with Shift a box is square as it is seen, also at the edge of the image", () => {
    // Pixels four times as high as wide.
    assertEquals(insideSquare([10, 10], [30, 11], frame, [1, 4]), [30, 15]);
    assertEquals(insideSquare([190, 10], [400, 11], frame, [1, 1]), [200, 20]);
    assertEquals(insideSquare([10, 10], [0, 12], frame, [1, 1]), [0, 20]);
    const [x, y] = straightened([0, 0], [10, 1], [1, 1]);
    assertClose(x, 10);
    assertClose(y, 0);
});

Deno.test("moving keeps the shape and stays in the image", () => {
    const box = shape("rectangle", [10, 10], [30, 40]);
    assertEquals(movedBy(box, 5, -3, frame), [[15, 7], [35, 37]]);
    assertEquals(movedBy(box, -99, 999, frame), [[0, 70], [20, 100]]);
});

Deno.test("the pointer finds the handle of what is selected, then the nearest outline", () => {
    const line = { ...shape("length", [0, 0], [100, 0]), id: "line" };
    const box = { ...shape("rectangle", [0, 5], [50, 60]), id: "box" };
    assertEquals(hit([line, box], [80, 3], identity, null)?.annotation.id, "line");
    assertEquals(hit([line, box], [30, 6], identity, null)?.annotation.id, "box");
    assertEquals(hit([line, box], [30, 30], identity, null), null);
    assertEquals(hit([line, box], [1, 4], identity, "line"), { annotation: line, handle: 0 });
    assertEquals(hit([line], [100, 0], identity, null), { annotation: line, handle: null });
    assertEquals(hit([], [0, 0], identity, null), null);
    const ellipse = shape("ellipse", [0, 0], [100, 50]);
    assert(hit([ellipse], [50, 0], identity, null), "on the ellipse");
    assertEquals(hit([ellipse], [2, 2], identity, null), null);
});

Deno.test("an ellipse is drawn through its box", () => {
    const outline = outlineOf(shape("ellipse", [0, 0], [100, 50]), identity);
    assertEquals(outline[0], [100, 25]);
    assertClose(outline[16]?.[1] ?? 0, 50);
});

Deno.test("samples count whose centre lies in the shape", () => {
    const image = stored(10, 10, (x, y) => 10 * y + x);
    const one = { slope: 1, intercept: 0 };
    const of = (/** @type {string} */ type, /** @type {Point[]} */ ...points) =>
        statisticsOf(shape(type, ...points), image, one);
    assertEquals(of("rectangle", [2, 3], [4, 4])?.count, 2);
    assertEquals(of("rectangle", [4, 4], [2, 3])?.mean, 32.5);
    // Edges through the centres: they are inside.
    assertEquals(of("rectangle", [2.5, 3.5], [4.5, 3.5])?.count, 3);
    assertEquals(of("rectangle", [2.6, 3.6], [3.4, 4.4])?.count, 0);
    assertEquals(of("rectangle", [2.6, 3.6], [3.4, 4.4])?.mean, null);
    assertEquals(of("rectangle", [0, 0], [10, 10]), {
        count: 100,
        mean: 49.5,
        standardDeviation: Math.sqrt((100 * 100 - 1) / 12),
        minimum: 0,
        maximum: 99,
    });
    // A circle of radius 1 around the centre of a sample holds it and its four neighbours.
    assertEquals(of("ellipse", [4.5, 4.5], [6.5, 6.5])?.count, 5);
    assertEquals(of("ellipse", [4, 4], [4, 8])?.count, 0);
    assertEquals(of("point", [3.99, 2]), { count: 1, mean: 23, standardDeviation: 0, minimum: 23, maximum: 23 });
    assertEquals(of("point", [10, 10])?.mean, 99);
    assertEquals(of("length", [0, 0], [5, 5]), null);
});

Deno.test("an ellipse's samples are those of its equation, everywhere and for any box", () => {
    const image = stored(40, 30, () => 1);
    let seed = 7;
    const random = () => (seed = seed * 16807 % 2147483647) / 2147483647;
    for (let round = 0; round < 300; round++) {
        // Halves and quarters bring centres exactly onto the edge.
        const place = (/** @type {number} */ most) => Math.round(random() * most * 4) / 4;
        const [x0, y0, x1, y1] = [place(30), place(40), place(30), place(40)];
        const [a, b] = [Math.abs(x1 - x0) / 2, Math.abs(y1 - y0) / 2];
        let expected = 0;
        for (let row = 0; row < 40; row++) {
            for (let column = 0; column < 30; column++) {
                const u = (column + 0.5 - (x0 + x1) / 2) / a;
                const v = (row + 0.5 - (y0 + y1) / 2) / b;
                if (u * u + v * v <= 1) expected++;
            }
        }
        const found = statisticsOf(shape("ellipse", [x0, y0], [x1, y1]), image, { slope: 1, intercept: 0 });
        assertEquals(found?.count, expected, `${[x0, y0, x1, y1]}`);
    }
});

Deno.test("statistics are those of the rescaled values, also where the slope is negative", () => {
    const image = stored(4, 4, (x) => x);
    const found = statisticsOf(shape("rectangle", [0, 0], [4, 4]), image, { slope: -2, intercept: 10 });
    assertEquals(found, {
        count: 16,
        mean: 7,
        standardDeviation: 2 * Math.sqrt(1.25),
        minimum: 4,
        maximum: 10,
    });
});

Deno.test("the smallest noise on the largest values is not lost", () => {
    const image = { ...stored(512, 512, () => 0), values: new Uint16Array(512 * 512).map((_, i) => 65000 + i % 2) };
    const found = statisticsOf(shape("rectangle", [0, 0], [512, 512]), image, { slope: 1, intercept: 0 });
    assertClose(found?.standardDeviation ?? 0, 0.5, 1e-12);
    assertClose(found?.mean ?? 0, 65000.5, 1e-9);
});

Deno.test("a region of 512 by 512 is measured within 20 ms", () => {
    const image = stored(512, 512, (x, y) => (x * 7919 + y) % 4096);
    const roi = shape("ellipse", [0, 0], [512, 512]);
    const one = { slope: 1, intercept: -1024 };
    statisticsOf(roi, image, one);
    const start = performance.now();
    for (let round = 0; round < 5; round++) statisticsOf(roi, image, one);
    const each = (performance.now() - start) / 5;
    assert(each <= 20, `${each} ms`);
});

/** @type {any} */
const ctFrame = { ...frame, slope: 1, intercept: -1024 };

Deno.test("the text says value, unit and where the unit comes from", () => {
    const image = stored(100, 200, () => 1064);
    const line = shape("length", [0, 0], [6, 2]);
    assertEquals(lines(line, measure(line, ctFrame, "CT", image), ctFrame), ["5.0 mm", "mm, Pixel Spacing"]);
    const box = shape("rectangle", [0, 0], [4, 5]);
    const measured = measure(box, ctFrame, "CT", image);
    assertEquals(lines(box, measured, ctFrame), [
        "Mean 40.0 ± 0.0 HU",
        "40 to 40, 20 samples",
        "Area 20.0 mm²",
        "mm, Pixel Spacing",
    ]);
    assertEquals(summary(box, measured), "Mean 40.0 ± 0.0 HU");
    const point = shape("point", [3, 3]);
    assertEquals(lines(point, measure(point, ctFrame, "MR", image), ctFrame), ["40"]);
});

Deno.test("an uncalibrated image gives pixels and the reason, and values without a unit are none", () => {
    const bare = { ...ctFrame, pixelSpacing: [0.2, 0.2], spacingSource: "imager" };
    const line = shape("length", [0, 0], [3, 4]);
    const measured = measure(line, bare, "CR", null);
    assertEquals(lines(line, measured, bare), ["5.0 px", "px: detector spacing"]);
    assertEquals(summary(line, measured), "5.0 px");
    assertEquals(summary(line, null), "");
});

Deno.test("numbers carry the digits that mean something", () => {
    assertEquals([shortNumber(0.123), shortNumber(12.34), shortNumber(5), shortNumber(-1024)], [
        "0.12",
        "12.3",
        "5.0",
        "-1024.0",
    ]);
});
