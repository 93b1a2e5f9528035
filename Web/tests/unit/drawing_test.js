import { boxBeside, haloFor } from "../../annotations/drawing.js";
import { labelKeys } from "../../annotations/label-look.js";
import { assert, assertEquals } from "./assert.js";

const stage = { width: 400, height: 300 };
const size = { width: 100, height: 40 };

Deno.test("every colour has a halo that sets it apart", () => {
    assertEquals([haloFor("#ffd166"), haloFor("#E69F00"), haloFor("#000080"), haloFor("#111111")], [
        "#000000",
        "#000000",
        "#ffffff",
        "#ffffff",
    ]);
});

Deno.test("text stands beside the shape, within the stage, and where it was dragged", () => {
    assertEquals(boxBeside([100, 100], size, undefined, stage, []), { x: 114, y: 80, ...size });
    assertEquals(boxBeside([395, 5], size, undefined, stage, []), { x: 298, y: 2, ...size });
    assertEquals(boxBeside([100, 100], size, [-50, 60], stage, []), { x: 50, y: 160, ...size });
    assertEquals(boxBeside([100, 100], size, [999, 999], stage, []), { x: 298, y: 258, ...size });
});

Deno.test("text makes room for what stands there already, as long as there is room", () => {
    /** @type {ReturnType<typeof boxBeside>[]} */
    const taken = [];
    for (let round = 0; round < 6; round++) {
        const box = boxBeside([150, 150], size, undefined, stage, taken);
        const clear = taken.every((other) => Math.abs(other.x - box.x) >= 100 || Math.abs(other.y - box.y) >= 40);
        assert(clear, `box ${round} lies on another one`);
        taken.push(box);
    }
    const full = [{ x: 0, y: 0, width: 400, height: 300 }];
    assertEquals(boxBeside([100, 100], size, undefined, stage, full), { x: 114, y: 80, ...size });
});

Deno.test("each label of a usual list has a key of its own", () => {
    assertEquals(new Set(labelKeys).size, 35);
});
