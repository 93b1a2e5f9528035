"""kill -9 at random points of an ingest: nothing acknowledged is lost, nothing is half visible.

KILLS says how often (20 unless told; 300 before a release)."""

import http.client
import json
import os
import random
import threading
import time

from studies import series
from tarn_server import multipart, verdicts

KILLS = int(os.environ.get("KILLS", "20"))


def upload(server, token, slices, acknowledged):
    """Sends batches of three until the connection breaks; remembers what was acknowledged."""
    for start in range(0, len(slices), 3):
        batch = slices[start:start + 3]
        body, headers = multipart(batch)
        try:
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
            connection.request("POST", "/dicom-web/studies", body, headers | {"Authorization": f"Bearer {token}"})
            answer = connection.getresponse()
            lines = verdicts(answer.read())
        except (OSError, http.client.HTTPException, json.JSONDecodeError):
            return
        for data, line in zip(batch, lines):
            assert line["verdict"] in ("accepted", "alreadyThere"), line
            acknowledged.append((data, line["instance"]))


def test_kill_9_loses_nothing_that_was_acknowledged(server):
    token = server.project("KILL")
    chance = random.Random(int(os.environ.get("SEED", "1")))
    total = 0
    for _ in range(KILLS):
        acknowledged = []
        lanes = [threading.Thread(target=upload, args=(server, token, series(60, rows=128, seed=chance.randrange(10**6)), acknowledged))
                 for _ in range(3)]
        for lane in lanes:
            lane.start()
        time.sleep(chance.uniform(0.02, 0.6))
        server.kill()
        for lane in lanes:
            lane.join()
        server.start()
        found = server.json("GET", "/dicom-web/instances?limit=100000", token=token) or []
        present = {entry["00080018"]["Value"][0] for entry in found}
        missing = [uid for _, uid in acknowledged if uid not in present]
        assert not missing, f"{len(missing)} of {len(acknowledged)} acknowledged instances are gone"
        total += len(acknowledged)
        if acknowledged:
            data, uid = chance.choice(acknowledged)
            again, headers = multipart([data])
            _, _, answer = server.request("POST", "/dicom-web/studies", again, token, headers)
            assert verdicts(answer)[0]["verdict"] == "alreadyThere"
            assert verdicts(answer)[0]["instance"] == uid
    assert total > KILLS, "the kills came before anything was acknowledged: the test proved nothing"
    report = json.loads(server.command("fsck", "--json").stdout)
    assert report["problems"] == [], report
