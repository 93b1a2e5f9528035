"""`tarn erase`: a patient is forgotten, every byte; killed with -9 in the middle; who stays is untouched."""

import json
import random
import subprocess

from pydicom.uid import generate_uid
from studies import SECONDARY_CAPTURE, ct_slice, series
from tarn_server import run
from traces import bring, kill_in_the_middle, leaks, shows, subject_of, until_done


def patients(server, token, count=3):
    """A study of three slices and a held picture of each of two patients: their verdicts."""
    found = []
    for patient in ("XQ7731945K", "STAYS-17"):
        study, one = generate_uid(), generate_uid()
        parts = [ct_slice(study, one, number, PatientID=patient) for number in range(1, count + 1)]
        parts += [ct_slice(study, generate_uid(), 9, sop_class=SECONDARY_CAPTURE, PatientID=patient)]
        lines = bring(server, token, parts)
        assert [line["verdict"] for line in lines] == ["accepted"] * count + ["held"], lines
        found.append(lines)
    return found


def test_nothing_of_a_patient_is_left(server):
    token = server.project("ERASE")
    gone, kept = patients(server, token)
    subject = subject_of(server, token, gone[0]["study"])
    other = subject_of(server, token, kept[0]["study"])
    export = server.json("POST", "/api/v1/exports", {"project": "ERASE", "filter": {}}, token)["id"]
    for line in gone[:3] + kept[:3]:
        assert server.request("GET", f"/api/v1/instances/{line['instance']}/frames/1/pixels", token=token)[0] == 200
    early, log = server.directory / "early.checkpoint", server.directory / "ledger.tarnlog"
    early.write_text(server.command("audit", "checkpoint").stdout)
    key = server.command("audit", "key").stdout.strip()
    places = (server.data, server.database_directory(), server.log)
    # The database writes its files when it stops: then the search finds what is there.
    server.stop()
    uids = {gone[0]["study"], subject} | {line["instance"] for line in gone[:3]}
    assert shows(uids, *places) == uids and leaks(*places) == []
    server.start()

    refused = server.command("erase", subject, "--project", "ERASE", "--reason", "x", check=False, stdin=subprocess.DEVNULL)
    assert refused.returncode == 2 and "--yes" in refused.stderr
    status, _, answer = server.request(
        "POST", f"/api/v1/subjects/ERASE/{subject}/erase", {"reason": "consent withdrawn", "confirm": other}, token)
    assert status == 400, answer
    tombstone = server.json(
        "POST", f"/api/v1/subjects/ERASE/{subject}/erase", {"reason": "consent withdrawn", "confirm": subject}, token)
    assert tombstone["state"] == "done" and tombstone["unswept"] == []
    assert tombstone["counts"]["instances"] == 3 and tombstone["counts"]["held"] == 1
    again = server.command("erase", subject, "--project", "ERASE", "--reason", "again", "--yes", "--json")
    assert json.loads(again.stdout) == tombstone
    assert server.json("GET", "/api/v1/erasures", token=token)["erasures"] == [tombstone]

    for line in gone[:3]:
        assert server.request("GET", f"/api/v1/instances/{line['instance']}/frames/1/pixels", token=token)[0] == 404
    assert server.request("GET", f"/api/v1/studies/{gone[0]['study']}", token=token)[0] == 404
    assert server.request("GET", f"/api/v1/subjects/ERASE/{subject}", token=token)[0] == 404
    for line in kept[:3]:
        assert server.request("GET", f"/api/v1/instances/{line['instance']}/frames/1/pixels", token=token)[0] == 200
    assert server.json("GET", f"/api/v1/exports/{export}", token=token)["erased"] == 3
    status, _, answer = server.request("GET", f"/api/v1/exports/{export}/archive.zip", token=token)
    assert status == 410 and json.loads(answer)["code"] == "erased", (status, answer[:200])

    assert shows(uids, *places) == set() and leaks(*places) == []
    report = json.loads(server.command("fsck", "--deep", "--json").stdout)
    assert report["problems"] == [] and report["instances"] == 3 and report["held"] == 1
    # What the ledger said before still stands in it.
    server.command("audit", "export", "--output", log)
    run("audit", "verify", log, "--key", key, "--expect", early)
    server.stop()
    assert shows(uids, *places) == set() and leaks(*places) == []
    # The same patient may come again: as somebody new.
    server.start()
    lines = bring(server, token, series(1))
    assert lines[0]["verdict"] == "accepted"


def test_kill_9_in_the_middle_of_erasing(server):
    token = server.project("ERASE")
    chance = random.Random(7)
    gone, kept = patients(server, token, count=20)
    for _ in range(6):
        subject = subject_of(server, token, gone[0]["study"])
        command = ("erase", subject, "--project", "ERASE")
        # Whatever was reached: nothing is damaged, and the other one is whole.
        kill_in_the_middle(server, chance.uniform(0.02, 0.6), *command, "--reason", "killed", "--yes")
        until_done(server, *command)
        status, _, _ = server.request("GET", f"/api/v1/studies/{gone[0]['study']}", token=token)
        assert status == 404
        assert shows({gone[0]["study"]}, server.data, server.database_directory()) == set()
        study, one = generate_uid(), generate_uid()
        gone = bring(server, token, [ct_slice(study, one, number) for number in range(1, 21)])
        assert all(line["verdict"] == "accepted" for line in gone)
    for line in kept[:20]:
        assert server.request("GET", f"/api/v1/instances/{line['instance']}/frames/1/pixels", token=token)[0] == 200
