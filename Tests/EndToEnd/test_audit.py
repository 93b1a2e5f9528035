"""`tarn audit verify`: a log that Go's reference implementation made, whole, cut, forged and reordered."""

import json
import os
import shutil
import subprocess

import pytest

from tarn_server import ROOT, run

VECTORS = ROOT / "Tests/Vectors/log"
GOOD = VECTORS / "good.tarnlog"
KEY = (VECTORS / "key.vkey").read_text().strip()


def audit(log, *options):
    done = run("audit", "verify", log, *options, "--json", check=False)
    return done, json.loads(done.stdout)


def test_a_good_log_verifies_against_key_and_earlier_checkpoints(tmp_path):
    done, report = audit(
        GOOD, "--key", KEY, "--expect", VECTORS / "45.checkpoint", "--expect", VECTORS / "1.checkpoint")
    assert done.returncode == 0 and report["sound"] and report["authenticated"] and report["entries"] == 70
    assert report["signatures"][0]["name"] == "log.example/ledger"
    assert [each["size"] for each in report["extends"]] == [45, 1]
    done = run("audit", "verify", GOOD, "--key", "@" + str(VECTORS / "key.vkey"))
    assert "signed by log.example/ledger" in done.stdout and done.stdout.endswith("sound\n") and not done.stderr


def test_a_log_that_nobody_speaks_for_is_said_to_be_so():
    done = run("audit", "verify", GOOD)
    assert "whoever can rewrite the file can forge it" in done.stderr


def test_cut_forged_and_reordered_logs_are_found_out(tmp_path):
    lines = GOOD.read_bytes().split(b"\n")
    end = lines.index(b"")

    def written(name, entries, tail=lines[end:]):
        (tmp_path / name).write_bytes(b"\n".join([lines[0], *entries, *tail]))
        return tmp_path / name

    entries = lines[1:end]
    swapped = entries[:3] + [entries[4], entries[3]] + entries[5:]
    forged = entries[:9] + [entries[9].replace(b"access", b"nobody")] + entries[10:]
    shorter = (VECTORS / "45.checkpoint").read_bytes()
    for log, said in (
        (written("swapped", swapped), "not those that the checkpoint was made over"),
        (written("forged", forged), "not those that the checkpoint was made over"),
        (written("cut", entries[:50]), "ends too early"),
        (written("longer", entries + entries[:1]), "not those that the checkpoint was made over"),
        (written("unsigned", entries, []), "ends too early"),
    ):
        done, report = audit(log, "--key", KEY)
        assert done.returncode == 1 and not report["sound"] and said in report["problems"][0], (log, report)
    # Cut, under a checkpoint that the log's own key made earlier: only one that was kept from later tells.
    cut = written("rolled-back", entries[:45], [b"", *shorter.split(b"\n")])
    done, report = audit(cut, "--key", KEY)
    assert done.returncode == 0 and report["entries"] == 45
    done, report = audit(cut, "--key", KEY, "--expect", VECTORS / "70.checkpoint")
    assert done.returncode == 1 and "ends too early (entry 45)" in report["problems"][0]


def test_what_is_no_log_key_or_checkpoint_is_one_line(tmp_path):
    (tmp_path / "x").write_text("nothing\n")
    for arguments in (
        [tmp_path / "x"], [tmp_path / "none"], [GOOD, "--key", "nothing"], [GOOD, "--key", "@" + str(tmp_path / "x")],
        [GOOD, "--expect", tmp_path / "x"], [GOOD, "--expect", tmp_path / "none"],
    ):
        done = run("audit", "verify", *arguments, check=False)
        assert done.returncode == 1 and done.stderr.count("\n") == 1 and not done.stdout
    assert run("audit", "verify", check=False).returncode == 2


@pytest.mark.skipif(not shutil.which("go"), reason="Debian's golang-go and golang-golang-x-mod-dev are not installed")
def test_the_reference_still_makes_these_files(tmp_path):
    environment = {**os.environ, "GO111MODULE": "off", "GOPATH": os.environ.get("GOPATH", "/usr/share/gocode"),
                   "GOCACHE": str(tmp_path / "cache")}
    program = ROOT / "Tests/Vectors/log.go"
    (tmp_path / "made").mkdir()
    subprocess.run(["go", "run", program, "make", tmp_path / "made"], check=True, env=environment)
    for path in (tmp_path / "made").iterdir():
        assert path.read_bytes() == (VECTORS / path.name).read_bytes(), path.name
    subprocess.run(["go", "run", program, "verify", GOOD, KEY], check=True, env=environment)
