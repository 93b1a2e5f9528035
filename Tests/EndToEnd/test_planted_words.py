"""No plaintext of PHI anywhere on disk: every byte below the data directory, PostgreSQL's files included, and the log."""

import zipfile

from studies import SECONDARY_CAPTURE, series
from tarn_server import multipart, verdicts
from traces import leaks


def test_the_search_finds_what_is_planted(tmp_path):
    (tmp_path / "object").write_bytes(series(1)[0])
    assert leaks(tmp_path)


def test_no_planted_word_is_on_disk_after_ingest(server, tmp_path):
    token = server.project("PHI")
    upload = tmp_path / "upload-Quibblefrost"
    upload.mkdir()
    for number, data in enumerate(series(8, rows=128)):
        (upload / f"Quibblefrost_{number}.dcm").write_bytes(data)
    with zipfile.ZipFile(upload / "Zanthippe.zip", "w") as archive:
        for number, data in enumerate(series(2)):
            archive.writestr(f"XQ7731945K/{number}.dcm", data)
    (upload / "Umberta.txt").write_text("Drozzleworth is no DICOM")
    (upload / "truncated.dcm").write_bytes(series(1)[0][:700])
    server.command("ingest", upload, "--project", "PHI", check=False)

    body, headers = multipart(series(1, sop_class=SECONDARY_CAPTURE) + [b"Quibblefrost is not DICOM"])
    status, _, answer = server.request("POST", "/dicom-web/studies?project=PHI", body, token, headers)
    assert [verdict["verdict"] for verdict in verdicts(answer)] == ["held", "rejected"], (status, answer)
    server.request("GET", "/dicom-web/studies?PatientName=Quibblefrost", None, token)
    server.request("GET", "/api/v1/studies?description=Snarfelbach", None, token)

    assert len(server.json("GET", "/api/v1/studies?project=PHI", token=token)["studies"]) == 2
    assert leaks(server.data, server.database_directory(), server.log) == []
    server.stop()
    assert leaks(server.data, server.database_directory(), server.log) == []
