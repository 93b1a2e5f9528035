/** CRC-32 as in ZIP (polynomial 0xEDB88320), four bytes at a time. */

const tables = makeTables();

function makeTables() {
    const made = Array.from({ length: 4 }, () => new Uint32Array(256));
    for (let n = 0; n < 256; n++) {
        let c = n;
        for (let bit = 0; bit < 8; bit++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
        made[0][n] = c;
    }
    for (let n = 0; n < 256; n++) {
        for (let t = 1; t < 4; t++) made[t][n] = made[0][made[t - 1][n] & 255] ^ (made[t - 1][n] >>> 8);
    }
    return made;
}

/**
 * Goes on from an earlier result.
 * @param {Uint8Array} bytes
 * @param {number} [before] result for the bytes before these
 * @returns {number} unsigned
 */
export function crc32(bytes, before = 0) {
    const [t0, t1, t2, t3] = tables;
    let c = ~before;
    let i = 0;
    for (const end = bytes.length - 3; i < end; i += 4) {
        c ^= bytes[i] | bytes[i + 1] << 8 | bytes[i + 2] << 16 | bytes[i + 3] << 24;
        c = t3[c & 255] ^ t2[(c >>> 8) & 255] ^ t1[(c >>> 16) & 255] ^ t0[c >>> 24];
    }
    for (; i < bytes.length; i++) c = t0[(c ^ bytes[i]) & 255] ^ (c >>> 8);
    return ~c >>> 0;
}
