"""Who is who, of studies whose bytes are away: merged, taken back, and made anonymous, and then brought back."""

import hashlib
import json

import pytest
from studies import ct_slice
from test_archive import Scene
from pydicom.uid import generate_uid


@pytest.fixture
def scene(tmp_path):
    one = Scene(tmp_path)
    yield one
    one.server.discard()


def offload(scene):
    assert scene.ask("archive", backend="vault", offload=True)[0] == 202
    state = scene.wait()
    assert state["local"] == "offloaded", state


def bring_back(scene):
    assert scene.ask("restore")[0] == 202
    state = scene.wait()
    assert state["local"] == "here", state


def subject(scene):
    return scene.json("GET", f"/api/v1/studies/{scene.study}")["subject"]


def original(scene, uid):
    return scene.request("POST", f"/api/v1/instances/{uid}/original", {"reason": "check"})


def check(scene, others=0, rebuilt=12):
    report = json.loads(scene.server.command("fsck", "--deep", "--json").stdout)
    assert report["problems"] == [] and report["instances"] == 12 + others and report["rebuilt"] == rebuilt + others, report


def test_merged_and_taken_back_while_the_bytes_are_away(scene):
    other = scene.directory / "other"
    other.mkdir()
    (other / "1.dcm").write_bytes(ct_slice(generate_uid(), generate_uid(), 1, PatientID="ANOTHER-1"))
    scene.server.ingest(other, project="CT")
    codes = {study["subject"] for study in scene.json("GET", "/api/v1/studies?project=CT")["studies"]}
    mine = subject(scene)
    (into,) = codes - {mine}
    offload(scene)
    status, _, _ = scene.request("POST", "/api/v1/originals", {"project": "CT", "studies": [scene.study], "reason": "x"})
    assert status == 409
    merged = json.loads(scene.server.command(
        "subjects", "merge", mine, into, "--project", "CT", "--reason", "two numbers", "--json").stdout)
    assert subject(scene) == into
    bring_back(scene)
    digests = {hashlib.sha256(content).hexdigest() for content in scene.files}
    assert {hashlib.sha256(original(scene, uid)[2]).hexdigest() for uid in scene.instances()} == digests
    check(scene, others=1)
    # Away again under the key of the one, back under the key of the other.
    offload(scene)
    scene.server.command("subjects", "undo", merged["id"], "--reason", "they are two")
    assert subject(scene) == mine
    bring_back(scene)
    assert {hashlib.sha256(original(scene, uid)[2]).hexdigest() for uid in scene.instances()} == digests
    check(scene, others=1)


def test_made_anonymous_while_the_bytes_are_away(scene):
    frame = scene.frame_status()[1]
    offload(scene)
    done = json.loads(scene.server.command(
        "anonymise", subject(scene), "--project", "CT", "--reason", "the project ends", "--yes", "--json").stdout)
    assert done["counts"]["instances"] == 12
    bring_back(scene)
    assert scene.frame_status() == (200, frame)
    assert {original(scene, uid)[0] for uid in scene.instances()} == {404}
    check(scene, rebuilt=0)
    # The next copy is made without what is gone, and is one to come back from.
    offload(scene)
    bring_back(scene)
    assert scene.frame_status() == (200, frame)
    check(scene, rebuilt=0)
