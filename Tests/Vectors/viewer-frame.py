#!/usr/bin/env python3
"""Writes viewer-frame.json beside this file, from Docs/Formats/viewer-frame.md alone. Deterministic."""
import json
import pathlib
import random
import struct


def predict(samples, columns, y, x):
    at = lambda row, column: samples[row * columns + column]
    if y == 0:
        return at(0, x - 1) if x else 0
    if x == 0:
        return at(y - 1, 0)
    a, b, c = at(y, x - 1), at(y - 1, x), at(y - 1, x - 1)
    if c >= max(a, b):
        return min(a, b)
    if c <= min(a, b):
        return max(a, b)
    return a + b - c


def encode(rows, columns, bits, bits_stored, signed, samples):
    residuals = []
    for y in range(rows):
        for x in range(columns):
            r = (samples[y * columns + x] - predict(samples, columns, y, x)) % (1 << bits)
            r = r - (1 << bits) if r >> (bits - 1) else r
            residuals.append(((r << 1) ^ (r >> (bits - 1))) & ((1 << bits) - 1))
    header = b"TRNF" + struct.pack("<BBBBHHI", 1, int(signed), bits, bits_stored, rows, columns, 0)
    planes = bytes(z & 255 for z in residuals)
    return header + (planes + bytes(z >> 8 for z in residuals) if bits == 16 else planes)


def frame(name, rows, columns, bits, bits_stored, signed, samples):
    assert len(samples) == rows * columns
    return {"name": name, "rows": rows, "columns": columns, "bits": bits, "bitsStored": bits_stored, "signed": signed,
            "samples": samples, "body": encode(rows, columns, bits, bits_stored, signed, samples).hex()}


r = random.Random(1)
smooth = [min(4095, 40 * y + 3 * x + r.randrange(12)) for y in range(9) for x in range(13)]
frames = [
    frame("one pixel", 1, 1, 16, 12, False, [1064]),
    frame("one negative pixel", 1, 1, 16, 16, True, [-1000]),
    frame("one row", 1, 5, 16, 12, False, [0, 1, 3, 2, 4095]),
    frame("one column", 5, 1, 16, 12, False, [4095, 0, 7, 7, 8]),
    frame("each branch of the predictor", 3, 3, 16, 16, False, [10, 20, 15, 12, 18, 30, 9, 25, 22]),
    frame("smooth, 12 bits", 9, 13, 16, 12, False, smooth),
    frame("smooth around zero, signed", 9, 13, 16, 16, True, [s - 200 for s in smooth]),
    frame("unsigned extremes wrap", 3, 4, 16, 16, False, [0, 65535, 0, 65535, 65535, 0, 32768, 32767, 1, 65534, 0, 65535]),
    frame("signed extremes wrap", 3, 4, 16, 16, True,
          [-32768, 32767, -32768, 32767, 32767, -32768, 0, -1, 1, -2, 32767, -32768]),
    frame("noise, unsigned", 7, 11, 16, 16, False, [r.randrange(65536) for _ in range(77)]),
    frame("noise, signed", 7, 11, 16, 16, True, [r.randrange(65536) - 32768 for _ in range(77)]),
    frame("8 bits", 6, 7, 8, 8, False, [r.randrange(256) for _ in range(42)]),
    frame("8 bits, signed extremes", 2, 3, 8, 8, True, [-128, 127, -128, 127, -1, 0]),
    frame("1 bit", 4, 5, 8, 1, False, [r.randrange(2) for _ in range(20)]),
]
good = bytes.fromhex(frames[4]["body"])
patched = lambda offset, value: (good[:offset] + bytes([value]) + good[offset + 1:]).hex()
refused = [{"name": name, "body": body} for name, body in [
    ("no bytes", ""), ("header cut short", good[:15].hex()), ("header alone", good[:16].hex()),
    ("one byte short", good[:-1].hex()), ("one byte long", good.hex() + "00"), ("other magic", patched(0, 0x55)),
    ("version 0", patched(4, 0)), ("version 2", patched(4, 2)), ("unknown flag", patched(5, 2)), ("12 bits", patched(6, 12)),
    ("bits stored 0", patched(7, 0)), ("bits stored above bits", patched(7, 17)), ("no rows", patched(8, 0)),
    ("no columns", patched(10, 0)), ("reserved byte set", patched(12, 1)), ("more rows than bytes", patched(9, 255)),
]]
out = pathlib.Path(__file__).with_name("viewer-frame.json")
lines = lambda items: ",\n".join("  " + json.dumps(item, separators=(",", ":")) for item in items)
out.write_text('{"frames":[\n%s\n],"refused":[\n%s\n]}\n' % (lines(frames), lines(refused)))
