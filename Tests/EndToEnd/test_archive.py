"""Cold storage from outside: a CT series leaves, its local bytes go, and it comes back bit for bit."""

import hashlib
import json
import os
import pathlib
import subprocess
import sys
import tarfile
import time

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import cold_counterparts  # noqa: E402
from studies import series  # noqa: E402
from tarn_server import CORPUS, Server, run  # noqa: E402


class Scene:
    """A server with a directory and an IPFS backend, and one CT study: twelve synthetic images, or these files."""

    def __init__(self, directory, agreement=True, tmpfs=None, files=None):
        self.directory = directory
        self.vault = directory / "vault"
        self.vault.mkdir(parents=True)
        self.rpc, self.gateway, self.node = cold_counterparts.serve()
        terms = {"agreement": "BAA 2026-1"} if agreement else {}
        self.backends = directory / "backends.json"
        self.backends.write_text(json.dumps([
            {"name": "vault", "kind": "directory", "path": str(self.vault), **terms},
            {"name": "ipfs", "kind": "kubo", "rpc": self.rpc, "gateway": self.gateway, "stallSeconds": 3, **terms},
        ]))
        self.server = Server(directory, "--archive", self.backends).start()
        self.token = self.server.project("CT", "technologist", "researcher", "physician", "custodian")
        self.files = files or series(12)
        (directory / "in").mkdir()
        for number, content in enumerate(self.files):
            (directory / "in" / f"{number}.dcm").write_bytes(content)
        self.server.ingest(directory / "in", project="CT")
        studies = self.json("GET", "/api/v1/studies?project=CT")["studies"]
        assert len(studies) == 1
        self.study = studies[0]["uid"]

    def json(self, method, path, body=None):
        return self.server.json(method, path, body, self.token)

    def request(self, method, path, body=None):
        return self.server.request(method, path, body, self.token)

    def state(self):
        return self.json("GET", f"/api/v1/studies/{self.study}/archive")

    def ask(self, action, **body):
        return self.request("POST", f"/api/v1/studies/{self.study}/{action}", body)

    def wait(self, timeout=90):
        """Until nothing is under way."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            state = self.state()
            if not state.get("job") or state["job"]["state"] in ("done", "failed"):
                return state
            time.sleep(0.1)
        raise AssertionError(f"still under way: {state['job']}")

    def instances(self):
        metadata = self.json("GET", f"/dicom-web/studies/{self.study}/metadata")
        return [entry["00080018"]["Value"][0] for entry in metadata]

    def frame_status(self):
        uid = self.instances()[0]
        status, _, body = self.request("GET", f"/api/v1/instances/{uid}/frames/1/pixels")
        return status, body

    def check_sound(self):
        report = json.loads(self.server.command("fsck", "--deep", "--json").stdout)
        assert report["problems"] == []
        assert report["rebuilt"] == len(self.files)


@pytest.fixture
def scene(tmp_path):
    made = Scene(tmp_path)
    yield made
    made.server.discard()


def digests(directory):
    return {hashlib.sha256(file.read_bytes()).hexdigest() for file in directory.rglob("*") if file.is_file()}


@pytest.mark.parametrize("backend", ["vault", "ipfs"])
def test_there_and_back(scene, backend):
    assert scene.frame_status()[0] == 200
    status, _, _ = scene.ask("archive", backend=backend, offload=True)
    assert status == 202
    state = scene.wait()
    assert state["job"].get("error") is None
    assert state["local"] == "offloaded" and state["isArchived"]
    status, body = scene.frame_status()
    assert status == 409 and json.loads(body)["code"] == "offloaded"
    # It stays in the list, and headers can be read.
    assert scene.json("GET", "/api/v1/studies")["studies"][0]["local"] == "offloaded"
    assert len(scene.instances()) == 12
    assert scene.ask("restore")[0] == 202
    assert scene.wait()["local"] == "here"
    assert scene.frame_status()[0] == 200
    scene.check_sound()


@pytest.mark.skipif(not CORPUS.is_dir(), reason="../shared/corpus is not here")
def test_a_real_series_goes_and_comes_back_bit_for_bit(tmp_path):
    files = [path.read_bytes() for path in sorted((CORPUS / "01_series_ct" / "philips_phantom_5mm_28").iterdir())]
    scene = Scene(tmp_path, files=files)
    try:
        assert len(scene.instances()) == len(files)
        assert scene.ask("archive", backend="ipfs", offload=True)[0] == 202
        assert scene.wait()["local"] == "offloaded"
        assert scene.frame_status()[0] == 409
        assert scene.ask("restore")[0] == 202
        assert scene.wait()["local"] == "here"
        assert scene.frame_status()[0] == 200
        # Every original is rebuilt from what came back, and has the digest that it had when it was brought in.
        scene.check_sound()
    finally:
        scene.server.discard()


def test_commands(scene, tmp_path):
    done = scene.server.command("archive", scene.study, "--backend", "vault", "--offload", "--json")
    assert json.loads(done.stdout)["local"] == "offloaded"
    listed = json.loads(scene.server.command("archive", "list", "--json").stdout)
    assert listed["study"] == scene.study and listed["copies"][0]["backend"] == "vault"
    done = scene.server.command("restore", scene.study)
    assert scene.study in done.stdout and "here" in done.stdout
    scene.check_sound()
    wrong = scene.server.command("archive", scene.study, "--backend", "nowhere", check=False)
    assert wrong.returncode == 1 and "there are: vault, ipfs" in wrong.stderr
    key = tmp_path / "study.key"
    scene.server.command("archive", "key", scene.study, "--reason", "a test", "--output", key)
    assert key.stat().st_mode & 0o777 == 0o600
    again = scene.server.command(
        "archive", "key", scene.study, "--reason", "a test", "--output", key, check=False)
    assert again.returncode == 1 and "not overwritten" in again.stderr


def test_other_programs_open_it(scene, tmp_path):
    """PyPI's ipld-car reads the archive with the same root, Debian's age opens the bundle, tar lists it."""
    scene.server.command("archive", scene.study, "--backend", "vault")
    copy = scene.state()["copies"][0]
    car = scene.vault / f"{copy['cid']}.car"
    ipld_car = pytest.importorskip("ipld_car")
    roots, blocks = ipld_car.decode(car.read_bytes())
    assert [root.encode("base32") for root in roots] == [copy["cid"]]
    shown = run("car", "commp", car, "--json").stdout
    assert json.loads(shown)["v1"] == copy["pieceV1"] and json.loads(shown)["v2"] == copy["pieceV2"]
    age, key, tar = tmp_path / "bundle.age", tmp_path / "study.key", tmp_path / "bundle.tar"
    run("car", "unpack", car, "--output", age)
    scene.server.command("archive", "key", scene.study, "--reason", "a test", "--output", key)
    subprocess.run(["age", "-d", "-i", key, "-o", tar, age], check=True)
    with tarfile.open(tar) as bundle:
        manifest = json.load(bundle.extractfile("manifest.json"))
        assert manifest["study"] == scene.study and len(manifest["instances"]) == 12
        for instance in manifest["instances"]:
            for part in ("object", "patch"):
                content = bundle.extractfile(instance[part]["path"]).read()
                assert hashlib.sha256(content).hexdigest() == instance[part]["sha256"]
            assert bundle.extractfile(instance["object"]["path"]).read()[128:132] == b"DICM"
    lines = "".join(
        f"{instance['uid']} {instance['object']['sha256']}\n"
        for instance in sorted(manifest["instances"], key=lambda entry: entry["uid"].encode()))
    assert hashlib.sha256(lines.encode()).hexdigest() == manifest["version"]
    # Another key does not.
    other = tmp_path / "other.key"
    subprocess.run(["age-keygen", "-o", other], check=True, capture_output=True)
    failed = subprocess.run(["age", "-d", "-i", other, age], capture_output=True)
    assert failed.returncode == 1 and b"no identity matched" in failed.stderr


@pytest.mark.parametrize("fault", ["lie", "stall", "missing", "too-much", "fail"])
def test_a_gateway_that_does_not_give_it(scene, fault):
    scene.ask("archive", backend="ipfs", offload=True)
    assert scene.wait()["local"] == "offloaded"
    scene.node.faults = {"gateway": fault}
    scene.ask("restore")
    state = scene.wait()
    assert state["job"]["state"] == "failed" and state["local"] == "offloaded"
    assert "ipfs" in state["job"]["error"]
    assert scene.frame_status()[0] == 409
    scene.node.faults = {}
    scene.ask("restore")
    assert scene.wait()["local"] == "here"
    scene.check_sound()


@pytest.mark.parametrize("fault", ["lie", "stall", "missing", "fail"])
def test_no_read_back_no_offload(scene, fault):
    scene.node.faults = {"gateway": fault}
    scene.ask("archive", backend="ipfs", offload=True)
    state = scene.wait()
    assert state["job"]["state"] == "failed" and state["local"] == "here" and not state["isArchived"]
    scene.check_sound()


def test_killed_in_each_step(scene):
    """kill -9 in each step of archiving and restoring; after each start it goes on and nothing is lost."""
    seen = set()
    for attempt in range(14):
        action = "restore" if scene.state()["local"] != "here" else "archive"
        body = {"backend": "ipfs", "offload": True} if action == "archive" else {}
        status, _, answer = scene.ask(action, **body)
        assert status == 202, answer
        time.sleep(0.02 + attempt * 0.06)
        try:
            seen.add((action, scene.state()["job"]["step"]))
        except (AssertionError, ConnectionError, OSError):
            pass
        scene.server.kill()
        scene.server.start()
        state = scene.wait()
        assert state["job"]["state"] == "done", (attempt, action, state["job"])
        assert state["local"] == ("here" if action == "restore" else "offloaded")
    if scene.state()["local"] != "here":
        scene.ask("restore")
        scene.wait()
    assert len({action for action, _ in seen}) == 2
    scene.check_sound()


def test_two_at_once(scene):
    answers = [scene.ask("archive", backend="ipfs")[0] for _ in range(4)]
    assert answers[0] == 202 and set(answers) <= {202, 409}
    assert scene.wait()["isArchived"]


def test_lost_bytes_come_back(scene):
    scene.server.command("archive", scene.study, "--backend", "vault")
    scene.server.stop()
    for segment in (scene.server.data / "objects").iterdir():
        size = segment.stat().st_size
        if size > 65536:
            with open(segment, "r+b") as file:
                file.seek(20000)
                file.write(bytes(20000))
    scene.server.start()
    found = scene.server.command("fsck", "--json", check=False)
    assert found.returncode == 1
    scene.server.command("fsck", "--restore", check=False)
    scene.server.command("restore", scene.study)
    assert scene.wait()["local"] == "here"
    report = json.loads(scene.server.command("fsck", "--deep", "--json", check=False).stdout)
    assert report["rebuilt"] == 12
    assert [problem for problem in report["problems"] if problem["kind"] != "segment"] == []


@pytest.mark.skipif(os.geteuid() != 0, reason="needs a small file system of its own")
def test_a_full_disk_while_restoring(tmp_path):
    scene = Scene(tmp_path)
    scene.server.command("archive", scene.study, "--backend", "vault", "--offload")
    scene.server.stop()
    room = scene.server.data / "archive"
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", room], check=True)
    try:
        scene.server.start()
        done = scene.server.command("restore", scene.study, check=False)
        assert done.returncode == 1 and "no space is left" in done.stderr
        assert scene.state()["local"] == "offloaded"
        assert list(room.iterdir()) == []
    finally:
        scene.server.stop()
        subprocess.run(["umount", room], check=True)
    scene.server.start()
    scene.server.command("restore", scene.study)
    scene.check_sound()
    scene.server.discard()


def test_nothing_leaves_without_configuration(server):
    token = server.project("CT")
    status, _, body = server.request("GET", "/api/v1/archive", token=token)
    assert status == 200 and json.loads(body)["backends"] == []


def test_retention_and_holds(scene):
    assert scene.json("GET", f"/api/v1/studies/{scene.study}/retention")["mayErase"]
    held = scene.json(
        "PUT", f"/api/v1/studies/{scene.study}/retention", {"scope": "subject", "hold": {"reason": "order 7"}})
    assert not held["mayErase"] and "order 7" in held["reason"] and held["holds"][0]["scope"] == "subject"
    free = scene.json("PUT", f"/api/v1/studies/{scene.study}/retention", {"scope": "subject", "hold": None})
    assert free["mayErase"] and free["holds"] == []
    assert scene.request(
        "PUT", f"/api/v1/studies/{scene.study}/retention", {"scope": "house", "hold": None})[0] == 400
