"""What is refused is refused at once, in one line, and leaves nothing behind."""

import json
import os
import socket
import zipfile

import pytest

from studies import series
from tarn_server import free_port, multipart, run


def one_line(done, status=1):
    """Standard error of a command that ended with `status`: one line, no usage, no trace."""
    assert done.returncode == status, (done.returncode, done.stdout, done.stderr)
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    assert len(lines) == 1, done.stderr
    return lines[0]


@pytest.fixture
def files(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    for number, data in enumerate(series(5)):
        (folder / f"{number}.dcm").write_bytes(data)
    return folder


@pytest.mark.parametrize("command", [("user", "list"), ("project", "list"), ("fsck",), ("held", "list")])
def test_only_serve_makes_a_lake(tmp_path, command):
    empty = tmp_path / "empty"
    empty.mkdir()
    done = run(*command, "--data", empty, "--master-key", tmp_path / "key", check=False)
    assert "there is no lake here" in one_line(done)
    assert not list(empty.iterdir()) and not (tmp_path / "key").exists()


def test_ingest_asks_the_server_before_it_sends(shared_server, files):
    server = shared_server
    token = server.project("ASK")
    nobody = f"http://127.0.0.1:{free_port()}"
    for address, secret, project in [
        (nobody, token, "ASK"), (server.url, "wrong", "ASK"), (server.url, token, "NOPE")
    ]:
        done = run("ingest", files, "--project", project, "--server", address, "--token", secret, check=False)
        one_line(done)
        assert done.stdout == ""
    done = server.command("ingest", files, "--project", "NOPE", check=False)
    assert "NOPE" in one_line(done)
    assert server.json("GET", "/api/v1/studies", token=token)["studies"] == []


def test_every_input_gets_a_verdict(shared_server, files):
    server = shared_server
    server.project("ALL")
    one = (files / "0.dcm").read_bytes()
    with open(os.path.join(os.fsencode(files), b"l\xe4tin.dcm"), "wb") as odd:
        odd.write(series(6)[5])
    (files / "link.dcm").symlink_to(files / "1.dcm")
    (files / "dangling.dcm").symlink_to(files / "nothing")
    (files / "folder").symlink_to(files.parent)
    os.mkfifo(files / "pipe")
    with zipfile.ZipFile(files / "outer.zip", "w") as outer:
        outer.writestr("a.dcm", one)
        outer.writestr("inner.zip", b"PK\x03\x04")
    found = {entry["file"].removeprefix(f"{files}/"): entry for entry in server.ingest(files, project="ALL")}
    kinds = {name: entry["verdict"] for name, entry in found.items()}
    assert kinds["l%E4tin.dcm"] == "accepted"
    assert {kinds["1.dcm"], kinds["link.dcm"]} == {"accepted", "alreadyThere"}
    assert {kinds["0.dcm"], kinds["outer.zip/a.dcm"]} == {"accepted", "alreadyThere"}
    assert kinds["folder"] == kinds["pipe"] == kinds["outer.zip/inner.zip"] == "skipped"
    assert kinds["dangling.dcm"] == "rejected"
    assert all(entry.get("reason") for entry in found.values() if entry["verdict"] in ("skipped", "rejected"))
    assert len(found) == 12


def test_no_account_is_made_whose_roles_cannot_be_given(shared_server, tmp_path):
    server = shared_server
    password = tmp_path / "password"
    password.write_text("correct horse battery staple\n")
    done = server.command(
        "user", "add", "bob", "--grant", "NOPE=researcher", "--password-file", password, check=False)
    assert "no account was made" in one_line(done)
    for usage in [
        ("user", "add", "bob", "--grant", "P=king", "--password-file", password),
        ("user", "grant", "bob", "P=physician"), ("user", "grant", "bob", "P", "king"),
        ("export", "--project", "P", "--from", "2020-13-45"),
    ]:
        assert server.command(*usage, check=False).returncode == 2, usage
    assert run("user", "list", "--server", "notaurl", check=False).returncode == 2
    names = [json.loads(line)["name"] for line in server.command("user", "list", "--json").stdout.splitlines()]
    assert "bob" not in names


def test_an_export_that_cannot_be_put_down_is_not_frozen_and_a_bad_part_is_taken_away(shared_server, files, tmp_path):
    server = shared_server
    token = server.project("EXP")
    server.ingest(files, project="EXP")
    there = tmp_path / "there.zip"
    there.write_bytes(b"mine")
    for output in (there, tmp_path / "no" / "folder.zip"):
        one_line(server.command("export", "--project", "EXP", "--output", output, check=False))
    assert there.read_bytes() == b"mine"
    assert server.json("GET", "/api/v1/exports", token=token)["exports"] == []
    made = json.loads(server.command("export", "--project", "EXP", "--json").stdout)
    output, part = tmp_path / "x.zip", tmp_path / "x.zip.part"
    part.write_bytes(os.urandom(2000))
    done = server.command("export", "--id", made["id"], "--output", output, check=False)
    assert done.returncode == 1 and "removed" in done.stderr and f"--id {made['id']}" in done.stderr
    assert not output.exists() and not part.exists()
    server.command("export", "--id", made["id"], "--output", output)
    run("verify", output)


def test_answers_can_be_asked_for_again_and_problems_have_titles(shared_server, files):
    server = shared_server
    token = server.project("TAG")
    lines = server.ingest(files, project="TAG")
    study = f"/dicom-web/studies/{lines[0]['study']}"
    instance = f"{study}/series/{lines[0]['series']}/instances/{lines[0]['instance']}"
    addresses = (study, study + "/metadata", instance, instance + "/metadata", instance + "/frames/1")
    for address in addresses:
        status, headers, _ = server.request("GET", address, token=token)
        assert status == 200 and headers["ETag"] and "no-store" not in headers["Cache-Control"], address
        status, again, body = server.request("GET", address, token=token, headers={"If-None-Match": headers["ETag"]})
        assert (status, body, again["ETag"]) == (304, b"", headers["ETag"]), address
        assert server.request("GET", address, token=token, headers={"If-None-Match": '"x"'})[0] == 200
    body, headers = multipart([(files / "0.dcm").read_bytes()])
    status, _, answer = server.request("POST", "/dicom-web/studies/1.2.3?project=TAG", body, token, headers)
    problem = json.loads(answer)
    assert (status, problem["title"], problem["code"]) == (400, "Bad Request", "study-in-path")


def test_an_address_in_use_and_a_missing_folder_of_studies_are_said_before_the_start(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run("serve", "--data", tmp_path / "a", "--master-key", tmp_path / "k" / "key",
                   "--listen", f"127.0.0.1:{port}", check=False)
        assert str(port) in one_line(done).lower() and "in use" in done.stderr
    done = run("serve", "--data", tmp_path / "b", "--listen", "127.0.0.1:0", "--demo", "--demo-from", tmp_path / "nope",
               check=False)
    assert done.returncode == 2 and "nope" in done.stderr and not (tmp_path / "b").exists()
