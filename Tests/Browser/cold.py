"""A lake with cold storage: one directory that takes copies, and retention rules where they are wanted."""

import json
import time
from urllib.parse import quote

from conftest import Lake
from studies import series


def cold_lake(directory, rules=None):
    """A furnished server whose copies go to the backend "vault"; with the retention rules of these jurisdictions."""
    vault = directory / "vault"
    vault.mkdir()
    backends = directory / "archive.json"
    backends.write_text(json.dumps([
        {"name": "vault", "kind": "directory", "path": str(vault), "agreement": "Agreement 7"}]))
    options = ["--archive", str(backends)]
    if rules:
        policy = directory / "retention.json"
        policy.write_text(json.dumps({"jurisdictions": rules}))
        options += ["--retention", str(policy)]
    return Lake(directory, *options).start().furnish()


def stored_study(lake, patient, count=4):
    """A small CT series of a patient: the study as the API has it."""
    uid = lake.store(series(count, rows=64, PatientID=patient))[0]["study"]
    return study_of(lake, uid)


def study_of(lake, uid):
    return lake.json("GET", f"/api/v1/studies/{quote(uid)}", token=lake.tokens["CHEST"])


def archive_of(lake, uid):
    return lake.json("GET", f"/api/v1/studies/{quote(uid)}/archive", token=lake.tokens["CHEST"])


def offload(lake, uid):
    """The study goes to cold storage, without the browser."""
    lake.json("POST", f"/api/v1/studies/{uid}/archive", {"backend": "vault", "offload": True}, lake.tokens["CHEST"])
    wait_for(lambda: archive_of(lake, uid)["local"] == "offloaded" and archive_of(lake, uid)["job"]["state"] == "done")


def wait_for(condition, seconds=30):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come to be"
        time.sleep(0.2)
