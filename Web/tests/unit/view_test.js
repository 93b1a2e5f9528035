import { apply, fitScale, imageToCanvas, inverse } from "../../viewer/geometry/view.js";
import { edgeLetters, rulerLength } from "../../viewer/geometry/orientation.js";
import { initialState, rotated, scrolled, zoomed } from "../../viewer/state.js";
import { assertClose, assertEquals } from "./assert.js";

const image = { rows: 100, columns: 200, pixelSpacing: null };
const canvas = { width: 400, height: 400 };
const axial = [1, 0, 0, 0, 1, 0];

/** @param {Partial<typeof initialState>} changes */
const state = (changes) => ({ ...initialState, ...changes });

Deno.test("an image fits into the canvas and stands in its middle", () => {
    const map = imageToCanvas(image, canvas, initialState);
    assertEquals(apply(map, 0, 0), [0, 100]);
    assertEquals(apply(map, 200, 100), [400, 300]);
});

Deno.test("pixels that are not square are drawn in their true shape", () => {
    // Row spacing 2, column spacing 1: each pixel is twice as high as wide.
    const tall = { rows: 100, columns: 200, pixelSpacing: [2, 1] };
    assertEquals(fitScale(tall, canvas, 0), 2);
    const map = imageToCanvas(tall, canvas, initialState);
    assertEquals(apply(map, 0, 0), [0, 0]);
    assertEquals(apply(map, 200, 100), [400, 400]);
});

Deno.test("turning right brings the top left corner to the top right", () => {
    const map = imageToCanvas(image, canvas, state({ rotation: 1 }));
    assertEquals(apply(map, 0, 0), [300, 0]);
});

for (const rotation of [0, 1, 2, 3]) {
    for (const flipHorizontal of [false, true]) {
        Deno.test(`canvas to image undoes image to canvas (${rotation} turns, flipped ${flipHorizontal})`, () => {
            const map = imageToCanvas(image, canvas, state({ rotation, flipHorizontal, zoom: 2.5, panX: 7, panY: -3 }));
            const [x, y] = apply(inverse(map), ...apply(map, 12.5, 80));
            assertClose(x, 12.5);
            assertClose(y, 80);
        });
    }
}

Deno.test("zooming keeps the point under the pointer", () => {
    const before = state({ zoom: 1, panX: 10, panY: 20 });
    const after = zoomed(before, 2, 50, -30);
    const [x, y] = apply(inverse(imageToCanvas(image, canvas, before)), 250, 170);
    const [u, v] = apply(inverse(imageToCanvas(image, canvas, after)), 250, 170);
    assertClose(x, u);
    assertClose(y, v);
});

Deno.test("a quarter turn goes to the right on the screen, flipped or not", () => {
    for (const flipHorizontal of [false, true]) {
        const before = state({ flipHorizontal });
        const corner = apply(imageToCanvas(image, canvas, before), 0, 0).map((value) => value - 200);
        const turned = apply(imageToCanvas(image, canvas, rotated(before, 1)), 0, 0).map((value) => value - 200);
        // Clockwise on a screen: (x, y) goes to (−y, x). The scale stays, as 200 wide fits both ways.
        assertEquals([turned[0] + 0, turned[1] + 0], [-corner[1] + 0, corner[0] + 0]);
    }
});

Deno.test("the letters of an axial image are R left, L right, A above, P below", () => {
    const letters = edgeLetters(axial, inverse(imageToCanvas(image, canvas, initialState)));
    assertEquals(letters, { left: "R", right: "L", top: "A", bottom: "P" });
});

Deno.test("letters follow flips and turns", () => {
    const flipped = edgeLetters(axial, inverse(imageToCanvas(image, canvas, state({ flipHorizontal: true }))));
    assertEquals(flipped, { left: "L", right: "R", top: "A", bottom: "P" });
    const turned = edgeLetters(axial, inverse(imageToCanvas(image, canvas, state({ rotation: 1 }))));
    assertEquals(turned, { left: "P", right: "A", top: "R", bottom: "L" });
});

Deno.test("an oblique sagittal image shows two letters, the main one first", () => {
    const letters = edgeLetters([0, 0.9, 0.436, 0, 0.436, -0.9], inverse(imageToCanvas(image, canvas, initialState)));
    assertEquals(letters, { left: "AF", right: "PH", top: "HA", bottom: "FP" });
});

Deno.test("no orientation, no letters", () => {
    assertEquals(edgeLetters(null, inverse(imageToCanvas(image, canvas, initialState))), null);
    assertEquals(edgeLetters([1, 0, NaN, 0, 1, 0], inverse(imageToCanvas(image, canvas, initialState))), null);
});

Deno.test("the ruler takes a round length that fits", () => {
    assertEquals(rulerLength(0.5, 160), 50);
    assertEquals(rulerLength(0.07, 160), 10);
});

Deno.test("scrolling stops at both ends", () => {
    assertEquals(scrolled(state({ index: 3 }), 10, 5).index, 4);
    assertEquals(scrolled(state({ index: 3 }), -10, 5).index, 0);
    assertEquals(scrolled(state({ index: 0 }), 1, 0).index, 0);
});
