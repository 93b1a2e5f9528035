"""`tarn reidentify` with another key, patches that were changed and patches that changed places: what is said."""

import base64
import json
import os
import zipfile

import pytest

from key_services import SOFTHSM, SoftToken
from studies import series
from tarn_server import multipart, run, verdicts
from traces import rows


@pytest.fixture
def folder(tmp_path):
    """Four files, de-identified with patches under `key`."""
    (tmp_path / "in").mkdir()
    for number, data in enumerate(series(4)):
        (tmp_path / "in" / f"{number}.dcm").write_bytes(data)
    (tmp_path / "key").write_text(base64.b64encode(os.urandom(32)).decode() + "\n")
    run("deidentify", tmp_path / "in", tmp_path / "out", "--key", tmp_path / "key", "--patches", tmp_path / "patches")
    return tmp_path


def back(folder, key="key"):
    return run(
        "reidentify", folder / "out", folder / "patches", folder / "back", "--key", folder / key, check=False)


def restored(folder):
    return sorted(path.read_bytes() for path in (folder / "back").rglob("*.dcm"))


def test_another_key_is_called_another_key(folder):
    (folder / "wrong").write_text(base64.b64encode(bytes(32)).decode() + "\n")
    done = back(folder, "wrong")
    assert done.returncode == 1 and restored(folder) == []
    assert f"No patch opens under {folder / 'wrong'}" in done.stderr
    assert back(folder).returncode == 0


@pytest.mark.parametrize("place", [0, 9, 20, 48, -1])
def test_a_changed_patch_is_told_from_another_key(folder, place):
    patch = sorted((folder / "patches").rglob("*.patch"))[1]
    data = bytearray(patch.read_bytes())
    data[place] ^= 1
    patch.write_bytes(data)
    done = back(folder)
    assert done.returncode == 1 and len(restored(folder)) == 3
    assert patch.name.removesuffix(".patch") in done.stderr
    assert "cannot be opened" in done.stderr
    if place not in (0, 9):
        assert "1 of the patches do not open under the key that opens others" in done.stderr


def test_patches_that_changed_places_are_called_another_files(folder):
    one, two = sorted((folder / "patches").rglob("*.patch"))[:2]
    first, second = one.read_bytes(), two.read_bytes()
    one.write_bytes(second)
    two.write_bytes(first)
    done = back(folder)
    assert done.returncode == 1 and len(restored(folder)) == 2
    assert done.stderr.count("the patch belongs to another file") == 2


def test_patches_cut_short_or_made_up_are_refused(folder):
    patches = sorted((folder / "patches").rglob("*.patch"))
    data = patches[0].read_bytes()
    patches[0].write_bytes(data[:-1])
    patches[1].write_bytes(b"")
    patches[2].write_bytes(os.urandom(len(data)))
    done = back(folder)
    assert done.returncode == 1 and len(restored(folder)) == 1
    for patch in patches[:3]:
        assert patch.name.removesuffix(".patch") in done.stderr


@pytest.mark.skipif(not SOFTHSM.exists(), reason="softhsm2 is not installed")
def test_a_wrapped_key_opens_what_it_sealed_when_it_was_not(folder, monkeypatch):
    (folder / "service").mkdir()
    token = SoftToken(folder / "service")
    monkeypatch.setenv("SOFTHSM2_CONF", str(token.configuration))
    run("keys", "wrap", "--master-key", folder / "key", *token.options(), "--make-key")
    assert back(folder).returncode == 0
    assert restored(folder) == sorted(path.read_bytes() for path in (folder / "in").iterdir())
    token.down()
    done = back(folder)
    assert done.returncode == 2 and "no token is called" in done.stderr and len(done.stderr.splitlines()) == 1


def test_originals_of_a_lake_come_back_but_for_the_damaged_one(server, tmp_path):
    """Patches of two images of one study change places in the database; the third is given, and what is missing is said."""
    token = server.project("MEND")
    body, headers = multipart(series(3))
    lines = verdicts(server.request("POST", "/dicom-web/studies", body, token, headers)[2])
    first, second, third = (line["instance"] for line in lines)
    rows(server, f"""
        UPDATE instance i SET (patch_segment, patch_offset, patch_length) = (o.patch_segment, o.patch_offset, o.patch_length)
        FROM instance o WHERE i.uid IN ('{first}', '{second}') AND o.uid IN ('{first}', '{second}') AND i.uid <> o.uid""")
    output = tmp_path / "back.zip"
    done = run("originals", lines[0]["study"], "--project", "MEND", "--reason", "a test", "--output", output,
               "--server", server.url, "--token", token, check=False)
    assert done.returncode == 1 and "2 files are damaged in the lake" in done.stderr, done.stderr
    assert f"/{first}.dcm: not in the archive: the identity patch" in done.stderr
    with zipfile.ZipFile(output) as archive:
        names = archive.namelist()
        assert [name for name in names if name.endswith(f"/{third}.dcm")] == [name for name in names if name.endswith(".dcm")]
        assert f"/{first}.dcm" in archive.read("damaged.txt").decode()
        left_out = json.loads(archive.read("manifest.json"))["damaged"]
        assert sorted(one["path"].split("/")[-1] for one in left_out) == sorted([f"{first}.dcm", f"{second}.dcm"])
    verified = run("verify", output)
    assert verified.stdout.count("not in the archive") == 2
    status, _, answer = server.request("POST", f"/api/v1/instances/{first}/original", {"reason": "a test"}, token)
    assert status == 503 and b"fsck --deep" in answer, answer
