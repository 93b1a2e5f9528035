"""`tarn validate` beside dciodvfy (Debian's dicom3tools) on the corpus: what one misses, the other misses, too."""

import csv
import json
import re
import shutil
import subprocess

import pytest

from tarn_server import BINARY

TAGS = re.compile(r"\(([0-9a-f]{4},[0-9a-f]{4})\)")
LINE = re.compile(r"^(Error|Warning) - <(/[^>]*)> - (.*)$")
OURS = {"missing": "missing", "empty": "empty", "vm": "vm", "vr": "vr", "length": "value", "characters": "value",
        "syntax": "value", "unexpected": "unexpected"}

# Differences that are neither's fault, or dciodvfy's: class, tags without items, why.
# dciodvfy of Debian 12 (1.00~20220618) knows PS3.3 of about 2022; the tables here are of a later edition.
ONLY_THEIRS = [
    ("missing", r"0020,0060", "Laterality: whether the body part is paired cannot be read from the file"),
    ("missing", r".*0008,01(19|20)", "one of three code values suffices: (0008,0100) stands for all in ours"),
    ("missing", r"5200,9230", "Type 1 before, 1C now: frames without groups of their own need none"),
    ("missing", r"0008,9092", "not required of legacy converted images, nor without top level references, any more"),
    ("missing", r"0018,9011", "depends on (0018,9008), which is itself missing"),
    ("missing", r"0020,(0052|1040)", "RT Structure Set: the Frame of Reference module has become optional"),
    ("unexpected", r"0020,0060", "Laterality: as above"),
    ("unexpected", r"0018,1060", "Trigger Time: which scan options are gating is not enumerated"),
    ("unexpected", r"5200,9230\.0020,9111\.0020,9157|5400,0100\.0018,1068", "may be present otherwise, by now"),
    ("value", r"0002,0012", "a UID of zeros only is no root of anybody's, but is written as a UID is"),
    ("value", r"0040,a730.*0008,115[05]", "likewise"),
    ("value", r"0010,(0010|4000)", "GBK and GB18030: dciodvfy does not decode them"),
    ("value", r"", "of a private attribute, whose VR is its implementer's"),
    ("vr", r"", "of a private attribute, likewise"),
    ("vr", r"5200,9229\.0020,9170|0040,030e", "of a private or unknown attribute inside"),
]
ONLY_OURS = [
    ("missing", r"0020,(0052|1040)", "Secondary Capture with a plane now needs a Frame of Reference"),
    ("missing", r"0018,0050", "Secondary Capture: the Image Plane module is new there"),
    ("missing", r"0018,0010", "Contrast/Bolus is there by any of its attributes, not only by its agent"),
    ("missing", r"0028,0008", "Multi-frame is there by its Frame Increment Pointer"),
    ("missing", r"0002,.*", "dciodvfy reads a file without meta information as one"),
    ("empty", r"0040,0275\.0032,1064\.0008,0103", "Type 1C may be absent, not empty"),
]


def listed(differences, kind, tags):
    """The entries that allow this difference."""
    return {entry for entry in differences if entry[0] == kind and re.fullmatch(entry[1], tags)}


def kind_of(text):
    if text.startswith("Missing attribute for"):
        return "missing"
    if text.startswith("Empty attribute (no value) for"):
        return "empty"
    if text.startswith("Attribute present when condition unsatisfied (which may not be present otherwise)"):
        return "unexpected"
    if "Required by Dictionary" in text:
        return "vm"
    if text.startswith("Explicit value representation") or re.match(r"Invalid Value Representation .*Required\)", text):
        return "vr"
    return "value" if text.startswith("Value invalid for this VR") else None


def theirs(path):
    """Kind and tags of dciodvfy's findings; `None` where it gave up."""
    done = subprocess.run(["dciodvfy", "-new", path], capture_output=True, timeout=120)
    text = done.stderr.decode("latin-1")
    if done.returncode not in (0, 1) or "read failed" in text or "Assertion" in text:
        return None
    lines = [LINE.match(line) for line in text.splitlines()]
    found = {(kind_of(line[3]), ".".join(TAGS.findall(line[2]))) for line in lines if line}
    return {entry for entry in found if entry[0]}


@pytest.fixture(scope="module")
def reports(corpus_of_instances):
    """Ours: one JSON line a file, all files in one run."""
    paths = corpus_of_instances
    done = subprocess.run([BINARY, "validate", "--json", *paths], capture_output=True, text=True, timeout=600)
    assert done.returncode == 1, "the corpus has broken files"
    reports = [json.loads(line) for line in done.stdout.splitlines()]
    assert [report["file"] for report in reports] == [str(path) for path in paths]
    return reports


@pytest.fixture(scope="module")
def corpus_of_instances():
    from tarn_server import CORPUS

    if not CORPUS.is_dir():
        pytest.skip("the corpus of real files (../shared/corpus) is not here")
    if not shutil.which("dciodvfy"):
        pytest.skip("dciodvfy (Debian's dicom3tools) is not installed")
    rows = csv.DictReader(open(CORPUS / "manifest.csv", newline=""))
    return [CORPUS / row["path"] for row in rows if row["sop_class"] and row["expected"] in ("parse", "lenient")
            and not row["path"].startswith("09_malformed")]


def test_dciodvfy_and_we_miss_the_same(reports):
    compared, agreed, wrong, used = 0, 0, [], set()
    for report in reports:
        their = theirs(report["file"])
        if their is None:
            continue
        compared += 1
        ours = {(OURS[entry["rule"]], ".".join(TAGS.findall(entry["path"])))
                for entry in report["findings"] if entry["rule"] in OURS}
        agreed += len(ours & their)
        for who, found, differences in (("dciodvfy", their - ours, ONLY_THEIRS), ("tarn", ours - their, ONLY_OURS)):
            for kind, tags in found:
                allowed = listed(differences, kind, tags)
                used |= allowed
                if not allowed:
                    wrong.append((report["file"], f"only {who}", kind, tags))
    print(f"{compared} files, {agreed} findings of both")
    assert compared > 400 and agreed > 1500
    assert not wrong, f"{len(wrong)} differences:\n" + "\n".join(map(str, wrong[:40]))
    assert used == {*ONLY_THEIRS, *ONLY_OURS}, f"no longer a difference: {({*ONLY_THEIRS, *ONLY_OURS}) - used}"


def test_no_report_holds_a_value(reports):
    for report in reports:
        for entry in report["findings"]:
            assert set(entry) == {"severity", "rule", "path", "keyword", "requirement", "clause", "count"}
            assert entry["clause"].startswith("PS3."), entry
