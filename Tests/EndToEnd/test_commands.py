"""The commands that need no server, tried as a script would."""

import base64
import csv
import hashlib
import json
import os

import pytest

from studies import series, words
from tarn_server import run


@pytest.fixture
def key(tmp_path):
    path = tmp_path / "key"
    path.write_text(base64.b64encode(os.urandom(32)).decode() + "\n")
    return path


@pytest.fixture
def originals(tmp_path):
    folder = tmp_path / "in"
    (folder / "deep" / "er").mkdir(parents=True)
    for number, data in enumerate(series(4)):
        (folder / ("deep/er" if number % 2 else ".") / f"Quibblefrost{number}.dcm").write_bytes(data)
    (folder / "readme.txt").write_text("not DICOM")
    return folder


def tree(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_deidentify_and_back_is_bit_for_bit(tmp_path, key, originals):
    out, patches, back = tmp_path / "out", tmp_path / "patches", tmp_path / "back"
    run("deidentify", originals, out, "--key", key, "--patches", patches, check=False)
    written = tree(out)
    assert len(written) == 4 and all(name.endswith(".dcm") for name in written)
    for content in list(written.values()) + list(tree(patches).values()):
        assert not [word for word in words() if word in content]
    assert set(tree(patches)) == {name + ".patch" for name in written}
    run("reidentify", out, patches, back, "--key", key)
    assert tree(back) == {name: data for name, data in tree(originals).items() if name.endswith(".dcm")}


def test_the_same_key_and_input_give_the_same_output_and_nothing_is_overwritten(tmp_path, key, originals):
    run("deidentify", originals, tmp_path / "a", "--key", key, check=False)
    run("deidentify", originals, tmp_path / "b", "--key", key, check=False)
    assert tree(tmp_path / "a") == tree(tmp_path / "b")
    before = tree(tmp_path / "a")
    run("deidentify", originals, tmp_path / "a", "--key", key, check=False)
    after = tree(tmp_path / "a")
    assert {name: after[name] for name in before} == before
    assert len(after) == 8 and sum(name.endswith("-2.dcm") for name in after) == 4


def test_a_wrong_key_and_swapped_patches_fail_by_name_and_the_others_go_on(tmp_path, key, originals):
    out, patches = tmp_path / "out", tmp_path / "patches"
    run("deidentify", originals, out, "--key", key, "--patches", patches, check=False)
    wrong = tmp_path / "wrong"
    wrong.write_text(base64.b64encode(bytes(32)).decode() + "\n")
    done = run("reidentify", out, patches, tmp_path / "none", "--key", wrong, check=False)
    assert done.returncode == 1 and not tree(tmp_path / "none") if (tmp_path / "none").exists() else done.returncode == 1
    names = sorted(patches.rglob("*.patch"))
    one, two = names[0].read_bytes(), names[1].read_bytes()
    names[0].write_bytes(two)
    names[1].write_bytes(one)
    names[2].unlink()
    done = run("reidentify", out, patches, tmp_path / "some", "--key", key, check=False)
    assert done.returncode == 1
    assert len(tree(tmp_path / "some")) == 1
    for name in names[:3]:
        assert name.name.removesuffix(".patch") in done.stderr


def test_patches_without_a_key_are_a_usage_error(tmp_path, originals):
    done = run("deidentify", originals, tmp_path / "out", "--patches", tmp_path / "p", check=False)
    assert done.returncode == 2 and "--key" in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("command", "serve ingest dump decode render deidentify reidentify export verify fsck user keys".split())
def test_every_command_helps_with_an_example(command):
    done = run(command, "--help")
    assert f"tarn {command}" in done.stdout and "xample" in done.stdout
    assert run(command, "--no-such-option", check=False).returncode == 2


def test_dump_of_what_is_no_dicom_ends_with_one(tmp_path):
    (tmp_path / "x").write_text("hello")
    done = run("dump", tmp_path / "x", "--json", check=False)
    assert done.returncode == 1 and done.stderr.strip() and not done.stdout.strip()


def test_decoded_samples_equal_the_corpus_digests(corpus, tmp_path):
    rows = [row for row in csv.DictReader(open(corpus / "manifest.csv", newline="")) if row["golden_frame0_sha256"]]
    supported = {"1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2", "1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.5"}
    wrong, checked = [], 0
    for row in rows:
        if row["transfer_syntax"] not in supported or row["expected"] not in ("parse", "lenient"):
            continue
        output = tmp_path / "raw"
        done = run("decode", corpus / row["path"], "--frame", 1, "--output", output, check=False)
        checked += 1
        if done.returncode != 0 or hashlib.sha256(output.read_bytes()).hexdigest() != row["golden_frame0_sha256"]:
            wrong.append((row["path"], done.stderr.strip()[-200:]))
        output.unlink(missing_ok=True)
    assert checked > 200 and not wrong, f"{len(wrong)} of {checked}: {wrong[:20]}"


def test_an_output_of_one_letter_and_one_behind_a_link_are_written(tmp_path):
    (tmp_path / "slice.dcm").write_bytes(series(1)[0])
    run("decode", "slice.dcm", "--output", "x", cwd=tmp_path)
    samples = (tmp_path / "x").read_bytes()
    (tmp_path / "target").write_text("older")
    (tmp_path / "link").symlink_to("target")
    run("decode", "slice.dcm", "--output", "link", cwd=tmp_path)
    assert (tmp_path / "link").is_symlink() and (tmp_path / "target").read_bytes() == samples
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "slice.dcm", "target", "x"]


def test_render_leaves_nothing_behind_on_failure(tmp_path):
    (tmp_path / "x").write_text("hello")
    done = run("render", tmp_path / "x", "--output", tmp_path / "x.png", check=False)
    assert done.returncode == 1 and sorted(path.name for path in tmp_path.iterdir()) == ["x"]


def test_render_writes_a_png_that_pillow_reads(tmp_path):
    from PIL import Image
    (tmp_path / "x.dcm").write_bytes(series(1)[0])
    run("render", tmp_path / "x.dcm", "--window", "40,400", "--output", tmp_path / "x.png")
    image = Image.open(tmp_path / "x.png")
    assert image.size == (64, 64) and image.mode == "L"


def test_dump_json_equals_what_pydicom_reads(tmp_path):
    from studies import read
    (tmp_path / "x.dcm").write_bytes(series(1)[0])
    ours = json.loads(run("dump", tmp_path / "x.dcm", "--json").stdout)
    theirs = read((tmp_path / "x.dcm").read_bytes()).to_json_dict()
    assert set(ours) == set(theirs)
    for tag, element in theirs.items():
        assert ours[tag]["vr"] == element["vr"]
        if "Value" in element:
            assert ours[tag]["Value"] == element["Value"], tag
