#!/usr/bin/env python3
"""Writes the files of car/ and dag-cbor/ beside this file, seeds of the fuzz targets, with PyPI's dag-cbor, ipld-car and
multiformats: other people's code. Deterministic."""
import pathlib

import dag_cbor
import ipld_car
from multiformats import CID, multihash

here = pathlib.Path(__file__).resolve().parent


def cid(codec, data, version=1):
    base = "base58btc" if version == 0 else "base32"
    return CID(base, version, codec, multihash.digest(data, "sha2-256"))


def field(number, content):
    """A field of protobuf: a number, or bytes of fewer than 128."""
    if isinstance(content, int):
        return bytes([number << 3, content])
    return bytes([number << 3 | 2, len(content)]) + content


def node(links, data):
    return b"".join(
        field(2, field(1, bytes(target)) + field(2, name.encode()) + field(3, size)) for target, name, size in links
    ) + field(1, data)


leaf = b"hello world"
first = cid("raw", leaf)
pair = node([(first, "", 11), (first, "", 11)], field(1, 2) + field(3, 22) + field(4, 11) + field(4, 11))
pair_cid = cid("dag-pb", pair)
folder = node([(first, "a", 11), (pair_cid, "b", 122)], field(1, 1))
folder_cid = cid("dag-pb", folder)
inline = field(1, field(1, 2) + field(2, b"old") + field(3, 3))
inline_cid = cid("dag-pb", inline, version=0)
record = dag_cbor.encode({"parts": [first], "n": 1})
record_cid = cid("dag-cbor", record)

archives = {
    "leaf": ([first], [(first, leaf)]),
    "file": ([pair_cid], [(first, leaf), (pair_cid, pair)]),
    "folder": ([folder_cid], [(first, leaf), (pair_cid, pair), (folder_cid, folder)]),
    "incomplete": ([folder_cid], [(first, leaf), (folder_cid, folder)]),
    "duplicates": ([first, inline_cid], [(first, leaf), (inline_cid, inline), (first, leaf)]),
    "record": ([record_cid], [(record_cid, record), (first, leaf)]),
}
for name, (roots, blocks) in archives.items():
    (here / "car" / f"{name}.car").write_bytes(ipld_car.encode(roots, blocks))

values = {
    "map": {"hello": "world", "n": 1, "link": first, "aa": None, "b": [True, False, -1, 1.5, b"bytes"]},
    "numbers": [0, 23, 24, 255, 256, 65535, 65536, 2**32, 2**64 - 1, -(2**64), -1, -25, 4.1],
    "nested": [[[[{"a": {"b": {"c": []}}}]]]],
    "texts": ["", "ü", "水", {"é": 1}],
}
for name, value in values.items():
    (here / "dag-cbor" / f"{name}.cbor").write_bytes(dag_cbor.encode(value))
