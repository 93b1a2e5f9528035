"""The C libraries for JPEG 2000 and HTJ2K decode in a process that has nothing to lose."""

import pathlib
import socket
import struct
import subprocess
import time

import pytest

from tarn_server import BINARY, run

# Written by our own encoders: 16 x 16 samples of 12 bits, (37 i + 101 (i / 16)) mod 4096.
GOOD = bytes.fromhex(
    "ff4fff5100290000000000100000001000000000000000000000001000000010000000000000000000010b0101ff52000c000000010004"
    "04040001ff5c00104060686870686870686870686870ff640025000143726561746564206279204f70656e4a5045472076657273696f6e"
    "20322e352e30ff90000a0000000000760001ff93c3f3020891c1f98147f20402ef044fc0fc0167f806000cff63ff7f03fdc36bff7fc07d"
    "a0d3fc09802219ca6850df09c5f7266a307a0d9be5190aee60b66066b332c03ea089fe060036a199ae63a3478b09c81259404c9e6c476a"
    "6a1f639f0dd826dd0974491d628bffd9"
)

# HTJ2K with damaged markers: OpenJPH 0.9 corrupts its heap and is aborted, and divides by zero.
ABORTED = bytes.fromhex(
    "ff4fff5100294000000000100000001000000000000000000000001000000010000000000000000000010b0101ff500008000200000008"
    "ff52000c00020001000404044001ff5c00102070787880787880787878707078ff64001600014f70656e4a5048205665722033e5299ca4"
    "0ef93c302e392e302eff90000a0000000000ba0001ff93c001281d02077400c0009a0004c0a2fe020774001cf903077400c0009a000550"
    "505001827400fe5f86ff17e30180b400c000dfff78dfff7cef7ffeeb1f2cc83f58d03f58d03f58f0015767210016b800c0015d0005db80"
    "088220088220e7ca7a7a70827800feefff7edfff7dbfff7b7fff77ff7eef7fff7bbfff7ddfff688a56b4a215ad68452b5aea596574c603"
    "dfb3180f6598c06fde6301beb401ffd9"
)
DIVIDED = bytes.fromhex(
    "ff4fff5100294000000000180000001000000000000000000000001800000010000000000000000000010b0001ff500008000200000008"
    "ff52000c00020001000404044001ff5c00102070787880787880787878707078ff64001600014f70656e4a50482056657220302e392e30"
    "2eff90000a0000000001870001ff93c00138cf3df800823400c000960004f0001280b301877400eafed203015a4f70ccc8555452002300"
    "fb3600ce1cb13791059247004400f9b600bf9e509ddcc910fe1241bd9500c000b7a0005d7c000b5c7ee40f3ffccc93927ee4931ff9d971"
    "1f9e2191fe025ec3c884a240fd9a007fe28ffcfbc77cc487fdc307fcc3ff7d87ff7fff4efe239dfe638de2c360e603d0edff60fa0116ac"
    "4e345280d59a00ff781ffef8bfff1ffeff7bfef0cd006843580200fd9900c0017490005ee30002d7ff08c47fff798f20fefb8f7f309f92"
    "a9c3893c38417183d201ff7eeb7fff7bbfff7ddfff7eef7fff7f7fff717ffee3dffeefff7edfff7dbfff7bff7fff7fff5fff789fff0002"
    "00000008ff52000c00020001000404044001ff5c00102070787880787880787878707078ff64001600014f70656e4a5048205665722030"
    "2e392e4d242014d24080bfd002ff7fff7fff7fff7f7f802823284f288c52813e3283df00ffd9"
)

# HTJ2K with one damaged block: an assertion of OpenJPEG 2.5.0 fails, whatever the headers say.
ASSERTED = bytes.fromhex(
    "ff4fff5100294000000000100000001000000000000000000000001000000010000000000000000000010b0101ff500008000200000008"
    "ff52000c00020001000404044001ff5c00102070787880787880787878707078ff64001600014f70656e4a50482056657220302e392e30"
    "2eff90000a0000000000ba0001ff93c001281d02077400c0009a0004c0a2fe020774001cf903077400c0009a000550505001827400fe5f"
    "86ff17e30180b400c000a980017400241289f4aa71027500ff79dfff78dfff7cef7ffeeb1f2cc83f58d03f58d03f58f0015767210016b8"
    "00c0015d0005db80088220088220ffca7a7a70827800feefff7edfff7dbfff7b7fff77ff7eef7fff7bbfff7ddfff688a56b4a215ad6845"
    "2b5aea596574c603dfb3180f6598c06fde6301beb401ffd9"
)

OPENJPEG, OPENJPH = 1, 2


def samples():
    return struct.pack("<256H", *((37 * i + 101 * (i // 16)) % 4096 for i in range(256)))


class Worker:
    """A worker as `tarn` itself starts it."""

    def __enter__(self):
        self.channel, other = socket.socketpair()
        self.channel.settimeout(120)
        self.process = subprocess.Popen(
            [BINARY, "decode-worker"], stdin=other, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={})
        other.close()
        return self

    def __exit__(self, *_):
        self.channel.close()
        try:
            self.process.wait(60)
        finally:
            self.process.kill()

    def receive(self, count):
        data = b""
        while len(data) < count:
            part = self.channel.recv(count - len(data))
            if not part:
                return None
            data += part
        return data

    def decode(self, library, codestream, rows=16, columns=16, bits=12):
        """Status and body; None where the worker died."""
        body = struct.pack("<BBBBIII", library, 1, bits, 0, 0, rows, columns) + codestream
        self.channel.sendall(struct.pack("<BQ", 0, len(body)) + body)
        head = self.receive(9)
        if head is None:
            return None
        status, length = struct.unpack("<BQ", head)
        return status, self.receive(length)


def dicom(codestream, syntax, rows=16, columns=16):
    """A file with one frame of 12 bits in 16."""
    def element(group, number, vr, value):
        return struct.pack("<HH2sH", group, number, vr, len(value)) + value

    uid = syntax.encode() + b"\0" * (len(syntax) % 2)
    codestream += b"\0" * (len(codestream) % 2)
    return (
        bytes(128) + b"DICM" + element(2, 0x10, b"UI", uid)
        + element(0x28, 2, b"US", b"\1\0") + element(0x28, 4, b"CS", b"MONOCHROME2 ")
        + element(0x28, 0x10, b"US", struct.pack("<H", rows)) + element(0x28, 0x11, b"US", struct.pack("<H", columns))
        + element(0x28, 0x100, b"US", b"\x10\0") + element(0x28, 0x101, b"US", b"\x0c\0")
        + element(0x28, 0x102, b"US", b"\x0b\0") + element(0x28, 0x103, b"US", b"\0\0")
        + struct.pack("<HH2sHI", 0x7FE0, 0x10, b"OB", 0, 0xFFFFFFFF) + struct.pack("<HHI", 0xFFFE, 0xE000, 0)
        + struct.pack("<HHI", 0xFFFE, 0xE000, len(codestream)) + codestream + struct.pack("<HHI", 0xFFFE, 0xE0DD, 0))


def test_a_worker_decodes_one_frame_after_the_other_and_ends_with_its_socket():
    with Worker() as worker:
        for _ in range(3):
            assert worker.decode(OPENJPEG, GOOD) == (0, samples())
            status, reason = worker.decode(OPENJPEG, GOOD[:150])
            assert status > 0 and reason.decode()
    assert worker.process.returncode == 0


@pytest.mark.parametrize(
    "library, codestream, columns", [(OPENJPH, ABORTED, 16), (OPENJPH, DIVIDED, 24), (OPENJPEG, ASSERTED, 16)])
def test_what_kills_a_library_kills_a_worker_and_no_command(library, codestream, columns, tmp_path):
    with Worker() as worker:
        assert worker.decode(library, codestream, columns=columns) is None
    assert worker.process.returncode < 0
    file = tmp_path / "hostile.dcm"
    file.write_bytes(dicom(codestream, "1.2.840.10008.1.2.4.201", columns=columns))
    begun = time.monotonic()
    done = run("decode", file, "--output", tmp_path / "out.raw", check=False)
    # Samples, where OpenJPEG can make something of it; else a reason. Never the end of the command itself.
    assert done.returncode in (0, 1), done.stderr
    assert done.returncode == 0 or "hostile.dcm: " in done.stderr
    assert time.monotonic() - begun < 60


def test_a_good_frame_is_decoded_by_the_command(tmp_path):
    file = tmp_path / "good.dcm"
    file.write_bytes(dicom(GOOD, "1.2.840.10008.1.2.4.90"))
    run("decode", file, "--output", tmp_path / "out.raw")
    assert (tmp_path / "out.raw").read_bytes() == samples()


def test_a_worker_has_its_socket_limits_and_nothing_else():
    with Worker() as worker:
        assert worker.decode(OPENJPEG, GOOD)[0] == 0
        process = pathlib.Path(f"/proc/{worker.process.pid}")
        status = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines() if ":" in line)
        assert status["Seccomp"].strip() == "2"
        assert status["NoNewPrivs"].strip() == "1"
        limits = (process / "limits").read_text()
        space = next(line for line in limits.splitlines() if line.startswith("Max address space")).split()[3]
        seconds = next(line for line in limits.splitlines() if line.startswith("Max cpu time")).split()[3]
        assert int(space) < 1 << 30 and int(seconds) <= 10


@pytest.mark.parametrize("message", [b"\0" * 9, struct.pack("<BQ", 0, 20) + b"x" * 20, struct.pack("<BQ", 0, 1 << 40)])
def test_what_is_no_frame_is_answered_or_ends_the_worker(message):
    with Worker() as worker:
        worker.channel.sendall(message)
        head = worker.receive(9)
        assert head is None or head[0] > 0
