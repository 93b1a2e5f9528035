"""kill -9 exactly between a commit that puts other sealed bytes in the place of some (blacked-out pixels, a file in conflict
that is kept) and the erasure of these: after the next start not a byte of them is on the disk."""

import subprocess
import threading
import time

from studies import SECONDARY_CAPTURE, ct_slice, series
from traces import holds, rows

BOX = {"x": 4, "y": 8, "width": 30, "height": 6}

# The commit takes two seconds, in which the test asks for a lock that it gets when the commit is done, before anybody can
# read what is to be erased.
SLOW_COMMIT = """
CREATE FUNCTION take_time() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(1); RETURN NULL; END';
CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON superseded_blob DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION take_time();
"""


def sealed_bytes(server, addresses):
    """A piece of each sealed blob as it lies in its segment."""
    found = []
    for segment, offset, length in addresses:
        path, = [path for path in (server.data / "objects").glob("*.segment") if int(path.stem) == int(segment)]
        content = path.read_bytes()[int(offset):int(offset) + int(length)]
        assert len(content) == int(length)
        found += [content[start:start + 48] for start in (len(content) // 3, len(content) * 2 // 3)]
    return found


def addresses_in(server, table):
    return [
        row for part in ("object", "patch")
        for row in rows(server, f"SELECT {part}_segment, {part}_offset, {part}_length FROM {table}")]


def locked_session(server, table):
    """A session that asks for the lock and says when it has it, and what it sees."""
    socket = (server.database_directory() / "cluster" / "postmaster.pid").read_text().splitlines()[4]
    session = subprocess.Popen(
        ["psql", "--quiet", "--no-align", "--tuples-only", "--host", socket, "--username", "tarn", "--dbname", "tarn"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    session.stdin.write(
        "BEGIN; LOCK TABLE superseded_blob IN ACCESS EXCLUSIVE MODE;\n"
        f"SELECT (SELECT count(*) FROM superseded_blob), (SELECT string_agg(state, ' ') FROM {table});\n")
    session.stdin.flush()
    return session


def crash_before_erasing(server, token, table, path, body, state):
    """Sends the request and kills the server once that is committed; what is superseded has to be erased by the next."""
    before = sealed_bytes(server, addresses_in(server, table))
    places = (server.data, server.database_directory(), server.log)
    assert holds(before, *places) == set(before), "the search does not find what is there"
    rows(server, SLOW_COMMIT)

    def send():
        try:
            server.request("POST", path, body, token)
        except OSError:
            pass

    lane = threading.Thread(target=send)
    lane.start()
    deadline = time.monotonic() + 60
    while rows(server, "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'") == [["0"]]:
        assert time.monotonic() < deadline, "nothing is being committed"
    session = locked_session(server, table)
    # With the lock: committed, and nothing of it erased.
    assert session.stdout.readline().strip() == f"2|{state}"
    server.kill()
    lane.join()
    session.kill()
    session.wait()
    assert holds(before, *places) == set(before), "it was erased before the crash: the test proved nothing"

    server.start()
    deadline = time.monotonic() + 60
    while rows(server, "SELECT count(*) FROM superseded_blob") != [["0"]]:
        assert time.monotonic() < deadline, "the next start does not end what was begun"
        time.sleep(0.2)
    assert holds(before, *places) == set()
    server.command("fsck", "--deep")


def instances(server, token):
    found = server.json("GET", "/dicom-web/instances?limit=100", token=token) or []
    return {entry["00080018"]["Value"][0] for entry in found}


def test_a_crash_between_publishing_and_erasing_leaves_no_byte(server):
    token = server.project("KILLERASE")
    path = server.directory / "capture.dcm"
    path.write_bytes(ct_slice("1.2.3.95", "1.2.3.95.1", 1, rows=256, sop="1.2.3.95.2", sop_class=SECONDARY_CAPTURE))
    verdict, = server.ingest(path, project="KILLERASE")
    assert verdict["verdict"] == "held"
    item, = server.json("GET", "/api/v1/held", token=token)["items"]
    crash_before_erasing(
        server, token, "held", f"/api/v1/held/{item['id']}/release", {"regions": [BOX]}, "released")
    assert instances(server, token) == {item["instance"]}


def test_a_crash_after_a_conflict_was_kept_leaves_no_byte_of_it_twice(server):
    token = server.project("KILLKEEP")
    path = server.directory / "slice.dcm"
    content = bytearray(series(1, rows=256)[0])
    for kind in ("accepted", "conflict"):
        path.write_bytes(content)
        verdict, = server.ingest(path, project="KILLKEEP")
        assert verdict["verdict"] == kind
        content[-2] ^= 1
    conflict, = server.json("GET", "/api/v1/quarantine", token=token)["conflicts"]
    place = f"/api/v1/conflicts/{conflict['id']}"
    crash_before_erasing(server, token, "conflict", place + "/keep", {"reason": "both are real"}, "kept")
    kept = server.json("GET", place, token=token)["keptAs"]
    assert instances(server, token) == {conflict["instance"], kept}
