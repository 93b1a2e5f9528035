import { limits, readZip } from "../../upload/zip.js";
import { crc32 } from "../../upload/crc32.js";
import { assertEquals, assertRejects } from "./assert.js";

/**
 * @typedef {object} Entry
 * @property {string} name
 * @property {Uint8Array<ArrayBuffer>} data
 * @property {number} [method]
 * @property {Partial<{ crc: number, size: number, packed: number, offset: number, flags: number }>} [lie] in the directory
 * @property {boolean} [zip64] sizes and offset in the ZIP64 field
 */

/** @param {Uint8Array<ArrayBuffer>} data */
async function deflated(data) {
    const stream = new Blob([data]).stream().pipeThrough(new CompressionStream("deflate-raw"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** @param {[number, 2 | 4 | 8][]} fields @param {...Uint8Array<ArrayBuffer>} more */
function record(fields, ...more) {
    const bytes = new Uint8Array(fields.reduce((sum, [, width]) => sum + width, 0));
    const view = new DataView(bytes.buffer);
    let at = 0;
    for (const [value, width] of fields) {
        if (width === 2) view.setUint16(at, value, true);
        else if (width === 4) view.setUint32(at, value, true);
        else view.setBigUint64(at, BigInt(value), true);
        at += width;
    }
    return new Blob([bytes, ...more]);
}

/** Writes an archive, true or not. @param {Entry[]} entries @param {{ zip64?: boolean, count?: number }} [options] */
async function zip(entries, { zip64 = false, count = entries.length } = {}) {
    /** @type {Blob[]} */
    const bodies = [];
    /** @type {Blob[]} */
    const directory = [];
    let at = 0;
    for (const { name, data, method = 8, lie = {}, zip64: wide = false } of entries) {
        const stored = method === 8 ? await deflated(data) : data;
        const text = new TextEncoder().encode(name);
        const truth = { crc: crc32(data), size: data.length, packed: stored.length, offset: at, flags: 0x800, ...lie };
        const local = record(
            [[0x04034b50, 4], [20, 2], [truth.flags, 2], [method, 2], [0, 4], [truth.crc, 4], [stored.length, 4]]
                .concat(
                    [[data.length, 4], [text.length, 2], [0, 2]],
                ).map((field) => /** @type {[number, 2 | 4]} */ (field)),
            text,
            stored,
        );
        const full = 0xffffffff;
        const extra = wide
            ? new Uint8Array(
                await record([[1, 2], [24, 2], [truth.size, 8], [truth.packed, 8], [truth.offset, 8]]).arrayBuffer(),
            )
            : new Uint8Array();
        directory.push(record(
            [
                ...[[0x02014b50, 4], [20, 2], [20, 2], [truth.flags, 2], [method, 2], [0, 4], [truth.crc, 4]],
                ...[[wide ? full : truth.packed, 4], [wide ? full : truth.size, 4], [text.length, 2]],
                ...[[extra.length, 2], [0, 2], [0, 2], [0, 2], [0, 4], [wide ? full : truth.offset, 4]],
            ].map((field) => /** @type {[number, 2 | 4]} */ (field)),
            text,
            extra,
        ));
        bodies.push(local);
        at += local.size;
    }
    const list = new Blob(directory);
    const tail = zip64
        ? [
            record([
                [0x06064b50, 4],
                [44, 8],
                [45, 2],
                [45, 2],
                [0, 4],
                [0, 4],
                [count, 8],
                [count, 8],
                [list.size, 8],
                [at, 8],
            ]),
            record([[0x07064b50, 4], [0, 4], [at + list.size, 8], [1, 4]]),
            record([[0x06054b50, 4], [0, 2], [0, 2], [0xffff, 2], [0xffff, 2], [0xffffffff, 4], [0xffffffff, 4], [
                0,
                2,
            ]]),
        ]
        : [record([[0x06054b50, 4], [0, 2], [0, 2], [count, 2], [count, 2], [list.size, 4], [at, 4], [0, 2]])];
    return new Blob([...bodies, list, ...tail]);
}

const words = new TextEncoder().encode("DICM ".repeat(2000));
const noise = crypto.getRandomValues(new Uint8Array(5000));

Deno.test("files come out as they went in, folders are left out", async () => {
    const archive = await zip([
        { name: "CT/", data: new Uint8Array(), method: 0 },
        { name: "CT/1.dcm", data: words },
        { name: "CT/ü.dcm", data: noise, method: 0 },
        { name: "empty", data: new Uint8Array(), method: 0 },
    ]);
    const entries = await readZip(archive);
    assertEquals(entries.map(({ name, size }) => [name, size]), [["CT/1.dcm", 10000], ["CT/ü.dcm", 5000], [
        "empty",
        0,
    ]]);
    assertEquals([...new Uint8Array(await (await entries[1].open()).arrayBuffer())], [...noise]);
    assertEquals(await (await entries[0].open()).text(), "DICM ".repeat(2000));
    assertEquals((await entries[2].open()).size, 0);
});

Deno.test("ZIP64 archives are read", async () => {
    const [entry] = await readZip(await zip([{ name: "a", data: words, zip64: true }], { zip64: true }));
    assertEquals([entry.name, entry.size, (await entry.open()).size], ["a", 10000, 10000]);
});

Deno.test("a comment after the end does not hide the archive", async () => {
    const archive = await zip([{ name: "a", data: words }]);
    const bytes = new Uint8Array(await archive.arrayBuffer());
    new DataView(bytes.buffer).setUint16(bytes.length - 2, 5, true);
    assertEquals((await readZip(new Blob([bytes, "hello"]))).length, 1);
});

Deno.test("an archive cut off anywhere is an error in words", async () => {
    const archive = await zip([{ name: "a", data: words }, { name: "b", data: noise, method: 0 }]);
    for (let length = 0; length < archive.size; length += 97) {
        await assertRejects(() => readZip(archive.slice(0, length)), /archive/);
    }
});

Deno.test("a file that grows beyond what was promised is stopped", async () => {
    const [entry] = await readZip(
        await zip([{ name: "bomb", data: new Uint8Array(50_000_000), lie: { size: 20_000 } }]),
    );
    await assertRejects(() => entry.open(), /grows beyond/);
});

Deno.test("a promise beyond what deflate can do is refused at once", async () => {
    const archive = await zip([{ name: "bomb", data: noise, lie: { size: 0xfffffff0 } }]);
    await assertRejects(() => readZip(archive), /beyond all reason/);
});

Deno.test("entries that share their bytes are refused", async () => {
    const archive = await zip([{ name: "a", data: words }, { name: "b", data: words, lie: { offset: 0 } }]);
    await assertRejects(() => readZip(archive), /overlap/);
});

Deno.test("a total beyond the limit is refused", async () => {
    const before = limits.totalBytes;
    limits.totalBytes = 15_000;
    try {
        const archive = await zip([{ name: "a", data: words }, { name: "b", data: words }]);
        await assertRejects(() => readZip(archive), /too large/);
    } finally {
        limits.totalBytes = before;
    }
});

Deno.test("a count that the directory can't hold is refused", async () => {
    await assertRejects(
        async () => await readZip(await zip([{ name: "a", data: words }], { count: 60_000 })),
        /damaged/,
    );
    await assertRejects(
        async () => await readZip(await zip([{ name: "a", data: words }], { count: 2 ** 52, zip64: true })),
        /more files/,
    );
});

Deno.test("a wrong checksum, broken data, a password and a strange method fail that file only", async () => {
    const entries = await readZip(
        await zip([
            { name: "crc", data: words, lie: { crc: 1 } },
            { name: "password", data: words, lie: { flags: 1 } },
            { name: "method", data: words, method: 12 },
            { name: "good", data: words },
        ]),
    );
    await assertRejects(() => entries[0].open(), /checksum/);
    await assertRejects(() => entries[1].open(), /password/);
    await assertRejects(() => entries[2].open(), /can't be read/);
    assertEquals((await entries[3].open()).size, 10000);
});

Deno.test("an offset into nowhere is refused", async () => {
    const archive = await zip([{ name: "a", data: words, lie: { offset: 4_000_000_000 } }]);
    await assertRejects(() => readZip(archive), /cut off or damaged/);
});
