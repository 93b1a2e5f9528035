"""kill -9 in the middle of an upload: it has a report all the same, marked as interrupted."""

import http.client
import json
import threading
import time

from studies import SECONDARY_CAPTURE, ct_slice, series, words
from traces import rows


def part(content):
    return b"--x\r\nContent-Type: application/dicom\r\n\r\n" + content + b"\r\n"


def chunk(content):
    return b"%x\r\n%s\r\n" % (len(content), content)


def test_an_upload_that_dies_with_the_server_has_a_report(server, tmp_path):
    token = server.project("KILLUP")
    files = series(40, seed=7)
    capture = ct_slice("1.2.3.91", "1.2.3.91.1", 1, sop="1.2.3.91.2", sop_class=SECONDARY_CAPTURE)
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.putrequest("POST", "/dicom-web/studies?project=KILLUP&upload=0000-killed-upload")
    for name, value in {
            "Authorization": f"Bearer {token}", "Transfer-Encoding": "chunked", "Accept": "application/x-ndjson",
            "Content-Type": 'multipart/related; type="application/dicom"; boundary=x'}.items():
        connection.putheader(name, value)
    connection.endheaders()
    ended = threading.Event()

    def send():
        # Slowly, as over a line: the server is killed long before the last.
        try:
            for content in [b"no image", capture, *files]:
                connection.send(chunk(part(content)))
                if ended.wait(0.1):
                    return
        except OSError:
            return

    lane = threading.Thread(target=send)
    lane.start()
    deadline = time.monotonic() + 30
    while True:
        status, _, answer = server.request("GET", "/api/v1/uploads/0000-killed-upload", token=token)
        upload = json.loads(answer) if status == 200 else {"accepted": 0, "rejected": 0}
        if upload["accepted"] >= 5 and upload["rejected"] == 1:
            break
        assert time.monotonic() < deadline, upload
        time.sleep(0.05)
    assert "finishedAt" not in upload and not upload["interrupted"]
    server.kill()
    ended.set()
    lane.join()
    connection.close()

    server.start()
    upload = server.json("GET", "/api/v1/uploads/0000-killed-upload", token=token)
    assert upload["interrupted"] and upload["finishedAt"]
    there = server.json("GET", "/dicom-web/instances?limit=1000", token=token)
    assert upload["accepted"] == len(there) >= 5 and len(there) < 40, "nothing was left to be lost"
    assert upload["held"] == 1 and upload["rejected"] == 1
    report = upload["report"]
    assert report["verdicts"]["accepted"] == len(there)
    assert {row["verdict"] for row in report["reasons"]} == {"held", "rejected"}
    names = [row["count"] for row in report["actions"]["attributes"] if row["attribute"] == "PatientName"]
    assert sum(names) >= 5
    text = json.dumps(upload).encode()
    assert not [word for word in words() if word in text]
    assert "(interrupted" in server.command("uploads", "list", "--project", "KILLUP").stdout
    page = tmp_path / "report.html"
    server.command("uploads", "report", "0000-killed-upload", page)
    assert "Interrupted: the server stopped" in page.read_text()
    # Who brought what is in the ledger, and sending all again brings the rest.
    (count, detail), = rows(
        server, "SELECT sum(count), min(detail) FROM access_event WHERE kind = 'ingest' AND account_id <> 0")
    assert int(count) == len(there) + 1 and detail == "the server stopped in the middle"
    folder = tmp_path / "all"
    folder.mkdir()
    for number, content in enumerate(files):
        (folder / f"{number}.dcm").write_bytes(content)
    verdicts = [line["verdict"] for line in server.ingest(folder, project="KILLUP")]
    assert verdicts.count("alreadyThere") == len(there)
    assert verdicts.count("accepted") == len(files) - len(there)
    assert json.loads(server.command("fsck", "--deep", "--json").stdout)["problems"] == []
