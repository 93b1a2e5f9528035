"""The master key wrapped by a key service: a PKCS#11 token and a transit engine. What opens, what does not, and what is
said then."""

import json
import os
import random
import socket
import time

import pytest

from key_services import SOFTHSM, SoftToken, TransitServer
from studies import series
from tarn_server import Server, multipart, run, verdicts
from test_keys import Load
from traces import kill_in_the_middle


@pytest.fixture(params=["pkcs11", "transit"])
def service(request, tmp_path, monkeypatch):
    if request.param == "pkcs11" and not SOFTHSM.exists():
        pytest.skip("softhsm2 is not installed")
    folder = tmp_path / "service"
    folder.mkdir()
    made = SoftToken(folder) if request.param == "pkcs11" else TransitServer(folder)
    if request.param == "pkcs11":
        monkeypatch.setenv("SOFTHSM2_CONF", str(made.configuration))
    yield made
    made.close()


@pytest.fixture
def wrapped(service, tmp_path):
    """A lake whose key is wrapped from its first second; not started."""
    lake = Server(tmp_path / "lake")
    lake.directory.mkdir()
    run("keys", "create", "--master-key", lake.key, *service.options(), "--make-key")
    yield lake
    lake.discard()


def bring(server, token, count, first=0):
    for seed in range(first, first + count):
        body, headers = multipart(series(1, rows=64, seed=seed))
        status, _, answer = server.request("POST", "/dicom-web/studies", body, token, headers)
        assert status == 200 and verdicts(answer)[0]["verdict"] == "accepted", answer


def check(server, count):
    report = json.loads(server.command("fsck", "--deep", "--json").stdout)
    assert report["problems"] == [] and report["rebuilt"] == count, report


def refused_start(server, *words):
    """`serve` ends at once with a reason that has these words; gives what it said."""
    done = run("serve", "--data", server.data, "--listen", "127.0.0.1:0", "--master-key", server.key, check=False)
    assert done.returncode != 0
    for word in words:
        assert word in done.stderr, done.stderr
    for secret in ["4711", "0815", "hvs."]:
        assert secret not in done.stderr
    return done.stderr


def shown(file):
    return run("keys", "show-id", "--master-key", file).stdout.strip()


def test_the_key_of_a_lake_moves_into_a_service_and_back_while_it_is_used(service, server):
    token = server.project("MOVE")
    bring(server, token, 2)
    line = run("keys", "backup", "--master-key", server.key).stdout.strip()
    before = shown(server.key)
    state = json.loads(
        run("keys", "wrap", "--master-key", server.key, *service.options(), "--make-key", "--json").stdout)
    assert state["service"] == service.kind and state["id"] == before == shown(server.key)
    for path in server.key.parent.iterdir():
        assert line.encode() not in path.read_bytes(), path
    assert server.key.stat().st_mode & 0o777 == 0o600
    assert run("keys", "backup", "--master-key", server.key).stdout.strip() == line
    assert service.kind in run("keys", "check", "--master-key", server.key, "--data", server.data, "--json").stdout
    bring(server, token, 1, 2)
    server.stop()
    server.start()
    bring(server, token, 1, 3)
    server.stop()
    check(server, 4)
    # Without the service the backup opens the lake.
    service.down()
    safe = server.key.with_name("safe.key")
    safe.write_text(line + "\n")
    assert shown(safe) == before
    report = json.loads(run("fsck", "--deep", "--json", "--data", server.data, "--master-key", safe).stdout)
    assert report["problems"] == [] and report["rebuilt"] == 4
    service.up()
    run("keys", "unwrap", "--master-key", server.key)
    assert server.key.read_text() == line + "\n"
    service.down()
    server.start()
    service.up()


def test_what_is_said_when_the_service_does_not_open_the_key(service, wrapped):
    wrapped.start()
    token = wrapped.project("SAID")
    bring(wrapped, token, 1)
    # Once the lake is open it does not need its service; a rotation does, and changes nothing without it.
    service.down()
    bring(wrapped, token, 1, 1)
    done = wrapped.command("keys", "rotate", check=False)
    assert done.returncode != 0 and service.down_words in done.stderr, done.stderr
    assert sorted(path.name for path in wrapped.key.parent.iterdir()) == ["master.key"]
    wrapped.stop()
    refused_start(wrapped, str(wrapped.key), service.down_words)
    done = run("keys", "check", "--master-key", wrapped.key, check=False)
    assert done.returncode == 1 and service.down_words in done.stderr
    service.up()
    service.lock_out()
    refused_start(wrapped, service.locked_out_words, str(service.credential))
    service.let_in()
    # A changed file, and another key's file under this one's name.
    right = wrapped.key.read_text()
    start = right.index('"wrapped" : "') + len('"wrapped" : "')
    place = right.index('"', start) - 12
    wrapped.key.write_text(right[:place] + ("A" if right[place] != "A" else "B") + right[place + 1:])
    refused_start(wrapped, "does not open it", "was changed")
    other = wrapped.key.with_name("other.key")
    run("keys", "create", "--master-key", other, *service.options())
    wrapped.key.write_text(right.replace(shown_in(right), shown(other)))
    refused_start(wrapped, "does not open it")
    wrapped.key.write_text(other.read_text())
    refused_start(wrapped, "is not the master key of this lake", shown(other), shown_in(right))
    done = run("keys", "check", "--master-key", wrapped.key, "--data", wrapped.data, check=False)
    assert done.returncode == 1 and shown_in(right) in done.stderr
    wrapped.key.write_text(right)
    wrapped.start()
    wrapped.stop()
    check(wrapped, 2)
    service.forget_key()
    refused_start(wrapped, "does not open it", "another key wrapped it")


def shown_in(text):
    return json.loads(text)["id"]


def test_nobody_notices_a_rotation_under_a_service(service, wrapped):
    wrapped.start()
    token = wrapped.project("ROTATE")
    old = shown(wrapped.key)
    with Load(wrapped, token) as load:
        while load.done < 20 and not load.failures:
            time.sleep(0.05)
        outcomes = [json.loads(wrapped.command("keys", "rotate", "--json").stdout) for _ in range(3)]
        # Wrapping anew while it is used and rotated is nobody's affair either.
        run("keys", "wrap", "--master-key", wrapped.key)
        before = load.done
        while load.done < before + 20 and not load.failures:
            time.sleep(0.05)
    assert load.failures == []
    assert [outcomes[0]["from"], outcomes[2]["to"]] == [old, shown(wrapped.key)]
    assert [outcome["to"] for outcome in outcomes[:2]] == [outcome["from"] for outcome in outcomes[1:]]
    # Every key that was is wrapped, too.
    for path in wrapped.key.parent.glob("master.key*"):
        if ".journal" in path.name:
            continue
        assert json.loads(path.read_text())["service"].keys() == {service.kind}, path
        assert run("keys", "check", "--master-key", path).returncode == 0
    wrapped.stop()
    wrapped.start()
    check(wrapped, len(set(load.instances)))
    assert wrapped.log.read_text().count("4711") == 0 and "hvs." not in wrapped.log.read_text()


def test_kill_9_in_the_middle_of_a_rotation_under_a_service(service, wrapped):
    wrapped.start()
    token = wrapped.project("KILL")
    bring(wrapped, token, 4)
    chance = random.Random(6)
    service.keep()
    for _ in range(5):
        kill_in_the_middle(wrapped, chance.uniform(0.01, 0.4), "keys", "rotate", then=service.mend)
        check(wrapped, 4)
    last = json.loads(wrapped.command("keys", "rotate", "--json").stdout)
    assert shown(wrapped.key) == last["to"]
    assert not wrapped.key.with_name("master.key.next").exists()
    check(wrapped, 4)


def test_a_key_in_the_service_that_was_changed_wraps_anew(service, tmp_path):
    key = tmp_path / "master.key"
    run("keys", "create", "--master-key", key, *service.options(), "--make-key")
    before, name = key.read_text(), shown(key)
    if service.kind == "transit":
        service.rotate()
        run("keys", "wrap", "--master-key", key)
        assert "vault:v1:" in before and "vault:v2:" in key.read_text()
        service.keys["tarn"]["minimum"] = 2
    else:
        run("keys", "wrap", "--master-key", key, *service.options("second"), "--make-key")
        assert '"second"' in key.read_text()
    assert run("keys", "check", "--master-key", key).stdout.startswith(name)
    (tmp_path / "old.key").write_text(before)
    done = run("keys", "check", "--master-key", tmp_path / "old.key", check=False)
    assert (done.returncode == 1 and "no longer allowed" in done.stderr) == (service.kind == "transit")


def test_what_an_operator_mistypes_is_said_and_leaves_the_key_as_it_is(service, tmp_path):
    key = tmp_path / "master.key"
    run("keys", "create", "--master-key", key)
    line = key.read_text()
    done = run("keys", "wrap", "--master-key", key, check=False)
    assert done.returncode == 1 and "is not wrapped" in done.stderr
    done = run("keys", "unwrap", "--master-key", key, check=False)
    assert done.returncode == 1 and "is not wrapped" in done.stderr
    done = run("keys", "wrap", "--master-key", key, *service.options("nobody"), check=False)
    assert done.returncode == 1 and "nobody" in done.stderr and "--make-key" in done.stderr
    service.lock_out()
    done = run("keys", "wrap", "--master-key", key, *service.options(), "--make-key", check=False)
    assert done.returncode == 1 and service.locked_out_words in done.stderr
    service.let_in()
    for options in [["--pkcs11-module", "/x"], ["--transit", "https://h"], ["--kms-key", "k"], ["--make-key"],
                    ["--token-file", "/t"], [*service.options(), "--pkcs11-module", "/x", "--transit", "https://h"]]:
        assert run("keys", "wrap", "--master-key", key, *options, check=False).returncode in (2, 64)
    assert key.read_text() == line and os.listdir(tmp_path / "service") != []
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("master.key")
            and ".journal" not in path.name] == ["master.key"]


def test_a_transit_engine_that_is_sealed_unknown_or_open_to_export(tmp_path):
    folder = tmp_path / "service"
    folder.mkdir()
    service, key = TransitServer(folder), tmp_path / "master.key"
    try:
        run("keys", "create", "--master-key", key, *service.options(), "--make-key")
        # What is unwrapped goes over TLS, and nothing secret is part of an address.
        assert all("hvs." not in path and "?" not in path for _, path in service.seen)
        service.is_sealed = True
        done = run("keys", "check", "--master-key", key, check=False)
        assert done.returncode == 1 and "sealed" in done.stderr
        service.is_sealed = False
        service.keys["open"] = {"type": "aes256-gcm96", "exportable": True, "versions": [bytes(32)], "minimum": 1}
        done = run("keys", "wrap", "--master-key", key, *service.options("open"), check=False)
        assert done.returncode == 1 and "can be exported" in done.stderr
        # A server whose certificate nobody vouches for gets no token.
        seen = len(service.seen)
        options = service.options()
        del options[options.index("--transit-ca"):options.index("--transit-ca") + 2]
        done = run("keys", "wrap", "--master-key", key, *options, check=False)
        assert done.returncode == 1 and "--transit-ca" in done.stderr
        # The present wrapping was opened, by its own authority; the other way nothing came.
        assert service.seen[seen:] == [("POST", "/v1/transit/decrypt/tarn")]
        done = run("keys", "wrap", "--master-key", key, *service.options(), "--transit-mount", "elsewhere", check=False)
        assert done.returncode == 1
        assert run("keys", "check", "--master-key", key).returncode == 0
    finally:
        service.close()


def test_a_server_that_takes_and_says_nothing_is_given_up(tmp_path):
    key, token = tmp_path / "master.key", tmp_path / "token"
    token.write_text("hvs.right\n")
    run("keys", "create", "--master-key", key)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        began = time.monotonic()
        done = run(
            "keys", "wrap", "--master-key", key, "--transit", f"http://127.0.0.1:{silent.getsockname()[1]}",
            "--token-file", token, check=False)
        assert done.returncode == 1 and "does not answer" in done.stderr
        assert time.monotonic() - began < 60


@pytest.mark.skipif(not SOFTHSM.exists(), reason="softhsm2 is not installed")
def test_the_file_that_softhsm_loses_to_kill_9_is_put_back_from_a_copy(tmp_path, monkeypatch):
    (tmp_path / "service").mkdir()
    token = SoftToken(tmp_path / "service")
    monkeypatch.setenv("SOFTHSM2_CONF", str(token.configuration))
    key = tmp_path / "master.key"
    run("keys", "create", "--master-key", key, *token.options(), "--make-key")
    token.keep()
    for path in token.kept:
        path.write_bytes(b"")
    done = run("keys", "check", "--master-key", key, check=False)
    assert done.returncode == 1 and token.down_words in done.stderr, done.stderr
    token.mend()
    assert run("keys", "check", "--master-key", key).returncode == 0
