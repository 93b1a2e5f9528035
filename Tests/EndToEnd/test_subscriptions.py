"""Digests from a real server: followed, mailed, ended with one click; and roles that are asked for by mail."""

import json
import threading
import time

import pytest

from people import mails, person, wait_for_mail
from studies import PLANTED, series
from tarn_server import Server

PUBLIC = "https://tarn.example.org"


@pytest.fixture
def server(tmp_path):
    instance = Server(tmp_path, "--public-url", PUBLIC).start()
    instance.command("project", "add", "CT", "Chests")
    yield instance
    instance.discard()


def bring(server, tmp_path, count=2):
    folder = tmp_path / f"in-{time.monotonic_ns()}"
    folder.mkdir()
    for number, data in enumerate(series(count)):
        (folder / f"{number}.dcm").write_bytes(data)
    study = server.ingest(folder, project="CT")[0]["study"]
    # What is made within a second is told after it.
    time.sleep(1.1)
    return study


def digest(server):
    return server.command("mail", "digest", "--all").stdout.strip()


def test_what_is_new_is_mailed_and_one_click_ends_it(server, tmp_path):
    token = person(server, "ada", "CT=researcher")
    address = "ada@example.org"
    made = server.json("POST", "/api/v1/subscriptions", {"kind": "project", "project": "CT", "name": "Häuser",
                                                         "every": "day"}, token)
    before = len(mails(server, address))
    assert digest(server) == "0 mails"
    study = bring(server, tmp_path)
    subject = server.json("GET", f"/api/v1/studies/{study}", token=token)["subject"]
    assert digest(server) == "1 mail"
    mail = wait_for_mail(server, address, before + 1)[-1]
    assert mail["Subject"] == "Tarn: Häuser: 1 new study: CT 1" and not mail.defects
    text = mail.get_content()
    assert f"{PUBLIC}/studies?project=CT&sort=added" in text
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = mail["List-Unsubscribe"].strip("<>")
    assert link.startswith(f"{PUBLIC}/unsubscribe/") and link in text
    for secret in [study, subject, *PLANTED.values()]:
        assert secret not in mail.as_string()
    assert digest(server) == "0 mails"

    path = link.removeprefix(PUBLIC)
    status, headers, _ = server.request("GET", path)
    assert status == 200 and headers["Content-Type"].startswith("text/html")
    assert len(server.json("GET", "/api/v1/subscriptions", token=token)["subscriptions"]) == 1
    for _ in range(2):
        status, _, answer = server.request("POST", path, b"List-Unsubscribe=One-Click",
                                           headers={"Content-Type": "application/x-www-form-urlencoded"})
        assert status == 200 and json.loads(answer) == {"name": "Häuser"}
    assert server.request("POST", path[:-1] + "x")[0] == 404
    assert server.json("GET", "/api/v1/subscriptions", token=token) == {"subscriptions": []}
    bring(server, tmp_path)
    assert digest(server) == "0 mails"
    assert server.request("DELETE", f"/api/v1/subscriptions/{made['id']}", token=token)[0] == 404
    assert path.rsplit("/", 1)[1] not in server.log.read_text()


def test_a_list_is_followed_and_changed(server, tmp_path):
    token = person(server, "ada", "CT=researcher")
    body = {"kind": "filter", "filter": {"modality": "MR", "sort": "added"}, "name": "MR", "every": "week"}
    made = server.json("POST", "/api/v1/subscriptions", body, token)
    assert made["filter"] == {"modality": "MR"} and "project" not in made
    changed = server.json("PUT", f"/api/v1/subscriptions/{made['id']}", {**made, "every": "day"}, token)
    assert changed == {**made, "every": "day"}
    bring(server, tmp_path)
    assert digest(server) == "0 mails"
    for wrong in [{"kind": "all"}, {"every": "hour"}, {"filter": {"subject": "X"}}, {"name": "a\nb"}, {"filter": None}]:
        assert server.request("POST", "/api/v1/subscriptions", {**body, **wrong}, token)[0] == 400, wrong
    nowhere = {"kind": "project", "project": "NOPE", "every": "day"}
    assert server.request("POST", "/api/v1/subscriptions", nowhere, token)[0] == 404
    silent = person(server, "bob", "CT=researcher", address=False)
    status, _, answer = server.request("POST", "/api/v1/subscriptions", body, silent)
    assert status == 400 and "e-mail" in json.loads(answer)["detail"]
    assert server.request("POST", "/api/v1/digests", {"all": True}, token)[0] == 404


def test_kills_in_the_middle_tell_nobody_twice_and_everybody_once(server, tmp_path):
    people = [f"p{number}" for number in range(8)]
    for name in people:
        token = person(server, name, "CT=researcher")
        for number in range(5):
            server.json("POST", "/api/v1/subscriptions",
                        {"kind": "project", "project": "CT", "name": f"N{number}", "every": "day"}, token)
    bring(server, tmp_path)
    for delay in (0.05, 0.1, 0.15, 0.25, 0.4):
        asking = threading.Thread(target=lambda: server.command("mail", "digest", "--all", check=False))
        asking.start()
        time.sleep(delay)
        server.kill()
        asking.join()
        server.start()
    digest(server)
    assert digest(server) == "0 mails"
    for name in people:
        address = f"{name}@example.org"
        # A file that is written twice is the same mail: its Message-ID says so.
        told = {(mail["Message-ID"], mail["Subject"]) for mail in wait_for_mail(server, address, 6)
                if "new study" in mail["Subject"]}
        assert sorted(subject for _, subject in told) == [f"Tarn: N{number}: 1 new study: CT 1" for number in range(5)]


def test_a_role_is_asked_for_and_given_and_both_are_mailed(server):
    boss = person(server, "boss", administrator=True)
    token = person(server, "ada")
    (listed,) = server.json("GET", "/api/v1/projects/listed", token=token)["projects"]
    assert listed == {"code": "CT", "name": "Chests", "roles": [], "requested": []}
    body = {"project": "CT", "role": "researcher", "reason": "Click https://evil.example"}
    made = server.json("POST", "/api/v1/role-requests", body, token)
    assert made["state"] == "open" and made["reason"] == body["reason"]
    mail = wait_for_mail(server, "boss@example.org", 2)[-1]
    assert mail["Subject"] == "Tarn: ada asks to be researcher in CT"
    assert f"{PUBLIC}/projects/CT" in mail.get_content() and "evil" not in mail.as_string()
    assert server.request("POST", "/api/v1/role-requests", body, token)[0] == 409
    assert server.request("GET", "/api/v1/role-requests/open", token=token)[0] == 404
    approve = f"/api/v1/role-requests/{made['id']}/approve"
    assert server.request("POST", approve, {}, token)[0] == 404
    assert server.request("POST", approve, {"until": "2001-01-01"}, boss)[0] == 400
    (waiting,) = server.json("GET", "/api/v1/role-requests/open?project=CT", token=boss)["requests"]
    assert waiting == made
    assert server.json("POST", approve, {"until": "2999-12-31", "note": "Hi"}, boss)["state"] == "approved"
    assert server.request("POST", approve, {}, boss)[0] == 409
    mail = wait_for_mail(server, "ada@example.org", 2)[-1]
    assert mail["Subject"] == "Tarn: approved: researcher in CT" and "2999-12-31" in mail.get_content()
    assert server.json("GET", "/api/v1/projects/listed", token=token)["projects"][0]["roles"] == ["researcher"]
    members = server.json("GET", "/api/v1/projects/CT", token=boss)["members"]
    assert members == [
        {"name": "ada", "roles": ["researcher"], "until": "2999-12-31", "ends": {"researcher": "2999-12-31"}}]

    again = server.json("POST", "/api/v1/role-requests", {**body, "role": "custodian"}, token)
    assert server.request("DELETE", f"/api/v1/role-requests/{again['id']}", token=boss)[0] == 404
    assert server.request("DELETE", f"/api/v1/role-requests/{again['id']}", token=token)[0] == 204
    states = [(told["role"], told["state"]) for told in server.json("GET", "/api/v1/role-requests", token=token)["requests"]]
    assert states == [("custodian", "withdrawn"), ("researcher", "approved")]
    settings = "/api/v1/projects/CT/settings"
    assert server.request("PUT", settings, {"listed": False}, token)[0] == 404
    assert server.json("PUT", settings, {"listed": False, "name": "Thorax"}, boss)["listed"] is False
    stranger = person(server, "stan", address=False)
    assert server.json("GET", "/api/v1/projects/listed", token=stranger) == {"projects": []}
    assert server.request("POST", "/api/v1/role-requests", body, stranger)[0] == 404
