"""`tarn reidentify` with another key, patches that were changed and patches that changed places: what is said."""

import base64
import os

import pytest

from key_services import SOFTHSM, SoftToken
from studies import series
from tarn_server import run


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
