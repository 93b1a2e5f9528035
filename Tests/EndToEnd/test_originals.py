"""`tarn originals` and `tarn subjects`: given back with a reason and a second person; merged, split, taken back."""

import hashlib
import json
import zipfile

import pytest
from pydicom.uid import generate_uid
from studies import ct_slice
from tarn_server import Server, run
from traces import bring, subject_of


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    """A server on which one person alone may have two studies a day, and two people who may read identities."""
    server = Server(tmp_path_factory.mktemp("originals"), "--originals-alone", "2").start()
    server.token = server.project("BACK")
    password = server.directory / "password"
    password.write_text("correct horse battery staple\n")
    server.tokens = {}
    for name in ("ada", "bea"):
        server.command("user", "add", name, "--password-file", password, "--grant", "BACK=physician")
        made = server.command("user", "token", name, "--label", "tests", "--json")
        server.tokens[name] = json.loads(made.stdout)["token"]
    yield server
    server.discard()


def tarn(lake, name, *arguments, **options):
    return run(*arguments, "--server", lake.url, "--token", lake.tokens[name], **options)


def study(lake, patient, count=2, **changes):
    uid, series = generate_uid(), generate_uid()
    files = [ct_slice(uid, series, number, PatientID=patient, **changes) for number in range(1, count + 1)]
    lines = bring(lake, lake.token, files)
    assert all(line["verdict"] == "accepted" for line in lines), lines
    return lines[0]["study"], files


def digests(path):
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return {hashlib.sha256(archive.read(name)).hexdigest() for name in archive.namelist() if name.endswith(".dcm")}


def test_a_few_are_given_at_once_and_more_wait_for_a_second_person(lake, tmp_path):
    made = [study(lake, f"P-{number}") for number in range(3)]
    uids = [uid for uid, _ in made]
    one = tmp_path / "one.zip"
    told = tarn(lake, "ada", "originals", uids[0], "--project", "BACK", "--reason", "second reading", "--output", one)
    assert "1 studies, 2 images" in told.stdout and one.stat().st_mode & 0o077 == 0
    assert digests(one) == {hashlib.sha256(file).hexdigest() for file in made[0][1]}
    run("verify", one)

    every = tmp_path / "every.zip"
    asked = tarn(lake, "ada", "originals", "ask", *uids, "--project", "BACK", "--reason", "audit", "--output", every, "--json")
    request = json.loads(asked.stdout)
    assert request["state"] == "waiting" and request["studies"] == 3 and not every.exists()
    number = request["id"]
    refused = tarn(lake, "ada", "originals", "approve", number, check=False)
    assert refused.returncode == 1 and "somebody else" in refused.stderr
    refused = tarn(lake, "ada", "originals", "get", number, "--output", every, check=False)
    assert refused.returncode == 1 and "second person" in refused.stderr and not every.exists()
    # The operator of the machine is no second person.
    refused = lake.command("originals", "approve", number, check=False)
    assert refused.returncode == 1
    listed = tarn(lake, "bea", "originals", "list", "--json").stdout.splitlines()
    assert [json.loads(line)["mayDecide"] for line in listed] == [True, False]
    approved = json.loads(tarn(lake, "bea", "originals", "approve", number, "--json").stdout)
    assert approved["state"] == "approved" and approved["decidedBy"] == "bea"
    assert tarn(lake, "bea", "originals", "get", number, "--output", tmp_path / "b.zip", check=False).returncode == 1
    # A look at the headers is no download.
    assert lake.request("HEAD", f"/api/v1/originals/{number}/archive.zip", token=lake.tokens["ada"])[0] == 200
    tarn(lake, "ada", "originals", "get", number, "--output", every)
    assert digests(every) == {hashlib.sha256(file).hexdigest() for _, files in made for file in files}
    again = tarn(lake, "ada", "originals", "get", number, "--output", tmp_path / "c.zip", check=False)
    assert again.returncode == 1 and "already" in again.stderr
    events = lake.json("GET", f"/api/v1/studies/{uids[2]}/accesses", token=lake.token)["accesses"]
    assert any(event["kind"] == "originals.download" and event["account"] == "ada" and event["purpose"] == "audit"
               for event in events)


def test_it_outlives_a_restart_and_declining_says_why(lake, tmp_path):
    uids = [study(lake, f"R-{number}")[0] for number in range(3)]
    asked = tarn(lake, "bea", "originals", *uids, "--project", "BACK", "--reason", "again", "--json")
    number = json.loads(asked.stdout)["id"]
    lake.kill()
    lake.start()
    answer = json.loads(
        tarn(lake, "ada", "originals", "decline", number, "--reason", "ask the board", "--json").stdout)
    assert answer["state"] == "declined" and answer["decisionReason"] == "ask the board"
    refused = tarn(lake, "bea", "originals", "get", number, "--output", tmp_path / "x.zip", check=False)
    assert refused.returncode == 1 and "declined" in refused.stderr


def test_merged_split_and_taken_back(lake):
    a, _ = study(lake, "A-1", PatientName="One^Person")
    b, _ = study(lake, "B-1", PatientName="PERSON^one")
    one, two = subject_of(lake, lake.token, a), subject_of(lake, lake.token, b)
    assert one != two
    suggested = run("subjects", "suggestions", "--server", lake.url, "--token", lake.token, "--json").stdout
    pairs = [{subject["code"] for subject in json.loads(line)["subjects"]} for line in suggested.splitlines()]
    assert {one, two} in pairs
    merged = json.loads(lake.command(
        "subjects", "merge", one, two, "--project", "BACK", "--reason", "two numbers", "--json").stdout)
    assert merged["kind"] == "merge" and merged["studies"] == 1
    since, _ = study(lake, "A-1", PatientName="One^Person")
    assert {subject_of(lake, lake.token, uid) for uid in (a, b, since)} == {two}
    lake.kill()
    lake.start()
    report = json.loads(lake.command("fsck", "--deep", "--json").stdout)
    assert report["problems"] == []
    undone = json.loads(lake.command("subjects", "undo", merged["id"], "--reason", "they are two", "--json").stdout)
    assert undone["undoes"] == merged["id"]
    assert subject_of(lake, lake.token, a) == subject_of(lake, lake.token, since) == one
    assert subject_of(lake, lake.token, b) == two
    split = json.loads(lake.command(
        "subjects", "split", one, since, "--project", "BACK", "--reason", "shared number", "--json").stdout)
    assert subject_of(lake, lake.token, since) == split["subject"] != one
    lake.command("subjects", "apart", one, two, "--project", "BACK", "--reason", "twins")
    text = lake.command("subjects", "list").stdout
    assert "was merged into" in text and "takes" in text and "are two" in text
    refused = run("subjects", "merge", one, two, "--project", "BACK", "--reason", "x", "--server", lake.url, "--token",
                  lake.tokens["ada"], check=False)
    assert refused.returncode == 1
    assert json.loads(lake.command("fsck", "--deep", "--json").stdout)["problems"] == []
