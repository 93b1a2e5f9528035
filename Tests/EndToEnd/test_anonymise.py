"""`tarn anonymise`: what says who the patient is goes, every byte of it; the images stay; killed with -9 in the middle."""

import json
import random
import subprocess

from pydicom.uid import generate_uid
from studies import ct_slice
from tarn_server import run
from traces import bring, holds, kill_in_the_middle, leaks, rows, shows, subject_of, until_done


def study_of(server, token, patient, count=3):
    study, one = generate_uid(), generate_uid()
    # With an issuer: without one the hash of the number is also what names the subject, and that stays.
    lines = bring(server, token, [
        ct_slice(study, one, number, PatientID=patient, PatientName=f"{patient}^Name", IssuerOfPatientID="SOMEWHERE")
        for number in range(1, count + 1)])
    assert all(line["verdict"] == "accepted" for line in lines), lines
    return lines


def test_no_byte_of_the_identity_is_left_and_every_image_is(server):
    token = server.project("ANON")
    gone, kept = study_of(server, token, "XQ7731945K"), study_of(server, token, "STAYS-17")
    code = subject_of(server, token, gone[0]["study"])
    pixels = server.request("GET", f"/api/v1/instances/{gone[0]['instance']}/frames/1/pixels", token=token)[2]
    query = (
        "SELECT encode(identity_key_wrapped, 'hex'), encode(substr(identity_record, 60, 64), 'hex'),"
        " encode(patient_token, 'hex'), encode(person_token, 'hex') FROM study_key WHERE study_uid = '{}'")
    secrets = {bytes.fromhex(text) for text in rows(server, query.format(gone[0]["study"]))[0]}
    other = {bytes.fromhex(text) for text in rows(server, query.format(kept[0]["study"]))[0]}
    assert len(secrets) == len(other) == 4
    # The sealed patches themselves, out of the segments.
    for segment, offset, length in rows(
            server, "SELECT patch_segment, patch_offset, patch_length FROM instance i JOIN study s ON s.id = i.study_id"
                    f" WHERE s.uid = '{gone[0]['study']}'"):
        files = sorted((server.data / "objects").iterdir())
        with open(files[int(segment) - 1] if len(files) > 1 else files[0], "rb") as file:
            content = file.read()
        secrets.add(content[int(offset) + int(length) - 64:int(offset) + int(length)])
    assert len(secrets) == 7
    places = (server.data, server.database_directory(), server.log)
    server.stop()
    assert holds(secrets, *places) == secrets and holds(other, *places) == other
    server.start()

    refused = server.command("anonymise", code, "--project", "ANON", "--reason", "x", check=False, stdin=subprocess.DEVNULL)
    assert refused.returncode == 2 and "--yes" in refused.stderr
    told = server.command("anonymise", code, "--project", "ANON", "--reason", "the project ends", "--yes")
    assert "3 images stay" in told.stdout
    done = json.loads(server.command(
        "anonymise", code, "--project", "ANON", "--reason", "again", "--yes", "--json").stdout)
    assert done["state"] == "done" and done["unswept"] == [] and done["counts"]["blobs"] == 3
    assert server.json("GET", "/api/v1/anonymisations", token=token)["anonymisations"] == [done]

    assert holds(secrets, *places) == set() and leaks(*places) == []
    assert holds(other, *places) >= set() and shows({gone[0]["study"]}, *places) == {gone[0]["study"]}
    after = server.request("GET", f"/api/v1/instances/{gone[0]['instance']}/frames/1/pixels", token=token)[2]
    assert after == pixels
    status, _, answer = server.request(
        "POST", f"/api/v1/instances/{gone[0]['instance']}/original", {"reason": "check"}, token)
    assert status == 404, answer[:300]
    status, _, answer = server.request(
        "POST", f"/api/v1/instances/{kept[0]['instance']}/original", {"reason": "check"}, token)
    assert status == 200 and answer[128:132] == b"DICM"
    report = json.loads(server.command("fsck", "--deep", "--json").stdout)
    assert report["problems"] == [] and report["instances"] == 6 and report["rebuilt"] == 3
    log = server.directory / "ledger.tarnlog"
    server.command("audit", "export", "--output", log)
    run("audit", "verify", log, "--key", server.command("audit", "key").stdout.strip())
    # Nothing is added to who was anonymised.
    lines = bring(server, token, [
        ct_slice(generate_uid(), generate_uid(), 1, PatientID="XQ7731945K", IssuerOfPatientID="SOMEWHERE")])
    assert lines[0]["verdict"] == "rejected" and "destroyed" in lines[0]["reason"], lines
    server.stop()
    assert holds(secrets, *places) == set()
    server.start()


def test_kill_9_in_the_middle_of_anonymising(server):
    token = server.project("ANON")
    chance = random.Random(11)
    for turn in range(4):
        lines = study_of(server, token, f"KILLED-{turn}", count=12)
        code = subject_of(server, token, lines[0]["study"])
        command = ("anonymise", code, "--project", "ANON")
        kill_in_the_middle(server, chance.uniform(0.02, 0.5), *command, "--reason", "killed", "--yes")
        until_done(server, *command)
        for line in lines:
            path = f"/api/v1/instances/{line['instance']}"
            assert server.request("GET", f"{path}/frames/1/pixels", token=token)[0] == 200
            assert server.request("POST", f"{path}/original", {"reason": "check"}, token)[0] == 404
