"""Texts from the command line, without what may name somebody."""

import json
import os
import subprocess
import sys

import pytest

from studies import PLANTED, series
from tarn_server import run

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FAMILY = PLANTED["PatientName"].split("^")[0]


@pytest.fixture
def texts(tmp_path):
    folder = tmp_path / "in"
    (folder / "more").mkdir(parents=True)
    (folder / "a.txt").write_text(f"Seen by Dr. Brown today. {FAMILY.lower()} has a nodule. MRN: 12\n")
    (folder / "more" / "b.txt").write_text("Rose is well, hip normal.\n")
    (folder / "note.pdf").write_bytes(b"%PDF")
    return folder


def test_texts_are_scrubbed_by_what_headers_say(tmp_path, texts):
    (tmp_path / "slice.dcm").write_bytes(series(1)[0])
    (tmp_path / "known.jsonl").write_text(json.dumps({"file": "more/b.txt", "PatientName": "Weber^Rose"}) + "\n")
    out = run("scrub", texts, tmp_path / "out", "--header", tmp_path / "slice.dcm", "--headers",
              tmp_path / "known.jsonl", "--json")
    assert (tmp_path / "out" / "a.txt").read_text() == \
        "Seen by Dr. [removed] today. [removed] has a nodule. MRN: [removed]\n"
    assert (tmp_path / "out" / "more" / "b.txt").read_text() == "[removed] is well, hip normal.\n"
    assert not (tmp_path / "out" / "note.pdf").exists()
    rows = {row["file"]: row["removed"] for row in map(json.loads, out.stdout.splitlines())}
    assert [place["kind"] for place in rows["a.txt"]] == ["name", "name", "id"]
    text = (texts / "a.txt").read_text()
    assert [text[place["from"]:place["to"]] for place in rows["a.txt"]] == ["Brown", FAMILY.lower(), "12"]
    assert "Brown" not in out.stdout + out.stderr
    # Nothing is written over.
    again = run("scrub", texts, tmp_path / "out", check=False)
    assert again.returncode == 1 and "already" in again.stderr


def test_a_profile_says_what_stands_there_and_the_key_that_it_is_the_same(tmp_path, texts):
    profile = tmp_path / "ours.json"
    profile.write_text(json.dumps({"format": "tarn-profile/1", "surrogates": "plausible"}))
    key = tmp_path / "key"
    key.write_bytes(subprocess.run(["openssl", "rand", "-base64", "32"], capture_output=True, check=True).stdout)
    key.chmod(0o600)
    for name in ("one", "two"):
        run("scrub", texts, tmp_path / name, "--profile", profile, "--key", key)
    one = (tmp_path / "one" / "a.txt").read_text()
    assert one == (tmp_path / "two" / "a.txt").read_text()
    assert "Brown" not in one and "removed" not in one.split(".")[1]


def test_what_cannot_be_read_is_said_and_the_rest_is_done(tmp_path, texts):
    (texts / "bad.txt").write_bytes(b"\xff\xfe\x00")
    out = run("scrub", texts, tmp_path / "out", check=False)
    assert out.returncode == 1 and "bad.txt" in out.stderr and "UTF-8" in out.stderr
    assert (tmp_path / "out" / "a.txt").exists() and not (tmp_path / "out" / "bad.txt").exists()
    assert run("scrub", tmp_path / "none", tmp_path / "o2", check=False).returncode == 1
    for line in ("no json", json.dumps({"PatientName": "x"}), json.dumps({"file": "a.txt", "Nonsense": "x"}),
                 json.dumps({"file": "a.txt", "PixelData": "x"})):
        (tmp_path / "known.jsonl").write_text(line + "\n")
        refused = run("scrub", texts, tmp_path / "o3", "--headers", tmp_path / "known.jsonl", check=False)
        assert refused.returncode == 2 and "line 1" in refused.stderr and not (tmp_path / "o3").exists()


@pytest.mark.skipif(not os.path.exists(f"{ROOT}/../shared/phibench/reports.py"), reason="phibench is absent")
def test_synthetic_reports_of_a_seed_that_no_list_was_made_with(tmp_path):
    """As Scripts/reports-score.sh, for one seed and fewer reports."""
    score = subprocess.run([f"{ROOT}/Scripts/reports-score.sh"], capture_output=True, text=True, env={
        **os.environ, "PYTHON": sys.executable, "SEEDS": "11", "REPORTS": "100",
        "TARN_BINARY": os.environ.get("TARN_BINARY", f"{ROOT}/.build/release/tarn")})
    assert score.returncode == 0, score.stdout + score.stderr
    assert score.stdout.count("places: spans") == 2
