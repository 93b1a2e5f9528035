"""The commands that need no server, tried as a script would."""

import base64
import csv
import hashlib
import json
import os
import zipfile

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


def test_every_entry_of_a_folder_has_a_verdict(tmp_path, key):
    folder, image = tmp_path / "in", series(1)[0]
    folder.mkdir()
    with open(os.fsencode(folder) + b"/Schl\xfc\xdfel.dcm", "wb") as file:
        file.write(image)
    (folder / "dangling").symlink_to("nowhere")
    (folder / "folder-link").symlink_to(folder)
    (folder / "deep").mkdir()
    (folder / "link.dcm").symlink_to(os.fsdecode(b"Schl\xfc\xdfel.dcm"))
    os.mkfifo(folder / "pipe")
    out, patches = tmp_path / "out", tmp_path / "patches"
    done = run("deidentify", folder, out, "--key", key, "--patches", patches, "--json", check=False)
    *verdicts, summary = [json.loads(line) for line in done.stdout.splitlines()]
    assert {one["file"]: one["verdict"] for one in verdicts} == {
        "Schl%FC%DFel.dcm": "written", "link.dcm": "written", "dangling": "rejected", "folder-link": "skipped", "pipe": "skipped"}
    assert summary["files"] == 5 and done.returncode == 1
    run("reidentify", out, patches, tmp_path / "back", "--key", key)
    assert tree(tmp_path / "back") == {"Schl%FC%DFel.dcm": image, "link.dcm": image}


def test_a_file_cut_short_is_never_written(tmp_path):
    image = series(1)[0]
    (tmp_path / "in").mkdir()
    rows, pixels = image.index(b"\x28\x00\x10\x00"), image.index(b"\xe0\x7f\x10\x00")
    for length in [200, rows + 3, rows + 7, rows + 9, pixels, pixels + 5, pixels + 10, pixels + 999, len(image) - 1]:
        (tmp_path / "in" / f"{length}.dcm").write_bytes(image[:length])
    done = run("deidentify", tmp_path / "in", tmp_path / "out", "--json", check=False)
    verdicts = [json.loads(line) for line in done.stdout.splitlines()][:-1]
    assert {one["verdict"] for one in verdicts} <= {"rejected", "held"} and all(one["reason"] for one in verdicts)
    assert done.returncode == 1 and not tree(tmp_path / "out")


def test_a_key_that_is_none_and_a_file_in_place_of_a_folder_are_one_line_each(tmp_path, key, originals):
    bad = tmp_path / "bad"
    bad.write_text("short\n")
    for file, words_ in [(bad, "openssl rand -base64 32"), (tmp_path / "none", "does not exist")]:
        done = run("deidentify", originals, tmp_path / "out", "--key", file, check=False)
        assert done.returncode == 2 and str(file) in done.stderr and words_ in done.stderr
        assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "out").exists()
    out, patches = tmp_path / "out", tmp_path / "patches"
    run("deidentify", originals, out, "--key", key, "--patches", patches)
    for arguments in [("deidentify", originals, bad), ("reidentify", out, patches, bad)]:
        done = run(*arguments, "--key", key, check=False)
        assert done.returncode == 1 and len(done.stderr.splitlines()) == 1
        assert str(bad) in done.stderr and "File exists" in done.stderr


def test_the_master_key_is_made_beneath_home_and_never_in_a_data_directory(tmp_path):
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "TARN_M"))}
    run("keys", "create", env=environment | {"HOME": str(tmp_path / "home")})
    made = tmp_path / "home" / ".config" / "tarn" / "master.key"
    assert made.stat().st_mode & 0o777 == 0o600
    (tmp_path / "lake" / "objects").mkdir(parents=True)
    (tmp_path / "lake" / "run").mkdir()
    (tmp_path / "lake" / "run" / "lock").touch()
    (tmp_path / "link").symlink_to("lake")
    for place in ["lake/k", "lake/run/deep/k", "link/k"]:
        done = run("keys", "create", "--master-key", tmp_path / place, check=False)
        assert done.returncode == 1 and "inside the data directory" in done.stderr and not (tmp_path / place).exists()
        done = run("keys", "backup", "--master-key", made, "--output", tmp_path / place, check=False)
        assert done.returncode == 1 and not (tmp_path / place).exists()


@pytest.fixture
def archive(tmp_path):
    files = {f"S/{number}.dcm": data for number, data in enumerate(series(3))}
    lines = ",\n".join(
        json.dumps({"path": path, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}, separators=(",", ":"))
        for path, data in files.items())
    manifest = f'{{"format":"tarn-export-1","export":"1","project":"P","createdAt":"2026-11-21T08:00:00Z","files":[\n{lines}\n]}}\n'
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in [("manifest.json", manifest), *files.items()]:
            archive.writestr(name, data)
    return path, hashlib.sha256(manifest.encode()).hexdigest(), list(files.values())


def test_verify_says_which_file_changed_and_how(tmp_path, archive):
    path, digest, files = archive
    assert "all as the manifest says" in run("verify", path, "--manifest-sha256", digest.upper()).stderr
    whole = path.read_bytes()
    place = whole.index(files[1]) + 5000
    path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1:])
    done = run("verify", path, check=False)
    assert done.returncode == 1 and done.stdout == "S/1.dcm: changed (CRC-32 differs)\n"
    report = json.loads(run("verify", path, "--json", check=False).stdout)
    assert [(one["path"], one["problem"]) for one in report["findings"]] == [("S/1.dcm", "checksum")]
    path.write_bytes(whole.replace(b'"project":"P"', b'"project":"Q"', 1))
    done = run("verify", path, check=False)
    assert done.returncode == 1 and "manifest.json: changed (CRC-32 differs)" in done.stderr
    path.write_bytes(whole[:-40])
    done = run("verify", path, check=False)
    assert done.returncode == 1 and str(path) in done.stderr and "damaged" in done.stderr


def test_verify_compares_the_manifest_with_what_the_lake_showed(tmp_path, archive):
    path, digest, _ = archive
    folder = tmp_path / "folder"
    with zipfile.ZipFile(path) as archive_:
        archive_.extractall(folder)
    run("verify", folder, "--manifest-sha256", digest)
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "S" / "0.dcm").write_bytes(b"forged")
    manifest["files"][0] |= {"size": 6, "sha256": hashlib.sha256(b"forged").hexdigest()}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    run("verify", folder)
    done = run("verify", folder, "--manifest-sha256", digest, check=False)
    assert done.returncode == 1 and done.stdout.startswith("manifest.json: changed")
    assert run("verify", folder, "--manifest-sha256", "abc", check=False).returncode == 2
    with zipfile.ZipFile(path, "a") as twice:
        with pytest.warns(UserWarning):
            twice.writestr("S/0.dcm", b"forged")
    assert run("verify", path, check=False).stdout == "S/0.dcm: there twice\n"


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
    run("decode", "slice.dcm", "--output", "target", cwd=tmp_path)
    run("decode", "slice.dcm", "--output", "/dev/null", cwd=tmp_path)
    run("decode", "slice.dcm", "--output", tmp_path / "target", cwd=tmp_path)
    assert (tmp_path / "target").read_bytes() == samples
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
