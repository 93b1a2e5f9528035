import { ByteCache } from "../../viewer/codec/cache.js";
import { outward } from "../../viewer/codec/loader.js";
import { assertEquals } from "./assert.js";

Deno.test("frames are wanted from the current one outward", () => {
    assertEquals(outward(3, 6, 100), [3, 4, 2, 5, 1, 0]);
    assertEquals(outward(0, 4, 100), [0, 1, 2, 3]);
    assertEquals(outward(5, 6, 3), [5, 4, 3]);
    assertEquals(outward(0, 1, 10), [0]);
});

Deno.test("the cache keeps to its budget and lets the oldest go", () => {
    /** @type {string[]} */
    const released = [];
    /** @type {ByteCache<string>} */
    const cache = new ByteCache(100, (value) => released.push(value));
    cache.set("a", "A", 40);
    cache.set("b", "B", 40);
    cache.get("a");
    cache.set("c", "C", 40);
    assertEquals(released, ["B"]);
    assertEquals([cache.has("a"), cache.has("b"), cache.has("c"), cache.bytes], [true, false, true, 80]);
    cache.set("huge", "H", 1000);
    assertEquals([cache.count, cache.bytes], [1, 1000]);
    cache.clear();
    assertEquals([cache.count, cache.bytes], [0, 0]);
});
