import { decodeFrame } from "../../viewer/codec/frame.js";
import { assert, assertEquals, assertRejects } from "./assert.js";

const vectors = JSON.parse(
    Deno.readTextFileSync(new URL("../../../Tests/Vectors/viewer-frame.json", import.meta.url)),
);

/** @param {string} text */
function unhex(text) {
    return Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16)).buffer;
}

for (const vector of vectors.frames) {
    Deno.test(`the frame "${vector.name}" decodes to its samples`, () => {
        const frame = decodeFrame(unhex(vector.body));
        assertEquals([frame.rows, frame.columns], [vector.rows, vector.columns]);
        assertEquals([frame.signed, frame.bitsStored], [vector.signed, vector.bitsStored]);
        assertEquals([...frame.values], vector.samples);
    });
    Deno.test(`the frame "${vector.name}" is refused at every shorter length`, async () => {
        const body = unhex(vector.body);
        const step = Math.max(1, Math.floor(body.byteLength / 64));
        for (let length = 0; length < body.byteLength; length += step) {
            await assertRejects(() => decodeFrame(body.slice(0, length)), /damaged/);
        }
    });
}

for (const vector of vectors.refused) {
    Deno.test(`a body is refused: ${vector.name}`, () =>
        assertRejects(() => decodeFrame(unhex(vector.body)), /damaged/));
}

Deno.test("a header that promises more than there is reserves nothing", async () => {
    const body = new Uint8Array(16);
    body.set([0x54, 0x52, 0x4e, 0x46, 1, 0, 16, 16, 0xff, 0xff, 0xff, 0xff]);
    await assertRejects(() => decodeFrame(body.buffer), /length/);
});

Deno.test("there are vectors for both signs and both widths", () => {
    const kinds = new Set(vectors.frames.map((/** @type {any} */ { signed, bits }) => `${signed} ${bits}`));
    assert(kinds.size === 4, `kinds: ${[...kinds]}`);
});
