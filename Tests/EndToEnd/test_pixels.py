"""Text in pixels: found, blacked out, decided about, and the original brought back; read with pydicom."""

import base64
import json
import os
import shutil

import numpy
import pydicom
import pytest
from PIL import Image, ImageDraw, ImageFont
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

from tarn_server import run

NAME = "QUORBAX ILMARA 19620317"


def echo(path, frames=3, text_on=1, at=(12, 10), text=NAME, **attributes):
    """An ultrasound loop with smooth letters on one frame."""
    noise = numpy.random.default_rng(7).integers(0, 60, (frames, 240, 320, 3), dtype=numpy.uint8)
    picture = Image.fromarray(noise[text_on])
    ImageDraw.Draw(picture).text(at, text, fill=(250, 250, 250), font=ImageFont.load_default(16))
    noise[text_on] = numpy.asarray(picture)
    return write(path, noise, "1.2.840.10008.5.1.4.1.1.3.1", "US", **attributes)


def write(path, pixels, sop_class, modality, **attributes):
    data_set = Dataset()
    data_set.file_meta = FileMetaDataset()
    data_set.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data_set.SOPClassUID = sop_class
    data_set.SOPInstanceUID = generate_uid()
    data_set.StudyInstanceUID, data_set.SeriesInstanceUID = generate_uid(), generate_uid()
    data_set.PatientName, data_set.PatientID = "Quorbax^Ilmara", "QX-4711"
    data_set.Modality, data_set.Manufacturer, data_set.ManufacturerModelName = modality, "Philips", "EPIQ 5"
    data_set.ImageType = ["ORIGINAL", "PRIMARY"]
    is_colour = pixels.shape[-1] == 3
    shape = pixels.shape[:-1] if is_colour else pixels.shape
    data_set.SamplesPerPixel = 3 if is_colour else 1
    data_set.PhotometricInterpretation = "RGB" if is_colour else "MONOCHROME2"
    if is_colour:
        data_set.PlanarConfiguration = 0
    data_set.NumberOfFrames = shape[0]
    data_set.Rows, data_set.Columns = shape[1:]
    data_set.BitsAllocated = data_set.BitsStored = pixels.dtype.itemsize * 8
    data_set.HighBit = data_set.BitsStored - 1
    data_set.PixelRepresentation = int(pixels.dtype.kind == "i")
    data_set.PixelData = pixels.tobytes()
    data_set["PixelData"].VR = "OB" if pixels.dtype.itemsize == 1 else "OW"
    for keyword, value in attributes.items():
        setattr(data_set, keyword, value)
    data_set.save_as(path, enforce_file_format=True)
    return path


def region(top):
    item = Dataset()
    item.RegionLocationMinX0, item.RegionLocationMinY0 = 0, top
    item.RegionLocationMaxX1, item.RegionLocationMaxY1 = 319, 239
    return [item]


@pytest.fixture
def key(tmp_path):
    path = tmp_path / "secret.key"
    path.write_text(base64.b64encode(os.urandom(32)).decode() + "\n")
    return path


def deidentify(tmp_path, key, folder, *options):
    """Verdicts by file name, and the folder of what was written."""
    out = tmp_path / f"out{len(list(tmp_path.glob('out*')))}"
    result = run("deidentify", folder, out, "--key", key, "--patches", f"{out}.patches", "--json", *options)
    assert result.returncode == 0, result.stderr
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    return {row["file"]: row for row in rows if "file" in row}, out


def test_text_is_found_where_it_stands(tmp_path):
    path = echo(tmp_path / "echo.dcm")
    result = run("detect-text", path, "--json")
    assert result.returncode == 0, result.stderr
    found = json.loads(result.stdout)["regions"]
    assert any(box["x"] <= 14 and box["y"] <= 14 and box["width"] > 150 and box["height"] < 40 for box in found), found
    clean = echo(tmp_path / "clean.dcm", text="")
    assert "nothing found" in run("detect-text", clean).stdout
    assert run("detect-text", tmp_path / "absent").returncode == 1
    assert run("detect-text", path, "--frames", "0").returncode == 2


@pytest.mark.parametrize("syntax", ["explicit", "big-endian", "rle", "jpeg-ls", "j2k", "htj2k", "jpeg", "j2k-lossy"])
def test_a_region_is_black_in_all_frames_and_nothing_else_changes(tmp_path, syntax):
    source = tmp_path / "source.dcm"
    assert run("transcode", echo(tmp_path / "echo.dcm"), "--to", syntax, "--output", source).returncode == 0
    target = tmp_path / "black.dcm"
    result = run("redact", source, target, "--box", "0,0,320,40")
    assert result.returncode == 0 and not result.stderr, result.stderr

    def samples(path):
        raw = tmp_path / "samples.raw"
        assert run("decode", path, "--output", raw).returncode == 0
        return numpy.frombuffer(raw.read_bytes(), numpy.uint8).reshape(3, 240, 320, 3)

    before, after = samples(source), samples(target)
    assert numpy.array_equal(before[:, 40:], after[:, 40:])
    assert len(numpy.unique(after[:, :40].reshape(-1, 3), axis=0)) == 1
    data_set = pydicom.dcmread(target)
    assert data_set.BurnedInAnnotation == "NO"
    if syntax in ("jpeg", "j2k-lossy"):
        assert data_set.LossyImageCompression == "01"
        assert data_set.file_meta.TransferSyntaxUID == "1.2.840.10008.1.2.4.80"
    else:
        assert data_set.file_meta.TransferSyntaxUID == pydicom.dcmread(source).file_meta.TransferSyntaxUID
        if syntax != "htj2k":
            assert numpy.array_equal(pydicom.dcmread(target).pixel_array, after)


def test_text_that_is_left_is_said_and_not_denied(tmp_path):
    result = run("redact", echo(tmp_path / "echo.dcm"), tmp_path / "out.dcm", "--box", "0,200,320,40")
    assert result.returncode == 0
    assert "is left at" in result.stderr
    assert "BurnedInAnnotation" not in pydicom.dcmread(tmp_path / "out.dcm")


@pytest.mark.parametrize("box", ["1,2,3", "a,b,c,d", "-1,0,5,5", "0,0,0,5", "0,0,70000,5"])
def test_a_box_that_is_none_is_a_usage_error(tmp_path, box):
    result = run("redact", echo(tmp_path / "echo.dcm"), tmp_path / "out.dcm", f"--box={box}")
    assert result.returncode == 2 and "x,y,width,height" in result.stderr
    assert not (tmp_path / "out.dcm").exists()


def test_ultrasound_loses_its_screen_and_comes_back(tmp_path, key):
    folder = tmp_path / "in"
    folder.mkdir()
    echo(folder / "echo.dcm", SequenceOfUltrasoundRegions=region(40))
    echo(folder / "inside.dcm", at=(12, 100), SequenceOfUltrasoundRegions=region(40))
    verdicts, out = deidentify(tmp_path, key, folder)
    assert verdicts["echo.dcm"]["redacted"] == [{"x": 0, "y": 0, "width": 320, "height": 40}]
    assert verdicts["inside.dcm"]["verdict"] == "held" and verdicts["inside.dcm"]["found"]
    written = pydicom.dcmread(out / verdicts["echo.dcm"]["output"])
    assert not written.pixel_array[:, :40].any()
    assert numpy.array_equal(written.pixel_array[:, 40:], pydicom.dcmread(folder / "echo.dcm").pixel_array[:, 40:])
    codes = [item.CodeValue for item in written.DeidentificationMethodCodeSequence]
    assert written.BurnedInAnnotation == "NO" and "113101" in codes
    back = tmp_path / "back"
    assert run("reidentify", out, f"{out}.patches", back, "--key", key).returncode == 0
    assert (back / "echo.dcm").read_bytes() == (folder / "echo.dcm").read_bytes()


def test_a_decision_for_the_signature_releases_what_looks_alike(tmp_path, key):
    folder = tmp_path / "in"
    folder.mkdir()
    echo(folder / "one.dcm")
    echo(folder / "elsewhere.dcm", at=(12, 180))
    verdicts, _ = deidentify(tmp_path, key, folder)
    assert {row["verdict"] for row in verdicts.values()} == {"held"}
    signature = verdicts["one.dcm"]["signature"]
    assert signature == verdicts["elsewhere.dcm"]["signature"] and "Quorbax" not in signature
    decisions = tmp_path / "decisions.json"
    entry = {"signature": signature, "regions": [{"x": 0, "y": 0, "width": 320, "height": 40}], "seen": []}
    decisions.write_text(json.dumps({"approvals": [entry]}))
    verdicts, out = deidentify(tmp_path, key, folder, "--regions", decisions)
    assert verdicts["one.dcm"]["verdict"] == "written"
    assert not pydicom.dcmread(out / verdicts["one.dcm"]["output"]).pixel_array[:, :40].any()
    # Text where nobody saw any: a person again.
    assert verdicts["elsewhere.dcm"]["verdict"] == "held"


@pytest.mark.parametrize(
    "text, reason",
    [
        ("{", "not of the form"),
        ('{"approvals": [{"signature": "1|x", "regions": []}]}', "approval 1: not a signature"),
        ('{"approvals": [{"signature": "1|||||1|1|1|", "regions": []}]}', "no manufacturer"),
        ('{"approvals": [{"signature": "1|||A|B|1|1|1|", "regions": [{"x": -1}]}]}', "not of the form"),
    ],
)
def test_decisions_that_cannot_be_used_are_refused_as_a_whole(tmp_path, key, text, reason):
    decisions = tmp_path / "decisions.json"
    decisions.write_text(text)
    echo(tmp_path / "echo.dcm")
    result = run("deidentify", tmp_path / "echo.dcm", tmp_path / "out", "--key", key, "--regions", decisions)
    assert result.returncode == 2 and reason in result.stderr and result.stderr.count("\n") == 1


@pytest.mark.skipif(not shutil.which("tesseract"), reason="tesseract is not installed")
def test_tesseract_is_asked_second(tmp_path, key):
    folder = tmp_path / "in"
    folder.mkdir()
    # Words whose letters stand so far apart that they are no line to the detector.
    pixels = numpy.full((1, 600, 800), 20, numpy.uint8)
    picture = Image.fromarray(pixels[0])
    font = ImageFont.load_default(60)
    for row, word in enumerate(["ANN", "BOB", "LEE"]):
        ImageDraw.Draw(picture).text((300, 120 + 150 * row), word, fill=250, font=font)
    pixels[0] = numpy.asarray(picture)
    write(
        folder / "large.dcm", pixels, "1.2.840.10008.5.1.4.1.1.6.1", "US", SequenceOfUltrasoundRegions=region_of(800, 600)
    )
    verdicts, _ = deidentify(tmp_path, key, folder)
    assert verdicts["large.dcm"]["verdict"] == "held"
    assert "read" in verdicts["large.dcm"]["reason"], verdicts


def region_of(columns, rows):
    item = Dataset()
    item.RegionLocationMinX0, item.RegionLocationMinY0 = 0, 60
    item.RegionLocationMaxX1, item.RegionLocationMaxY1 = columns - 1, rows - 1
    return [item]
