"""Reports over HTTP: who reads which text, versions, search; and no name of one in the clear anywhere."""

import json

import pytest

from people import person
from studies import PLANTED, series

TEXT = (
    "Patient Zanthippe Quibblefrost (XQ7731945K), referred by Dr. Umberta Drozzleworth, phone 555-123-4567.\n"
    "There is a nodule of 7 mm in the left upper lobe, seen by Wunibald Kraxlhuber.\n"
    "<script>alert('report')</script>"
)
HIDDEN = ["Zanthippe", "Quibblefrost", "XQ7731945K", "Drozzleworth", "Umberta", "555-123", "Kraxlhuber"]


@pytest.fixture
def place(server, tmp_path):
    """A server with a study, a physician, a researcher and somebody of another project."""
    server.command("project", "add", "CT", "Chests")
    server.command("project", "add", "OTHER", "Others")
    folder = tmp_path / "in"
    folder.mkdir()
    for number, data in enumerate(series(3)):
        (folder / f"{number}.dcm").write_bytes(data)
    study = server.ingest(folder, project="CT")[0]["study"]
    people = {
        "physician": person(server, "phil", "CT=physician", address=False),
        "researcher": person(server, "rita", "CT=researcher", address=False),
        "stranger": person(server, "stan", "OTHER=physician", address=False),
    }
    return server, study, people


def put(server, report, body, token, tag):
    headers = {"If-Match": tag} if tag else {}
    status, answered, answer = server.request("PUT", f"/api/v1/reports/{report}", body, token, headers)
    return status, answered["ETag"], json.loads(answer)


def test_two_texts_versions_and_conflicts(place):
    server, study, people = place
    reports = f"/api/v1/studies/{study}/reports"
    check = server.json("POST", "/api/v1/reports/check", {"study": study, "text": TEXT}, people["physician"])
    assert all(word not in check["scrubbed"] for word in HIDDEN)
    places = [TEXT[place["from"]:place["to"]] for place in check["removed"]]
    assert any("Quibblefrost" in place for place in places) and any("555-123-4567" in place for place in places)
    assert server.json("GET", reports, token=people["physician"]) == {"reports": []}

    status, headers, answer = server.request("POST", reports, {"text": TEXT, "status": "preliminary"}, people["physician"])
    made, tag = json.loads(answer), headers["ETag"]
    assert status == 201 and made["text"] == TEXT and made["isScrubbed"] is False and made["version"] == 1
    (read,) = server.json("GET", reports, token=people["researcher"])["reports"]
    assert read["text"] == check["scrubbed"] and read["isScrubbed"] is True and read["author"] == "phil"
    assert "a nodule of 7 mm in the left upper lobe" in read["text"]

    final = {"text": TEXT + "\nNo change.", "status": "final"}
    assert put(server, made["id"], final, people["physician"], None)[0] == 428
    status, next_tag, changed = put(server, made["id"], final, people["physician"], tag)
    assert status == 200 and changed["version"] == 2 and next_tag != tag
    for stale in (tag, '"x"', f'"{made["id"]}-99"'):
        status, _, problem = put(server, made["id"], final, people["physician"], stale)
        assert (status, problem["code"]) == (412, "stale")
    assert put(server, made["id"], {**final, "status": "preliminary"}, people["physician"], next_tag)[0] == 409
    assert put(server, made["id"], {**final, "status": "done"}, people["physician"], next_tag)[0] == 400
    assert put(server, made["id"], final, people["researcher"], next_tag)[0] == 404
    versions = server.json("GET", f"/api/v1/reports/{made['id']}/versions", token=people["physician"])["versions"]
    assert [(version["version"], version["status"]) for version in versions] == [(1, "preliminary"), (2, "final")]
    status, headers, answer = server.request("GET", f"/api/v1/reports/{made['id']}?version=1", token=people["physician"])
    assert headers["ETag"] == tag and json.loads(answer)["text"] == TEXT
    too_long = {"text": "x" * (64 * 1024 + 1), "status": "final"}
    assert server.request("POST", reports, too_long, people["physician"])[0] == 413
    for method, path in [
        ("GET", reports), ("GET", f"/api/v1/reports/{made['id']}"), ("GET", f"/api/v1/reports/{made['id']}/versions"),
        ("POST", reports), ("POST", "/api/v1/reports/check"),
    ]:
        body = {"study": study, "text": "x", "status": "final"} if method == "POST" else None
        assert server.request(method, path, body, people["stranger"])[0] == 404, path


def test_search_by_words_of_a_report(place):
    server, study, people = place
    server.json("POST", f"/api/v1/studies/{study}/reports", {"text": TEXT, "status": "final"}, people["physician"])

    def found(query, token):
        return server.json("GET", f"/api/v1/reports?query={query}", token=token)["reports"]

    (hit,) = found("nodules+lobe", people["researcher"])
    assert [piece["text"] for piece in hit["snippet"] if piece["hit"]] == ["nodule", "lobe"]
    assert hit["study"] == study and hit["project"] == "CT"
    studies = server.json("GET", "/api/v1/studies?report=nodule&project=CT", token=people["researcher"])["studies"]
    assert [found["uid"] for found in studies] == [study]
    for words in ["Quibblefrost", "XQ7731945K", "Kraxlhuber", "fracture", "nodule+-lobe"]:
        for token in (people["physician"], people["researcher"]):
            assert found(words, token) == []
            assert server.json("GET", f"/api/v1/studies?report={words}", token=token)["studies"] == []
    assert found("nodule", people["stranger"]) == []
    assert server.json("GET", "/api/v1/studies?report=nodule", token=people["stranger"])["studies"] == []
    status, _, answer = server.request("POST", "/api/v1/exports",
                                       {"project": "CT", "filter": {"report": "nodule"}}, people["researcher"])
    assert status == 201 and json.loads(answer)["studies"] == 1


def test_no_name_of_a_report_is_on_the_disk_or_in_the_log(place):
    server, study, people = place
    reports = f"/api/v1/studies/{study}/reports"
    planted = TEXT + "\n" + "\n".join(PLANTED.values())
    server.json("POST", reports, {"text": planted, "status": "final"}, people["physician"])
    server.json("POST", "/api/v1/reports/check", {"study": study, "text": planted}, people["physician"])
    server.json("GET", "/api/v1/reports?query=Quibblefrost", token=people["physician"])
    assert "Quibblefrost" in server.json("GET", reports, token=people["physician"])["reports"][0]["text"]
    database = server.database_directory()
    server.stop()
    words = [word.encode() for word in [*HIDDEN, "Snarfelbach", "Gruntsnipe", "Vlornstrasse"]]
    files = [file for root in (server.data, database) for file in root.rglob("*") if file.is_file()]
    assert len(files) > 500
    for file in [*files, server.log]:
        content = file.read_bytes()
        assert not [word for word in words if word in content], file
