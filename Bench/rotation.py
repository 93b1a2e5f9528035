"""Rotation of the master key under load; see rotation.sh."""

import argparse
import http.client
import json
import os
import pathlib
import random
import statistics
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Tests"))

from key_services import SoftToken, TransitServer  # noqa: E402
from studies import series  # noqa: E402
from tarn_server import Server, multipart, run, verdicts  # noqa: E402

PATIENTS = int(os.environ.get("PATIENTS", "2000"))
SECONDS = float(os.environ.get("SECONDS_EACH", "10"))
ROUNDS = int(os.environ.get("ROUNDS", "2"))
LANES = int(os.environ.get("LANES", "2"))


class Load:
    """Lanes that send one request after the other, each over a connection of its own, and keep how long each took."""

    def __init__(self, server, token):
        self.server, self.token = server, token
        self.phase, self.is_over = "quiet", threading.Event()
        self.taken = {(kind, phase): [] for kind in ("upload", "view") for phase in ("quiet", "rotating")}
        self.failures, self.instances = [], []

    def __enter__(self):
        self.threads = [
            threading.Thread(target=self.lane, args=(work, lane))
            for lane in range(LANES) for work in (self.uploads, self.views)]
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.is_over.set()
        for thread in self.threads:
            thread.join()

    def lane(self, work, lane):
        try:
            work(http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=120), lane)
        except Exception as error:  # a lane that ends early is a failure and not a pause
            self.failures.append(repr(error))

    def request(self, connection, kind, method, path, body=None, headers=None):
        """The answer's status and body; the time counts for the phase in which the request was sent."""
        phase, start = self.phase, time.perf_counter()
        try:
            connection.request(method, path, body, {"Authorization": f"Bearer {self.token}", **(headers or {})})
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            self.failures.append(f"{kind}, {phase}: {error!r}")
            return None, b""
        self.taken[kind, phase].append(time.perf_counter() - start)
        if answer.status != 200:
            self.failures.append(f"{kind}, {phase}: status {answer.status} {content[:200]!r}")
        return answer.status, content

    def uploads(self, connection, lane):
        turn = 0
        while not self.is_over.is_set():
            turn += 1
            # Every tenth is of a new patient, whose key is made and wrapped then.
            body, headers = multipart(series(2, rows=64, seed=lane * 10**6 + turn, PatientID=f"L{lane}T{turn // 10}"))
            status, answer = self.request(connection, "upload", "POST", "/dicom-web/studies", body, headers)
            lines = verdicts(answer) if status == 200 else []
            self.failures += [f"upload: {line}" for line in lines if line["verdict"] != "accepted"]
            self.instances += [line["instance"] for line in lines if line["verdict"] == "accepted"]

    def views(self, connection, lane):
        chance = random.Random(lane)
        while not self.is_over.is_set():
            uid = chance.choice(self.instances)
            self.request(connection, "view", "GET", f"/api/v1/instances/{uid}/frames/1/pixels")


def fill(server, token, load):
    """A study each of PATIENTS patients: as many keys of theirs hang from the master key."""
    for first in range(0, PATIENTS, 100):
        parts = [
            series(1, rows=64, seed=10**8 + number, PatientID=f"P{number}")[0]
            for number in range(first, min(first + 100, PATIENTS))]
        body, headers = multipart(parts)
        status, _, answer = server.request("POST", "/dicom-web/studies", body, token, headers)
        lines = verdicts(answer)
        assert status == 200 and all(line["verdict"] == "accepted" for line in lines), answer[-500:]
        load.instances += [line["instance"] for line in lines]


def rotate(server, until):
    """Rotations by the operator's command, one after the other; how long each took and how many keys it wrapped."""
    done = []
    while time.monotonic() < until:
        start = time.perf_counter()
        outcome = json.loads(server.command("keys", "rotate", "--json").stdout)
        done.append((time.perf_counter() - start, outcome["rewrapped"]))
    return done


def measure(kind, folder):
    """One lake whose key is kept as `kind` says."""
    folder.mkdir()
    service = {"plain": lambda _: None, "pkcs11": SoftToken, "transit": TransitServer}[kind](folder)
    if kind == "pkcs11":
        os.environ["SOFTHSM2_CONF"] = str(service.configuration)
    server = Server(folder / "lake")
    server.directory.mkdir()
    options = [*service.options(), "--make-key"] if service else []
    run("keys", "create", "--master-key", server.key, *options)
    try:
        server.start()
        token = server.project("ROTATE")
        load, rotations = Load(server, token), []
        fill(server, token, load)
        with load:
            time.sleep(SECONDS / 4)
            for times in load.taken.values():
                times.clear()  # caches fill first
            for _ in range(ROUNDS):
                load.phase = "quiet"
                time.sleep(SECONDS)
                load.phase = "rotating"
                rotations += rotate(server, time.monotonic() + SECONDS)
        server.stop()
        report = json.loads(server.command("fsck", "--deep", "--json").stdout)
        wanted = len(set(load.instances))
        if report["problems"] or report["rebuilt"] != wanted:
            load.failures.append(f"fsck: {len(report['problems'])} problems, {report['rebuilt']} of {wanted} rebuilt")
        return load, rotations
    finally:
        server.discard()
        if service:
            service.close()


def row(kind, load, rotations):
    figures = {
        "key": kind, "rotations": len(rotations), "failed": len(load.failures),
        "rotation_ms": round(1000 * statistics.median(taken for taken, _ in rotations)),
        "rewrapped": round(statistics.median(count for _, count in rotations))}
    for (request, phase), times in load.taken.items():
        cuts = statistics.quantiles(times, n=100, method="inclusive")
        figures[f"{request}_{phase}"] = {
            "served": len(times), "p50_ms": round(1000 * cuts[49], 2), "p99_ms": round(1000 * cuts[98], 2),
            "most_ms": round(1000 * max(times), 1)}
    return figures


def line(figures):
    cells = [figures["key"], f"{figures['rotations']} of {figures['rotation_ms']} ms, {figures['rewrapped']} keys each"]
    for request in ("upload", "view"):
        for phase in ("quiet", "rotating"):
            part = figures[f"{request}_{phase}"]
            cells.append(f"{part['served']}: {part['p50_ms']} / {part['p99_ms']}")
    return f"| {' | '.join(cells)} | {figures['failed']} |"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("--keys", default="plain,pkcs11,transit")
    arguments = parser.parse_args()
    print("requests served: p50 / p99 in ms\n")
    print("| key | rotations | uploads, quiet | uploads, rotating | views, quiet | views, rotating | failed |")
    print("|---|---|---|---|---|---|---|", flush=True)
    rows = []
    for kind in arguments.keys.split(","):
        load, rotations = measure(kind, arguments.folder / kind)
        rows.append(row(kind, load, rotations))
        print(line(rows[-1]), flush=True)
        for failure in load.failures[:5]:
            print(f"rotation: {failure}", file=sys.stderr)
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=1) + "\n")
    sys.exit(any(figures["failed"] for figures in rows))


main()
