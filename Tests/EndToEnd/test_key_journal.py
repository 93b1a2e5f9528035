"""What commands do with the key file stands in the ledger: at once where a server runs, at its start where none does."""

import json
import time

import pytest

from key_services import SOFTHSM, SoftToken
from tarn_server import Server, run
from test_ledger import operator

pytestmark = pytest.mark.skipif(not SOFTHSM.exists(), reason="softhsm2 is not installed")


@pytest.fixture
def token(tmp_path, monkeypatch):
    (tmp_path / "service").mkdir()
    made = SoftToken(tmp_path / "service")
    monkeypatch.setenv("SOFTHSM2_CONF", str(made.configuration))
    return made


def recorded(server, count, timeout=20):
    """(kind, detail) of what the ledger says about the key, oldest first, once there are `count`."""
    deadline = time.monotonic() + timeout
    while True:
        lines = history(server)
        if len(lines) >= count or time.monotonic() > deadline:
            assert len(lines) == count, lines
            return lines
        time.sleep(0.2)


def history(server):
    found = json.loads(operator(server, "/api/v1/accesses?limit=1000"))["accesses"]
    return [(one["kind"], one["detail"]) for one in reversed(found) if one["kind"].startswith("keys.")]


def test_wrap_backup_and_unwrap_are_in_the_ledger(server, token):
    key = ["--master-key", server.key]
    line = run("keys", "backup", *key).stdout.strip()
    run("keys", "wrap", *key, *token.options(), "--make-key")
    found = recorded(server, 2)
    assert [kind for kind, _ in found] == ["keys.backup", "keys.wrap"]
    assert found[0][1].startswith("as it is in its file; key ") and "wrapped by " in found[1][1]
    assert "tarn test" in found[1][1] and " by " in found[1][1]
    server.stop()
    run("keys", "unwrap", *key)
    server.start()
    found = recorded(server, 3)
    assert found[2][0] == "keys.unwrap"
    # A key that is put back by hand is noticed at the next start, once.
    run("keys", "wrap", *key, *token.options())
    recorded(server, 4)
    server.stop()
    server.key.write_text(line + "\n")
    for _ in range(2):
        server.start()
        found = recorded(server, 5)
        server.stop()
    assert found[4][0] == "keys.found" and found[4][1].startswith("as it is in its file; ")
    assert not any(secret in str(found) for secret in (line, "4711"))
    assert [path.name for path in server.key.parent.iterdir()] == ["master.key"]


def test_kill_9_loses_no_entry_and_makes_none_twice(server):
    key = ["--master-key", server.key]
    count = 0
    for turn in range(4):
        for _ in range(3):
            run("keys", "backup", *key)
            count += 1
        time.sleep(0.5 * turn)
        server.kill()
        server.start()
        recorded(server, count)


def test_a_new_lake_has_how_its_key_was_made(tmp_path, token):
    lake = Server(tmp_path / "lake")
    lake.directory.mkdir()
    run("keys", "create", "--master-key", lake.key, *token.options(), "--make-key")
    lake.start()
    try:
        assert [kind for kind, _ in recorded(lake, 1)] == ["keys.create"]
    finally:
        lake.discard()


def test_a_folder_that_cannot_be_written_keeps_nobody_from_a_backup(server):
    (server.key.with_name("master.key.journal")).mkdir()
    done = run("keys", "backup", "--master-key", server.key)
    assert done.stdout.strip() == server.key.read_text().strip()
    assert "the ledger will not tell of this copy" in done.stderr
