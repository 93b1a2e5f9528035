"""What is left of somebody on a disk and in a database, and what kill -9 leaves of a command that forgets them."""

import json
import os
import subprocess
import time

from studies import words
from tarn_server import BINARY, multipart, verdicts


def files_below(*roots):
    for root in roots:
        if root.is_file():
            yield root
        for directory, _, names in os.walk(root):
            for name in names:
                yield os.path.join(directory, name)


def contents_below(*roots):
    for path in files_below(*roots):
        try:
            with open(path, "rb") as file:
                yield path, file.read()
        except OSError:
            continue  # a socket, or a file that went away


def leaks(*roots):
    """Where one of the planted words stands, in content or name, however it is written."""
    found = []
    needles = words()
    needles += [word.decode().encode("utf-16-le") for word in needles]
    needles += [word.lower() for word in needles] + [word.upper() for word in needles]
    for path in files_below(*roots):
        if any(word.decode("latin-1") in str(path) for word in words()):
            found.append((path, "its name"))
    for path, content in contents_below(*roots):
        found += [(path, word) for word in needles if word in content]
    return found


def shows(texts, *roots):
    """Those of `texts` that some file holds."""
    return {text for _, content in contents_below(*roots) for text in texts if text.encode() in content}


def holds(secrets, *roots):
    """Those of these byte strings that some file holds, as they are or as the database's dumps and logs would write them."""
    return {
        secret for _, content in contents_below(*roots) for secret in secrets
        if secret in content or secret.hex().encode() in content}


def rows(server, query):
    """What the lake's own database answers, each row a list of texts."""
    socket = (server.database_directory() / "cluster" / "postmaster.pid").read_text().splitlines()[4]
    answer = subprocess.run(
        ["psql", "--quiet", "--no-align", "--tuples-only", "--host", socket, "--username", "tarn", "--dbname", "tarn",
         "--set", "ON_ERROR_STOP=1", "--command", query], check=True, capture_output=True, text=True)
    return [line.split("|") for line in answer.stdout.splitlines()]


def bring(server, token, parts):
    """Stores files; gives their verdicts."""
    body, headers = multipart(parts)
    _, _, answer = server.request("POST", "/dicom-web/studies", body, token, headers)
    return verdicts(answer)


def subject_of(server, token, study):
    return server.json("GET", f"/api/v1/studies/{study}", token=token)["subject"]


def kill_in_the_middle(server, delay, *command, then=lambda: None):
    """Kills the server while it does what a command asks, and starts it again: nothing is damaged. Gives fsck's report."""
    running = subprocess.Popen(
        [BINARY, *command, "--data", server.data, "--master-key", server.key],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(delay)
    server.kill()
    running.wait()
    then()
    server.start()
    report = json.loads(server.command("fsck", "--deep", "--json").stdout)
    assert report["problems"] == [], (command[0], report)
    return report


def until_done(server, *command):
    """Gives a command that destroys something again until nothing is left to do."""
    deadline = time.monotonic() + 60
    while True:
        done = json.loads(server.command(*command, "--reason", "again", "--yes", "--json").stdout)
        if done["state"] == "done":
            return done
        assert time.monotonic() < deadline, done
        time.sleep(0.3)
