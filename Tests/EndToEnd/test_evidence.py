"""The record of what came in: reports of uploads and of `tarn deidentify`, and what did not get in."""

import json

import pytest

from studies import SECONDARY_CAPTURE, ct_slice, series, words
from tarn_server import run


def says_nothing(content):
    text = content if isinstance(content, bytes) else content.encode()
    return not [word for word in [*words(), b"19610214", b"Quibble"] if word in text]


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "Quibblefrost"
    folder.mkdir()
    files = series(3, seed=61)
    for number, content in enumerate(files):
        (folder / f"IM{number}.dcm").write_bytes(content)
    (folder / "again.dcm").write_bytes(files[0])
    (folder / "capture.dcm").write_bytes(ct_slice("1.2.3.61", "1.2.3.61.1", 1, sop="1.2.3.61.2", sop_class=SECONDARY_CAPTURE))
    (folder / "cut.dcm").write_bytes(files[1][:-7])
    (folder / "notes.txt").write_text("not DICOM")
    return folder


def test_an_ingest_writes_its_report_and_the_lake_keeps_it(server, tmp_path, folder):
    server.project("EVI")
    target = tmp_path / "report.json"
    done = server.command("ingest", folder, "--project", "EVI", "--report", target, check=False)
    assert done.returncode == 1, done.stderr
    page = json.loads(target.read_text())
    report = page["report"]
    assert report["verdicts"] == {"accepted": 3, "alreadyThere": 1, "held": 1, "rejected": 2}
    assert {row["verdict"] for row in report["reasons"]} == {"held", "rejected"}
    assert sum(row["count"] for row in report["reasons"]) == 3
    assert report["files"] == 4
    actions = {(row["attribute"], row["action"]): row["count"] for row in report["actions"]["attributes"]}
    assert actions["PatientName", "replaced"] == 4
    assert actions["SOPInstanceUID", "mapped"] == 4
    assert says_nothing(target.read_bytes())

    listed = server.command("uploads", "list", "--project", "EVI", "--json").stdout.splitlines()
    assert len(listed) == 1
    upload = json.loads(listed[0])
    assert upload["accepted"] == 3 and upload["rejected"] == 2 and upload["finishedAt"]
    assert f"upload {upload['id']}" in page["source"] and "version 1" in page["profile"]
    html = tmp_path / "report.html"
    server.command("uploads", "report", upload["id"], html)
    text = html.read_text()
    assert "<th scope=\"col\">Attribute</th>" in text and "PatientName" in text and "(0010,0010)" in text
    assert says_nothing(text)
    # A report is a new file: what is there is not written over, and nothing is sent before that is known.
    refused = server.command("ingest", folder, "--project", "EVI", "--report", target, check=False)
    assert refused.returncode == 2 and "there is such a file already" in refused.stderr
    assert len(server.command("uploads", "list", "--json").stdout.splitlines()) == 1
    missing = server.command("uploads", "report", "no-such-upload", tmp_path / "x.json", check=False)
    assert missing.returncode == 1 and not (tmp_path / "x.json").exists()


def test_files_are_de_identified_with_a_report(tmp_path, folder):
    target = tmp_path / "report.json"
    done = run("deidentify", folder, tmp_path / "out", "--report", target, check=False)
    assert done.returncode == 1
    report = json.loads(target.read_text())["report"]
    assert report["verdicts"] == {"written": 4, "held": 1, "rejected": 1, "skipped": 1}
    assert report["files"] == 5
    names = [row for row in report["actions"]["attributes"] if row["attribute"] == "PatientName"]
    assert names == [{"attribute": "PatientName", "tag": "00100010", "action": "replaced", "count": 5}]
    assert says_nothing(target.read_bytes())
    page = tmp_path / "report.html"
    run("deidentify", folder, tmp_path / "out2", "--report", page, "--options", "retain_safe_private", check=False)
    assert "Basic Profile with retain_safe_private" in page.read_text() and says_nothing(page.read_text())
    wrong = run("deidentify", folder, tmp_path / "out3", "--report", tmp_path / "report.txt", check=False)
    assert wrong.returncode == 2 and not (tmp_path / "out3").exists()


def test_what_did_not_get_in_is_listed_and_a_conflict_is_dismissed(server, tmp_path, folder):
    token = server.project("QUA")
    server.ingest(folder, project="QUA")
    other = tmp_path / "other.dcm"
    content = bytearray((folder / "IM0.dcm").read_bytes())
    content[-2] ^= 1
    other.write_bytes(content)
    server.ingest(other, project="QUA")
    quarantine = server.json("GET", "/api/v1/quarantine?project=QUA", token=token)
    assert [group["count"] for group in quarantine["held"]] == [1]
    assert len(quarantine["conflicts"]) == 1 and quarantine["refused"] == []
    reasons = [reason for upload in quarantine["notStored"] for reason in upload["reasons"]]
    assert sum(reason["count"] for reason in reasons) == 2
    assert {reason["reason"].split(":")[0] for reason in reasons} == {"not DICOM", "unreadable"}
    conflict = f"/api/v1/conflicts/{quarantine['conflicts'][0]['id']}"
    differences = server.json("GET", conflict + "/differences", token=token)
    assert differences["standing"] == "published" and differences["hasSamePixels"] is False
    assert differences["attributes"] == []
    assert says_nothing(json.dumps([quarantine, differences]))
    assert server.request("POST", conflict + "/dismiss", {"reason": ""}, token)[0] == 400
    assert server.json("POST", conflict + "/dismiss", {"reason": "sent twice"}, token)["state"] == "dismissed"
    assert server.request("POST", conflict + "/dismiss", {"reason": "again"}, token)[0] == 409
    assert server.json("GET", "/api/v1/quarantine", token=token)["conflicts"] == []
    # Another one is kept beside the first.
    content[-4] ^= 1
    other.write_bytes(content)
    server.ingest(other, project="QUA")
    second, = server.json("GET", "/api/v1/quarantine", token=token)["conflicts"]
    place = f"/api/v1/conflicts/{second['id']}/keep"
    assert server.request("POST", place, {"reason": ""}, token)[0] == 400
    kept = server.json("POST", place, {"reason": "both are real"}, token)
    assert kept["state"] == "kept" and kept["keptAs"] != kept["instance"]
    assert server.request("POST", place, {"reason": "again"}, token)[0] == 409
    assert server.request("GET", f"/api/v1/conflicts/{second['id']}/differences", token=token)[0] == 409
    again, = server.ingest(other, project="QUA")
    assert again["verdict"] == "alreadyThere" and again["instance"] == kept["keptAs"]
    found = server.json("GET", f"/dicom-web/instances?SOPInstanceUID={kept['keptAs']}", token=token)
    assert [entry["0020000D"]["Value"] for entry in found] == [[kept["study"]]]
    # It survives a restart, and the originals are still there, sealed.
    server.stop()
    server.start()
    assert server.json("GET", conflict, token=token)["decisionReason"] == "sent twice"
    server.command("fsck", "--deep")


def test_an_upload_that_broke_off_is_not_finished_and_the_next_one_is_another(server, folder):
    token = server.project("CUT")
    body = (b"--x\r\nContent-Type: application/dicom\r\n\r\n" + (folder / "IM0.dcm").read_bytes()
            + b"\r\n--x\r\nContent-Type: application/dicom\r\n\r\nDIC")
    headers = {"Content-Type": 'multipart/related; type="application/dicom"; boundary=x'}
    path = "/dicom-web/studies?project=CUT&upload=11112222-aaaa"
    status, _, _ = server.request("POST", path, body, token, headers)
    assert status in (200, 202)
    upload = server.json("GET", "/api/v1/uploads/11112222-aaaa", token=token)
    assert upload["accepted"] == 1 and upload["rejected"] == 0
    for name in ("short", "has%20blank-", "a" * 65):
        status, _, answer = server.request(
            "POST", f"/dicom-web/studies?project=CUT&upload={name}", body, token, headers)
        assert status == 400, answer
    other = server.project("CUT2")
    status, _, answer = server.request(
        "POST", "/dicom-web/studies?project=CUT2&upload=11112222-aaaa", body, other, headers)
    assert status == 409, answer
    assert server.request("GET", "/api/v1/uploads/11112222-aaaa", None, other)[0] == 404
