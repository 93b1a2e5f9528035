"""The ledger of a real server: exported, verified offline, tampered with, killed in the middle, and its history as files."""

import base64
import csv
import hashlib
import io
import json
import os
import shutil
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from people import person
from studies import ct_slice
from tarn_server import ROOT, Server, run


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A server with a project, a study, and an auditor."""
    server = Server(tmp_path_factory.mktemp("tarn")).start()
    server.command("project", "add", "CT", "Project CT")
    folder = tmp_path_factory.mktemp("images")
    (folder / "a.dcm").write_bytes(ct_slice("1.2.3", "1.2.3.4", 1))
    server.ingest(folder, project="CT", expect=(0,))
    server.aude = person(server, "aude", "CT=auditor", address=False)
    server.phil = person(server, "phil", "CT=physician,annotator", address=False)
    studies = server.json("GET", "/api/v1/studies", token=server.phil)["studies"]
    server.study = studies[0].get("uid") or studies[0]["study"]
    yield server
    server.discard()


def exported(server, path):
    server.command("audit", "export", "--output", path)
    return path


def verdict(log, *options):
    done = run("audit", "verify", log, *options, "--json", check=False)
    return done.returncode, json.loads(done.stdout)


def root(leaves):
    """RFC 6962 §2.1, written out."""
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return hashlib.sha256(b"\1" + root(leaves[:k]) + root(leaves[k:])).digest()


def test_an_export_verifies_offline_and_grows_from_an_earlier_checkpoint(place, tmp_path):
    early = tmp_path / "early.checkpoint"
    early.write_text(place.command("audit", "checkpoint").stdout)
    vkey = tmp_path / "key.vkey"
    vkey.write_text(place.command("audit", "key").stdout)
    person(place, "new", "CT=auditor", address=False)
    log = exported(place, tmp_path / "ledger.tarnlog")
    code, report = verdict(log, "--key", f"@{vkey}", "--expect", early)
    assert code == 0 and report["sound"] and report["authenticated"] and len(report["extends"]) == 1, report
    assert report["extends"][0]["size"] < report["entries"]
    lines = log.read_bytes().split(b"\n")
    leaves = lines[1:lines.index(b"")]
    assert base64.b64encode(root(leaves)).decode() == report["root"]
    entries = [json.loads(leaf) for leaf in leaves]
    for leaf, entry in zip(leaves, entries):
        assert leaf == json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert entries[-1]["type"] == "ledger.export" and entries[-1]["actor"] == "operator"
    about = [entry for entry in entries if entry["type"] == "ingest"]
    assert about and all(len(entry["study"]) == 64 for entry in about if entry["study"])
    assert place.study not in log.read_text()


def test_forged_cut_reordered_and_foreign_logs_are_found_out(place, tmp_path):
    key = place.command("audit", "key").stdout.strip()
    whole = exported(place, tmp_path / "whole").read_bytes().split(b"\n")
    late = tmp_path / "late.checkpoint"
    late.write_text(place.command("audit", "checkpoint").stdout)
    end = whole.index(b"")
    entries, tail = whole[1:end], whole[end:]

    def written(name, entries, tail=tail):
        (tmp_path / name).write_bytes(b"\n".join([whole[0], *entries, *tail]))
        return tmp_path / name

    forged = entries[:2] + [entries[2].replace(b'"operator"', b'"somebody"')] + entries[3:]
    assert forged != entries
    swapped = [entries[1], entries[0], *entries[2:]]
    other_root = b"\n".join(tail).replace(tail[3], base64.b64encode(bytes(32))).split(b"\n")
    for log, said in (
        (written("forged", forged), "not those that the checkpoint was made over"),
        (written("swapped", swapped), "not those that the checkpoint was made over"),
        (written("cut", entries[:-1]), "ends too early"),
        (written("other-root", entries, other_root), "not those that the checkpoint was made over"),
    ):
        code, report = verdict(log, "--key", key)
        assert code == 1 and any(said in problem for problem in report["problems"]), (log, report)
    other = Server(tmp_path / "other").start()
    try:
        foreign = other.command("audit", "key").stdout.strip()
        code, report = verdict(tmp_path / "whole", "--key", foreign)
        assert code == 1 and "not signed by the key" in report["problems"][0]
        (tmp_path / "foreign.checkpoint").write_text(other.command("audit", "checkpoint").stdout)
        code, report = verdict(tmp_path / "whole", "--key", key, "--expect", tmp_path / "foreign.checkpoint")
        assert code == 1 and any("another log" in problem for problem in report["problems"])
        # A checkpoint that this log has not reached.
        log = exported(other, tmp_path / "short")
        code, report = verdict(log, "--expect", late)
        assert code == 1 and report["problems"]
    finally:
        other.discard()


@pytest.mark.skipif(not shutil.which("go"), reason="Debian's golang-go and golang-golang-x-mod-dev are not installed")
def test_the_reference_implementation_reads_it(place, tmp_path):
    log = exported(place, tmp_path / "ledger.tarnlog")
    environment = {**os.environ, "GO111MODULE": "off", "GOPATH": os.environ.get("GOPATH", "/usr/share/gocode"),
                   "GOCACHE": str(tmp_path / "cache")}
    program = ROOT / "Tests/Vectors/log.go"
    key = place.command("audit", "key").stdout.strip()
    subprocess.run(["go", "run", program, "verify", log, key], check=True, env=environment)
    log.write_bytes(log.read_bytes().replace(b'"operator"', b'"somebody"', 1))
    done = subprocess.run(["go", "run", program, "verify", log, key], env=environment, capture_output=True)
    assert done.returncode != 0


def test_an_export_is_never_written_over(place, tmp_path):
    (tmp_path / "there").write_text("mine")
    done = place.command("audit", "export", "--output", tmp_path / "there", check=False)
    assert done.returncode == 1 and "is there already" in done.stderr
    assert (tmp_path / "there").read_text() == "mine"


def test_proofs_over_http(place):
    text = place.request("GET", "/api/v1/ledger/checkpoint", token=place.phil)[2].decode()
    size = int(text.split("\n")[1])
    proof = place.json("GET", f"/api/v1/ledger/proof?index=0&size={size}", token=place.phil)
    assert proof["root"] == text.split("\n")[2]
    node, last, digest = 0, size - 1, base64.b64decode(proof["leafHash"])
    for sibling in map(base64.b64decode, proof["hashes"]):
        assert last > 0
        digest = hashlib.sha256(b"\1" + digest + sibling).digest()
        node, last = node >> 1, last >> 1
    assert base64.b64encode(digest).decode() == proof["root"]
    grown = place.json("GET", f"/api/v1/ledger/consistency?from=1&to={size}", token=place.phil)
    assert grown["toRoot"] == proof["root"] and grown["fromRoot"] == proof["leafHash"]
    for path in ("proof", "proof?index=x", "proof?index=-1", "proof?index=99999999", "consistency",
                 "consistency?from=5&to=1", "consistency?from=99999999999999999999"):
        assert place.request("GET", "/api/v1/ledger/" + path, token=place.phil)[0] == 400, path
    assert place.request("GET", "/api/v1/ledger/checkpoint")[0] == 401
    for token in (place.aude, place.phil):
        assert place.request("GET", "/api/v1/ledger/log", token=token)[0] == 404


def test_who_looked_and_what_a_person_did(place):
    assert place.request("GET", f"/dicom-web/studies/{place.study}/metadata", token=place.phil)[0] == 200
    found = place.json("GET", f"/api/v1/accesses?study={place.study}&account=phil", token=place.aude)
    assert found["accesses"] and {entry["account"] for entry in found["accesses"]} == {"phil"}
    deadline = time.monotonic() + 30
    while any("leaf" not in entry for entry in found["accesses"]):
        assert time.monotonic() < deadline
        time.sleep(0.2)
        found = place.json("GET", f"/api/v1/accesses?study={place.study}&account=phil", token=place.aude)
    status, headers, body = place.request("GET", "/api/v1/accesses.csv?account=phil", token=place.aude)
    assert status == 200 and "attachment" in headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(body.decode(), newline="")))
    assert {row["account"] for row in rows} == {"phil"} and place.study in {row["study"] for row in rows}
    file = json.loads(place.request("GET", "/api/v1/accesses.json?account=phil", token=place.aude)[2])
    assert [str(entry["id"]) for entry in file["accesses"]] == [row["id"] for row in rows]
    for path in ("accesses", "accesses.csv", "accesses.json"):
        assert place.request("GET", "/api/v1/" + path, token=place.phil)[0] == 404
        assert place.request("GET", f"/api/v1/{path}?kind=nothing", token=place.aude)[0] == 400


def test_killed_while_it_grows_it_neither_loses_nor_doubles(tmp_path):
    server = Server(tmp_path / "killed").start()
    try:
        server.command("project", "add", "CT", "Project CT")
        token = person(server, "aude", "CT=auditor", address=False)
        early = None
        for _ in range(3):
            def ask(_):
                try:
                    return server.request("GET", "/api/v1/accesses.csv", token=token)[0]
                except OSError:
                    return 0
            with ThreadPoolExecutor(4) as pool:
                answers = pool.map(ask, range(60))
                time.sleep(0.7)
                server.kill()
                list(answers)
            server.start()
            log = tmp_path / f"log-{time.monotonic_ns()}"
            exported(server, log)
            key = server.command("audit", "key").stdout.strip()
            code, report = verdict(log, "--key", key, *(["--expect", early] if early else []))
            assert code == 0 and report["sound"], report
            early = tmp_path / f"checkpoint-{time.monotonic_ns()}"
            early.write_text(server.command("audit", "checkpoint").stdout)
        lines = log.read_bytes().split(b"\n")
        had = [json.loads(leaf) for leaf in lines[1:lines.index(b"")]]
        # The export's own entry is the last in it; the log holds every event once.
        file = server.command("audit", "export", "--output", tmp_path / "last")
        assert file.returncode == 0
        events = []
        cursor = ""
        while cursor is not None:
            page = json.loads(operator(server, f"/api/v1/accesses?limit=1000&cursor={cursor}"))
            events += page["accesses"]
            cursor = page.get("next")
        assert sorted(event["leaf"] for event in events) == list(range(len(events)))
        assert len(had) <= len(events)
    finally:
        server.discard()


def operator(server, target):
    """Asked through the private socket, as commands do."""
    socket = json.loads((server.data / "run/instance.json").read_text())["socket"]
    token = (server.data / "run/operator.token").read_text().strip()
    done = subprocess.run(
        ["curl", "-sS", "--fail", "--unix-socket", socket, "-H", f"Authorization: Bearer {token}", "http://tarn" + target],
        capture_output=True, text=True, check=True)
    return done.stdout
