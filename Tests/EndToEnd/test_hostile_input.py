"""Bad input: a clear answer for each, the rest of the batch goes on, nothing half visible, memory bounded."""

import http.client
import json
import os
import struct
import threading
import time
import zipfile

import pytest

from studies import CT, ct_slice, read, series
from tarn_server import multipart, verdicts


def stow(server, token, parts, query=""):
    body, headers = multipart(parts)
    status, _, answer = server.request("POST", "/dicom-web/studies" + query, body, token, headers)
    return status, verdicts(answer) if status in (200, 202, 409) else json.loads(answer)


def nested(depth):
    """A data set whose sequences nest `depth` deep, undefined lengths, explicit little endian."""
    opening = struct.pack("<HH2sHI", 0x0008, 0x1140, b"SQ", 0, 0xFFFFFFFF) + struct.pack("<HHI", 0xFFFE, 0xE000, 0xFFFFFFFF)
    closing = struct.pack("<HHI", 0xFFFE, 0xE00D, 0) + struct.pack("<HHI", 0xFFFE, 0xE0DD, 0)
    return opening * depth + closing * depth


def header(whole):
    """A slice up to its pixel data."""
    return whole[:whole.index(struct.pack("<HH2s", 0x7FE0, 0x0010, b"OW"))]


@pytest.fixture(scope="module")
def project(shared_server):
    return shared_server, shared_server.project("BAD")


def test_each_bad_part_is_rejected_with_a_reason_and_good_ones_go_on(project):
    server, token = project
    good, broken = series(2), series(4)
    bad = {
        "empty": b"",
        "text": b"this is not DICOM at all, however long it is " * 20,
        "zeros": bytes(4096),
        "cut in the header": broken[0][:600],
        "cut in the pixels": broken[1][:-100],
        "four gigabytes in one kilobyte": header(broken[2]) + struct.pack("<HH2sHI", 0x7FE0, 0x0010, b"OW", 0, 0xFFFFFFFE) + b"x" * 100,
        "nested 10,000 deep": header(broken[3]) + nested(10_000),
    }
    parts = [good[0], *bad.values(), good[1]]
    status, lines = stow(server, token, parts)
    assert [line["index"] for line in lines] == list(range(len(parts)))
    assert lines[0]["verdict"] == lines[-1]["verdict"] == "accepted", lines
    for name, line in zip(bad, lines[1:-1]):
        assert line["verdict"] == "rejected", (name, line)
        assert line["reason"], name


def test_a_file_cut_anywhere_never_breaks_the_server(project):
    server, token = project
    whole = series(1, rows=16)[0]
    cuts = list(range(0, len(whole) - 1, max(1, len(whole) // 150)))
    _, lines = stow(server, token, [whole[:cut] for cut in cuts])
    assert len(lines) == len(cuts)
    for cut, line in zip(cuts, lines):
        assert line["verdict"] in ("rejected", "held", "accepted", "conflict", "alreadyThere"), (cut, line)
    assert server.request("GET", "/healthz")[0] == 200


def test_the_same_uid_with_other_content_is_a_conflict_and_the_first_stays(project):
    server, token = project
    first = series(1)[0]
    data = read(first)
    other = ct_slice(data.StudyInstanceUID, data.SeriesInstanceUID, 1, sop=data.SOPInstanceUID, seed=99)
    # One after the other: parts of one upload are worked on at the same time, and either could be the first.
    lines = [stow(server, token, [part])[1][0] for part in (first, first, other)]
    assert [line["verdict"] for line in lines] == ["accepted", "alreadyThere", "conflict"]
    _, _, stored = server.request("GET", f"/dicom-web/studies/{lines[0]['study']}/series/{lines[0]['series']}/instances/{lines[0]['instance']}/frames/1", token=token)
    assert read(first).PixelData in stored


def test_unknown_project_wrong_token_and_no_token_are_told_apart_from_nothing(project):
    server, token = project
    part = series(1)
    assert stow(server, token, part, "?project=NOSUCH")[0] == 404
    assert stow(server, "tarn_wrong", part)[0] == 401
    assert stow(server, None, part)[0] == 401


def test_zip_bombs_and_climbing_names_in_archives_are_refused_and_the_rest_goes_on(server, tmp_path):
    server.project("ZIPS")
    good = series(1)[0]
    with zipfile.ZipFile(tmp_path / "mixed.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../../climbing.dcm", good)
        archive.writestr("bomb.dcm", bytes(600 << 20))
        archive.writestr("notes.txt", "no DICOM")
    (tmp_path / "broken.zip").write_bytes(b"PK\x03\x04" + os.urandom(500))
    files = server.ingest(tmp_path / "mixed.zip", tmp_path / "broken.zip", project="ZIPS", expect=(1,))
    by_name = {entry["file"].split("/")[-1]: entry["verdict"] for entry in files}
    assert by_name["climbing.dcm"] == "accepted"
    assert by_name["bomb.dcm"] == "rejected"
    assert not (tmp_path.parent / "climbing.dcm").exists()
    assert any("broken.zip" in entry["file"] and entry["verdict"] == "rejected" for entry in files)


def resident(pid):
    """Resident memory of a process in bytes, without what it shares by mapping files."""
    with open(f"/proc/{pid}/status") as status:
        fields = dict(line.split(":", 1) for line in status)
    return (int(fields["RssAnon"].split()[0]) + int(fields["RssShmem"].split()[0])) << 10


def chunks_of_a_huge_instance(frames, rows=512):
    """A valid multi-frame CT of frames × rows² × 2 bytes, made as it is sent."""
    small = read(series(1, rows=rows)[0])
    small.NumberOfFrames = frames
    small.SOPClassUID = small.file_meta.MediaStorageSOPClassUID = CT
    import io
    buffer = io.BytesIO()
    small.save_as(buffer, enforce_file_format=True)
    whole = buffer.getvalue()
    mark = struct.pack("<HH2sH", 0x7FE0, 0x0010, b"OW", 0)
    start = whole.index(mark)
    frame = whole[start + 12:]
    yield b"--tarn-test\r\nContent-Type: application/dicom\r\n\r\n"
    yield whole[:start] + mark + struct.pack("<I", len(frame) * frames)
    for _ in range(frames):
        yield frame
    yield b"\r\n--tarn-test--\r\n"


def test_an_upload_of_any_size_takes_less_than_200_mb_above_idle(server):
    token = server.project("LARGE")
    stow(server, token, series(3))
    time.sleep(1)
    idle = resident(server.process.pid)
    peak, running = [idle], [True]

    def watch():
        while running[0]:
            peak[0] = max(peak[0], resident(server.process.pid))
            time.sleep(0.01)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=600)
        connection.request("POST", "/dicom-web/studies", chunks_of_a_huge_instance(1600), {
            "Content-Type": 'multipart/related; type="application/dicom"; boundary=tarn-test',
            "Accept": "application/x-ndjson", "Authorization": f"Bearer {token}"}, encode_chunked=True)
        answer = connection.getresponse()
        lines = verdicts(answer.read())
        assert lines[0]["verdict"] == "accepted", lines  # 839 MB in one instance
        many = series(40, rows=1024)
        for _ in range(2):
            assert all(line["verdict"] in ("accepted", "alreadyThere") for line in stow(server, token, many)[1])
    finally:
        running[0] = False
        watcher.join()
    assert peak[0] - idle < 200 << 20, f"{(peak[0] - idle) >> 20} MB above idle"


def test_a_client_that_vanishes_midway_leaves_nothing_half_visible(server):
    token = server.project("GONE")
    body, headers = multipart(series(5, rows=256))
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.putrequest("POST", "/dicom-web/studies")
    for name, value in (headers | {"Authorization": f"Bearer {token}", "Content-Length": str(len(body))}).items():
        connection.putheader(name, value)
    connection.endheaders(body[: len(body) // 2])
    connection.close()
    time.sleep(1)
    found = server.json("GET", "/dicom-web/instances", token=token) or []
    report = json.loads(server.command("fsck", "--json").stdout)
    assert report["problems"] == []
    assert len(found) <= 3


@pytest.mark.skipif(os.geteuid() != 0, reason="a small file system of its own needs root to mount")
def test_a_full_disk_is_said_clearly_and_nothing_acknowledged_is_lost(tmp_path):
    import subprocess
    from tarn_server import Server
    small = tmp_path / "small"
    small.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=260m,mode=755", "tmpfs", small], capture_output=True).returncode != 0:
        pytest.skip("no tmpfs can be mounted here")
    instance = Server(small)
    instance.key = tmp_path / "key" / "master.key"
    instance.log = tmp_path / "serve.log"
    try:
        instance.start()
        token = instance.project("FULL")
        stored, refused = [], 0
        for batch in range(60):
            status, lines = stow(instance, token, series(8, rows=1024, seed=batch))
            if isinstance(lines, dict):
                refused += 1
            else:
                stored += [line["instance"] for line in lines if line["verdict"] == "accepted"]
                refused += sum(line["verdict"] == "rejected" for line in lines)
            if refused > 16:
                break
        assert refused, "the disk never filled"
        assert stored
        assert instance.request("GET", "/healthz")[0] == 200
        found = instance.json("GET", "/dicom-web/instances?limit=100000", token=token)
        assert {entry["00080018"]["Value"][0] for entry in found} >= set(stored)
    finally:
        instance.discard()
        subprocess.run(["umount", "-l", small], check=False)
