"""`tarn keys rotate` while people view and bring in images, and killed with -9 in the middle."""

import json
import random
import threading
import time

from studies import series
from tarn_server import multipart, run, verdicts
from traces import kill_in_the_middle


class Load:
    """Threads that bring in new studies and look at old ones until they are told to stop; every answer counts."""

    def __init__(self, server, token, lanes=2):
        self.server, self.token = server, token
        self.failures, self.done = [], 0
        self.stopping = threading.Event()
        self.instances = []
        self.threads = [threading.Thread(target=self.ingest, args=(lane,)) for lane in range(lanes)]
        self.threads += [threading.Thread(target=self.view, args=(lane,)) for lane in range(lanes)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        for thread in self.threads:
            thread.join()

    def ingest(self, lane):
        turn = 0
        while not self.stopping.is_set():
            turn += 1
            body, headers = multipart(series(2, rows=64, seed=lane * 10**6 + turn))
            status, _, answer = self.server.request(
                "POST", "/dicom-web/studies", body, self.token, headers)
            lines = verdicts(answer)
            if status != 200 or any(line["verdict"] not in ("accepted", "alreadyThere") for line in lines):
                self.failures.append((status, answer[:300]))
                return
            self.instances += [line["instance"] for line in lines]
            self.done += 1

    def view(self, lane):
        chance = random.Random(lane)
        while not self.stopping.is_set():
            if not self.instances:
                time.sleep(0.01)
                continue
            uid = chance.choice(self.instances)
            status, _, answer = self.server.request("GET", f"/api/v1/instances/{uid}/frames/1/pixels", token=self.token)
            if status != 200:
                self.failures.append((status, answer[:300]))
                return
            self.done += 1


def test_nobody_notices_a_rotation(server):
    token = server.project("ROTATE")
    old = run("keys", "show-id", "--master-key", server.key).stdout.strip()
    with Load(server, token) as load:
        while load.done < 20 and not load.failures:
            time.sleep(0.05)
        outcomes = [json.loads(server.command("keys", "rotate", "--json").stdout) for _ in range(3)]
        before = load.done
        while load.done < before + 20 and not load.failures:
            time.sleep(0.05)
    assert load.failures == []
    new = run("keys", "show-id", "--master-key", server.key).stdout.strip()
    assert [outcomes[0]["from"], outcomes[2]["to"]] == [old, new] and old != new
    assert [outcome["to"] for outcome in outcomes[:2]] == [outcome["from"] for outcome in outcomes[1:]]
    assert outcomes[0]["rewrapped"] > 0
    kept = server.key.with_name(server.key.name + "." + old)
    assert outcomes[0]["kept"] == str(kept) and kept.stat().st_mode & 0o077 == 0
    assert run("keys", "show-id", "--master-key", kept).stdout.strip() == old
    assert server.key.stat().st_mode & 0o077 == 0
    server.stop()
    # On a stopped lake, too.
    json.loads(server.command("keys", "rotate", "--json").stdout)
    server.start()
    report = json.loads(server.command("fsck", "--deep", "--json").stdout)
    assert report["problems"] == [] and report["rebuilt"] == len(set(load.instances)), report


def test_kill_9_in_the_middle_of_a_rotation(server):
    token = server.project("ROTATE")
    chance = random.Random(4)
    count = 0
    for seed in range(6):
        body, headers = multipart(series(1, rows=64, seed=seed))
        status, _, answer = server.request("POST", "/dicom-web/studies", body, token, headers)
        assert verdicts(answer)[0]["verdict"] == "accepted", answer
        count += 1
    for turn in range(8):
        report = kill_in_the_middle(server, chance.uniform(0.01, 0.25), "keys", "rotate")
        assert report["rebuilt"] == count, (turn, report)
    last = json.loads(server.command("keys", "rotate", "--json").stdout)
    assert run("keys", "show-id", "--master-key", server.key).stdout.strip() == last["to"]
    assert not server.key.with_name(server.key.name + ".next").exists()
    report = json.loads(server.command("fsck", "--deep", "--json").stdout)
    assert report["problems"] == [] and report["rebuilt"] == count, report


def test_a_rotation_is_an_operators(server):
    token = server.project("ROTATE")
    assert server.request("POST", "/api/v1/keys/rotate", {}, token)[0] == 404
    assert server.request("POST", "/api/v1/keys/rotate", {})[0] == 401
