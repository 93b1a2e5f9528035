"""kill -9 while held images are blacked out and published: each is published whole or waits as before, and its original
comes back bit for bit."""

import io
import json
import os
import random
import threading
import time
import urllib.error

import numpy
import pydicom
from pydicom.uid import generate_uid

from studies import SECONDARY_CAPTURE, ct_slice, read

KILLS = int(os.environ.get("KILLS", "20")) // 4
BOX = {"x": 4, "y": 8, "width": 30, "height": 6}


def capture(number):
    data = read(ct_slice(
        generate_uid(), generate_uid(), number, rows=256, sop_class=SECONDARY_CAPTURE, Modality="OT",
        Manufacturer="Killmaker", ManufacturerModelName="K", ImageType=["DERIVED", "SECONDARY"]))
    row, column = numpy.indices((256, 256))
    data.PixelData = (100 + row + column).astype(numpy.uint16).tobytes()
    buffer = io.BytesIO()
    data.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def decide(server, token, item, decided):
    try:
        status, _, answer = server.request(
            "POST", f"/api/v1/held/{item['id']}/release", {"regions": [BOX]}, token)
    except (OSError, urllib.error.URLError):
        return
    assert status == 200, answer
    decided.append(item["instance"])


def test_kill_9_leaves_no_image_half_released(server):
    token = server.project("KILLREVIEW")
    chance = random.Random(int(os.environ.get("SEED", "1")))
    originals, decided = [], []
    for _ in range(max(1, KILLS)):
        for number in range(12):
            path = server.directory / "capture.dcm"
            path.write_bytes(capture(number))
            verdict, = server.ingest(path, project="KILLREVIEW")
            assert verdict["verdict"] == "held", verdict
            originals.append(verdict["instance"])
        items = server.json("GET", "/api/v1/held", token=token)["items"]
        lanes = [threading.Thread(target=decide, args=(server, token, item, decided)) for item in items]
        for lane in lanes:
            lane.start()
        time.sleep(chance.uniform(0.05, 0.8))
        server.kill()
        for lane in lanes:
            lane.join()
        server.start()
        waiting = {item["instance"] for item in server.json("GET", "/api/v1/held", token=token)["items"]}
        assert not waiting & set(decided), "what was said to be published waits"
    for item in server.json("GET", "/api/v1/held", token=token)["items"]:
        decide(server, token, item, decided)
    assert len(decided) > 0
    for uid in originals:
        entry, = server.json("GET", f"/dicom-web/instances?SOPInstanceUID={uid}", token=token)
        place = "/dicom-web/studies/{}/series/{}/instances/{}".format(
            entry["0020000D"]["Value"][0], entry["0020000E"]["Value"][0], uid)
        _, _, body = server.request(
            "GET", place, token=token, headers={"Accept": 'multipart/related; type="application/dicom"'})
        pixels = pydicom.dcmread(io.BytesIO(body[body.index(b"\r\n\r\n") + 4:])).pixel_array
        row, column = numpy.indices((256, 256))
        expected = 100 + row + column
        expected[8:14, 4:34] = 100
        assert (pixels == expected).all()
    # Every original comes back as it was, and what was superseded is erased by whoever came after the crash.
    report = json.loads(server.command("fsck", "--deep", "--json").stdout)
    assert report["problems"] == [] and report["rebuilt"] == len(originals), report
    assert report["erased"] >= 2 * len(originals), report
