"""Profiles from the command line: made, checked, tried, put in force."""

import json

import pytest

from studies import PLANTED, read, series
from tarn_server import run


@pytest.fixture
def profile(tmp_path):
    path = tmp_path / "ours.json"
    document = json.loads(run("profile", "make", "--options", "clean_descriptors").stdout)
    document["rules"] = [{"attribute": "StudyDescription", "action": "replace", "value": "OURS"}]
    path.write_text(json.dumps(document))
    return path


def test_what_is_made_can_be_used_and_what_is_wrong_is_said_at_once(tmp_path, profile):
    assert run("profile", "check", profile).returncode == 0
    document = json.loads(profile.read_text())
    document["rules"] += [{"attribute": "PatientID", "action": "keep"}, {"attribute": "Nonsense", "action": "remove"}]
    document["surprise"] = True
    profile.write_text(json.dumps(document))
    answer = run("profile", "check", profile, check=False)
    assert answer.returncode == 1
    for place in ("rules[1]", "rules[2]", "unknown key"):
        assert place in answer.stderr
    told = json.loads(run("profile", "check", profile, "--json", check=False).stdout)
    assert told["usable"] is False and len(told["problems"]) == 3
    assert run("profile", "check", tmp_path / "none.json", check=False).returncode == 1
    # Nothing is let through under it.
    slice_file = tmp_path / "slice.dcm"
    slice_file.write_bytes(series(1)[0])
    refused = run("deidentify", slice_file, tmp_path / "out", "--profile", profile, check=False)
    assert refused.returncode == 1 and not (tmp_path / "out").exists()


def test_a_trial_shows_both_and_writes_nothing(tmp_path, profile):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "slice.dcm").write_bytes(series(1)[0])
    answer = json.loads(run("profile", "try", profile, folder / "slice.dcm", "--json").stdout)
    rows = {row["attribute"]: row for row in answer["rows"]}
    assert rows["StudyDescription"]["after"] == "OURS"
    assert rows["PatientName"]["before"] == str(PLANTED["PatientName"]) != rows["PatientName"]["after"]
    assert "Rows" not in rows
    assert [path.name for path in folder.iterdir()] == ["slice.dcm"]


def test_deidentify_follows_it(tmp_path, profile):
    (tmp_path / "slice.dcm").write_bytes(series(1)[0])
    run("deidentify", tmp_path / "slice.dcm", tmp_path / "out", "--profile", profile)
    (written,) = (tmp_path / "out").rglob("*.dcm")
    assert read(written.read_bytes()).StudyDescription == "OURS"
    both = run("deidentify", tmp_path / "slice.dcm", tmp_path / "o2", "--profile", profile, "--options",
               "retain_uids", check=False)
    assert both.returncode == 2


def test_a_project_follows_it_from_then_on_and_keeps_its_versions(server, tmp_path, profile):
    server.project("HEAD")
    for number, name in enumerate(("one.dcm", "two.dcm")):
        if number == 1:
            server.command("profile", "set", "HEAD", profile, "--note", "our words")
        (tmp_path / name).write_bytes(series(1)[0])
        assert [one["verdict"] for one in server.ingest(tmp_path / name, project="HEAD")] == ["accepted"]
    shown = json.loads(server.command("profile", "show", "HEAD").stdout)
    assert shown["rules"] == json.loads(profile.read_text())["rules"]
    lines = server.command("profile", "show", "HEAD", "--versions").stdout.splitlines()
    versions = [json.loads(line) for line in lines]
    assert [(one["version"], one["instances"], one["note"]) for one in versions] == [(2, 1, "our words"), (1, 1, "")]
    server.stop()
    server.start()
    assert json.loads(server.command("profile", "show", "HEAD").stdout) == shown
