import { multipart, verdictReader } from "../../upload/transport.js";
import { nextBatch } from "../../upload/queue.js";
import { crc32 } from "../../upload/crc32.js";
import { assertEquals } from "./assert.js";

/** @import { Item } from "../../upload/queue.js" */

Deno.test("CRC-32 gives the check value of the standard, in one go or in pieces", () => {
    const bytes = new TextEncoder().encode("123456789");
    assertEquals(crc32(bytes), 0xcbf43926);
    assertEquals(crc32(bytes.subarray(4), crc32(bytes.subarray(0, 4))), 0xcbf43926);
    assertEquals(crc32(new Uint8Array()), 0);
});

Deno.test("verdicts are read line by line as the text grows", () => {
    const read = verdictReader();
    const text = '{"index":0,"verdict":"accepted"}\n{"index":1,"verdict":"rejected","reason":"no"}\n{"index":2,"ver';
    assertEquals(read(text.slice(0, 20)), []);
    assertEquals(read(text).map(({ index }) => index), [0, 1]);
    assertEquals(read(text, true), []);
});

Deno.test("a last line without its end counts, a summary line does not", () => {
    const read = verdictReader();
    assertEquals(read('{"error":"the body ends early"}\n{"index":3,"verdict":"held"}', true), [{
        index: 3,
        verdict: "held",
    }]);
});

Deno.test("the multipart body frames each file", async () => {
    const text = await multipart([new Blob(["AB"]), new Blob(["C"])], "b").text();
    const head = "Content-Type: application/dicom\r\n\r\n";
    assertEquals(text, `--b\r\n${head}AB\r\n--b\r\n${head}C\r\n--b--\r\n`);
});

/** @param {number} size @returns {Item} */
function item(size) {
    const source = { name: "x", size, open: () => Promise.resolve(new Blob()) };
    return { source, state: "waiting", reason: "", study: "", attempts: 0 };
}

Deno.test("a batch is a few files and a few bytes; a large file goes alone", () => {
    const waiting = [item(100e6), item(10e6), item(10e6), item(10e6), ...Array.from({ length: 40 }, () => item(1000))];
    assertEquals(nextBatch(waiting).length, 1);
    assertEquals(nextBatch(waiting).length, 2);
    assertEquals(nextBatch(waiting).length, 16);
    assertEquals(waiting.length, 44 - 19);
});
