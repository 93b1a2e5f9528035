"""kill -9 exactly between the commit that publishes blacked-out pixels and the erasure of those as they were: after the
next start not a byte of these is on the disk."""

import subprocess
import threading
import time

from studies import SECONDARY_CAPTURE, ct_slice
from test_anonymise import holds, rows

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


def locked_session(server):
    """A session that asks for the lock and says when it has it; ends when its input does."""
    socket = (server.database_directory() / "cluster" / "postmaster.pid").read_text().splitlines()[4]
    session = subprocess.Popen(
        ["psql", "--quiet", "--no-align", "--tuples-only", "--host", socket, "--username", "tarn", "--dbname", "tarn"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    session.stdin.write(
        "BEGIN; LOCK TABLE superseded_blob IN ACCESS EXCLUSIVE MODE;\n"
        "SELECT (SELECT count(*) FROM superseded_blob), (SELECT string_agg(state, ' ') FROM held);\n")
    session.stdin.flush()
    return session


def test_a_crash_between_publishing_and_erasing_leaves_no_byte(server):
    token = server.project("KILLERASE")
    path = server.directory / "capture.dcm"
    path.write_bytes(ct_slice("1.2.3.95", "1.2.3.95.1", 1, rows=256, sop="1.2.3.95.2", sop_class=SECONDARY_CAPTURE))
    verdict, = server.ingest(path, project="KILLERASE")
    assert verdict["verdict"] == "held"
    item, = server.json("GET", "/api/v1/held", token=token)["items"]
    addresses = [
        row for part in ("object", "patch")
        for row in rows(server, f"SELECT {part}_segment, {part}_offset, {part}_length FROM held")]
    before = sealed_bytes(server, addresses)
    places = (server.data, server.database_directory(), server.log)
    assert holds(before, *places) == set(before), "the search does not find what is there"
    rows(server, SLOW_COMMIT)

    def release():
        try:
            server.request("POST", f"/api/v1/held/{item['id']}/release", {"regions": [BOX]}, token)
        except OSError:
            pass

    lane = threading.Thread(target=release)
    lane.start()
    deadline = time.monotonic() + 60
    while rows(server, "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'") == [["0"]]:
        assert time.monotonic() < deadline, "nothing is being committed"
    session = locked_session(server)
    # With the lock: committed, and nothing of it erased.
    assert session.stdout.readline().strip() == "2|released"
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
    published, = server.json("GET", f"/dicom-web/instances?SOPInstanceUID={item['instance']}", token=token)
    assert published["00080018"]["Value"] == [item["instance"]]
    server.command("fsck", "--deep")
