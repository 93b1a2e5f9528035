"""CARs that Tarn packs, read by other people's code, and the other way round."""

import hashlib
import json
import os
import resource
import subprocess
import sys

import ipld_car
import pytest
from multiformats import CID, multihash

from tarn_server import BINARY, ROOT, run

MEBIBYTE = 1 << 20
VECTORS = ROOT / "Tests/Vectors/car"


def text(cid):
    return cid.encode("base32")


def decoded(path):
    """Roots and blocks as ipld-car reads them, each block compared with its CID by multiformats."""
    roots, blocks = ipld_car.decode(path.read_bytes())
    for cid, data in blocks:
        assert multihash.digest(bytes(data), "sha2-256") == cid.digest
    return roots, {text(cid): bytes(data) for cid, data in blocks}


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def fields(message):
    """The fields of a protobuf message: (number, value)."""
    at, found = 0, []
    while at < len(message):
        key, at = varint(message, at)
        value, at = varint(message, at)
        if key & 7 == 2:
            value, at = message[at : at + value], at + value
        found.append((key >> 3, value))
    return found


def content(cid, blocks):
    """The file that `cid` is, by the specification of UnixFS."""
    data = blocks[text(cid)]
    if cid.codec.name == "raw":
        return data
    links = [dict(fields(value)) for number, value in fields(data) if number == 2]
    return b"".join(content(CID.decode(link[1]), blocks) for link in links)


def names(cid, blocks):
    links = [dict(fields(value)) for number, value in fields(blocks[text(cid)]) if number == 2]
    return {link[2].decode(): CID.decode(link[1]) for link in links}


@pytest.mark.parametrize("size", [0, 1, MEBIBYTE, MEBIBYTE + 1, 5 * MEBIBYTE + 7])
def test_a_packed_file_is_read_by_others_and_comes_back(tmp_path, size):
    original = tmp_path / "original"
    original.write_bytes(os.urandom(size))
    car, back = tmp_path / "x.car", tmp_path / "back"
    root = run("car", "pack", original, "--output", car).stdout.strip()
    roots, blocks = decoded(car)
    assert [text(found) for found in roots] == [root]
    assert content(CID.decode(root), blocks) == original.read_bytes()
    report = json.loads(run("car", "verify", car, "--root", root, "--json").stdout)
    assert report["blocks"] == len(blocks) and report["bytes"] == car.stat().st_size and not report.get("problem")
    run("car", "unpack", car, "--output", back)
    assert back.read_bytes() == original.read_bytes()


def test_known_archives_have_their_bytes(tmp_path):
    hello, car = tmp_path / "hello", tmp_path / "hello.car"
    hello.write_text("hello world")
    root = run("car", "pack", hello, "--output", car).stdout.strip()
    assert root == "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e"
    assert car.read_bytes() == (VECTORS / "leaf.car").read_bytes()
    larger, car = tmp_path / "larger", tmp_path / "larger.car"
    larger.write_bytes(bytes(range(256)) * 8192 + b"\1")
    result = json.loads(run("car", "pack", larger, "--output", car, "--json").stdout)
    assert result["root"] == "bafybeibzjs6iwxt72vhm62v53f5rd2tzmpacjs2x4g6sfnobkte2stxhjm"
    assert result == {**result, "files": 1, "blocks": 3, "duplicates": 1, "bytes": 1_048_905}
    digest = "bd57fa2b83821d58b08431ee901591785f34c0339fcb456ae81fcea3757e2ed8"
    assert hashlib.sha256(car.read_bytes()).hexdigest() == digest
    piece = json.loads(run("car", "commp", car, "--json").stdout)
    assert piece["v2"] == "bafkzcibew76t4ee6gzhjxp3ks7y3iwz4r3mtkwvp2yqzlyqmnektz5r4xw4twppzfy"
    assert piece["payload"] == 1_048_905 and piece["padded"] == 2 * MEBIBYTE


def test_piece_commitments_are_printed(tmp_path):
    file = tmp_path / "groups"
    file.write_bytes(b"".join(bytes([value]) * 127 for value in range(4)))
    assert run("car", "commp", file).stdout.split() == [
        "v1", "baga6ea4seaqes3nobte6ezpp4wqan2age2s5yxcatzotcvobhgcmv5wi2xh5mbi",
        "v2", "bafkzcibcaaces3nobte6ezpp4wqan2age2s5yxcatzotcvobhgcmv5wi2xh5mbi", "padded", "512",
    ]


def test_folders_go_in_and_come_out(tmp_path):
    files = {"a": b"", "b/c": os.urandom(3 * MEBIBYTE), "b/d/é": b"e", "z": b"e"}
    for name, data in files.items():
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / name).write_bytes(data)
    root = run("car", "pack", tmp_path / "in", "--output", tmp_path / "x.car").stdout.strip()
    _, blocks = decoded(tmp_path / "x.car")
    top = names(CID.decode(root), blocks)
    assert sorted(top) == ["a", "b", "z"]
    assert content(names(top["b"], blocks)["c"], blocks) == files["b/c"]
    run("car", "unpack", tmp_path / "x.car", "--output", tmp_path / "out")
    found = {
        str(path.relative_to(tmp_path / "out")): path.read_bytes()
        for path in (tmp_path / "out").rglob("*") if path.is_file()
    }
    assert found == files
    # Several at once: a folder of them, under their own names.
    run("car", "pack", tmp_path / "in", tmp_path / "x.car", "--output", tmp_path / "y.car")
    run("car", "unpack", tmp_path / "y.car", "--output", tmp_path / "both")
    assert (tmp_path / "both/in/b/c").read_bytes() == files["b/c"]
    assert (tmp_path / "both/x.car").read_bytes() == (tmp_path / "x.car").read_bytes()


def test_archives_of_others_are_unpacked(tmp_path):
    run("car", "unpack", VECTORS / "folder.car", "--output", tmp_path / "out")
    assert (tmp_path / "out/a").read_bytes() == b"hello world"
    assert (tmp_path / "out/b").read_bytes() == b"hello worldhello world"
    done = run("car", "verify", VECTORS / "incomplete.car", check=False)
    assert done.returncode == 1 and "missing bafybei" in done.stdout
    done = run("car", "unpack", VECTORS / "incomplete.car", "--output", tmp_path / "cut", check=False)
    assert done.returncode == 1 and "a block is missing" in done.stderr
    assert [path.name for path in (tmp_path / "cut").iterdir()] == ["a"]


def test_nothing_is_overwritten_and_nothing_half_is_left(tmp_path):
    hello, car = tmp_path / "hello", tmp_path / "hello.car"
    hello.write_text("hello world")
    run("car", "pack", hello, "--output", car)
    before = car.read_bytes()
    for arguments in (["pack", hello], ["unpack", car]):
        done = run("car", *arguments, "--output", car, check=False)
        assert done.returncode == 1 and "exists already" in done.stderr and car.read_bytes() == before
    done = run("car", "pack", hello, tmp_path / "not-there", "--output", tmp_path / "y.car", check=False)
    assert done.returncode == 1 and "not found" in done.stderr and not (tmp_path / "y.car").exists()
    os.mkfifo(tmp_path / "fifo")
    done = run("car", "pack", tmp_path / "fifo", "--output", tmp_path / "y.car", check=False)
    assert done.returncode == 1 and not (tmp_path / "y.car").exists()
    done = run("car", "pack", hello, hello, "--output", tmp_path / "y.car", check=False)
    assert done.returncode == 1 and not (tmp_path / "y.car").exists()
    changed = tmp_path / "changed.car"
    changed.write_bytes(before[:-1] + b"D")
    for command in (["verify", changed], ["unpack", changed, "--output", tmp_path / "out"]):
        done = run("car", *command, check=False)
        assert done.returncode == 1 and "not what its identifier names" in done.stderr
    assert not (tmp_path / "out").exists()
    assert run("car", "verify", car, "--root", "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku",
               check=False).returncode == 1
    assert run("car", "pack", check=False).returncode == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["changed.car", "fifo", "hello", "hello.car"]


def test_a_write_that_fails_leaves_nothing(tmp_path):
    original = tmp_path / "original"
    original.write_bytes(os.urandom(8 * MEBIBYTE))
    # Beyond the limit a write fails, as on a full disk; the signal that goes with it is ignored.
    limited = {
        "preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (3 * MEBIBYTE, 3 * MEBIBYTE)),
        "restore_signals": False, "check": False,
    }
    done = run("car", "pack", original, "--output", tmp_path / "x.car", **limited)
    assert done.returncode == 1 and "cannot be written" in done.stderr
    run("car", "pack", original, "--output", tmp_path / "y.car")
    done = run("car", "unpack", tmp_path / "y.car", "--output", tmp_path / "out", **limited)
    assert done.returncode == 1 and "cannot be written" in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["original", "y.car"]


# The peak of a command in KiB. Asked by a small process: what a child is forked from counts as its own until it begins.
PEAK = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


@pytest.mark.parametrize("size", [32, 256])
def test_memory_does_not_grow_with_the_file(tmp_path, size):
    original = tmp_path / "original"
    with open(original, "wb") as file:
        for _ in range(size):
            file.write(os.urandom(4096) * 256)
    for command in (
        ["pack", original, "--output", tmp_path / "x.car"], ["verify", tmp_path / "x.car"],
        ["unpack", tmp_path / "x.car", "--output", tmp_path / "back"], ["commp", tmp_path / "x.car"],
    ):
        done = subprocess.run(
            [sys.executable, "-c", PEAK, BINARY, "car", *map(str, command)], capture_output=True, text=True, check=True)
        peak = int(done.stdout)
        assert peak < 100 << 10, (command, peak)


def test_help_has_examples():
    for command in ([], ["pack"], ["unpack"], ["verify"], ["commp"]):
        assert "Example:  tarn car" in run("car", *command, "--help").stdout
