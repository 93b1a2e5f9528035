"""`tarn series` against places computed here, with numpy, from PS3.3 C.7.6.2.1.1."""

import io
import json
import random

import numpy
import pydicom
import pytest
from pydicom.dataset import Dataset, FileMetaDataset

from tarn_server import run

TILT = 15.0


def slices(count, orientation, step, missing=()):
    """A CT series: slice i lies at (-50, -40, 10) + i × step."""
    for number in range(count):
        if number in missing:
            continue
        meta = FileMetaDataset()
        meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.2"
        meta.MediaStorageSOPInstanceUID = f"2.25.77.{number + 1}"
        meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
        data = Dataset()
        data.file_meta = meta
        data.SOPClassUID, data.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
        data.Modality, data.SeriesInstanceUID, data.StudyInstanceUID = "CT", "2.25.7", "2.25.8"
        data.InstanceNumber = 1000 - number * 7 % 13
        data.ImageOrientationPatient = [round(value, 9) for value in orientation]
        data.ImagePositionPatient = [round(float(value), 6) for value in numpy.add([-50, -40, 10], numpy.multiply(number, step))]
        data.PixelSpacing, data.SliceThickness = [0.5, 0.75], 3
        data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
        data.Rows, data.Columns = 4, 6
        data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 16, 12, 11, 0
        data.PixelData = bytes(48)
        buffer = io.BytesIO()
        data.save_as(buffer, enforce_file_format=True)
        yield number, buffer.getvalue()


def reported(folder, *arguments):
    return json.loads(run("series", "--json", folder, *arguments).stdout)


@pytest.fixture
def written(tmp_path):
    def write(*arguments, **more):
        made = list(slices(*arguments, **more))
        names = random.sample(range(1000, 9999), len(made))
        for name, (number, data) in zip(names, made):
            (tmp_path / f"{name}-slice{number}").write_bytes(data)
        return tmp_path
    return write


def test_a_tilted_series_is_sorted_and_its_matrix_is_right(written):
    angle = numpy.radians(TILT)
    orientation = [1, 0, 0, 0, numpy.cos(angle), numpy.sin(angle)]
    report = reported(written(12, orientation, [0, 0, 3]))
    (stack,) = report["stacks"]
    (volume,) = stack["volumes"]
    assert [name.rsplit("slice")[1] for name in volume["images"]] == [str(number) for number in range(12)]
    assert volume["tilt"] == pytest.approx(TILT, abs=1e-4)
    assert volume["sliceSpacing"] == pytest.approx(3 * numpy.cos(angle), abs=1e-5)
    row, column = numpy.array(orientation[:3]) * 0.75, numpy.array(orientation[3:]) * 0.5
    wanted = numpy.column_stack([row, column, [0, 0, 3], [-50, -40, 10]])
    assert numpy.allclose(numpy.array(volume["affine"])[:3], wanted, atol=1e-6)
    assert stack["pixelSpacing"] == [0.5, 0.75] and stack["pixelSpacingSource"] == "patient"


def test_what_is_missing_is_said(written):
    folder = written(20, [1, 0, 0, 0, 0, -1], [0, 3.5, 0], missing=(4, 11, 12))
    report = reported(folder)
    (volume,) = report["stacks"][0]["volumes"]
    assert report["stacks"][0]["plane"] == "coronal" and not volume["isRegular"] and not volume.get("affine")
    gaps = [(gap["after"].rsplit("slice")[1], gap["missing"]) for gap in volume["gaps"]]
    assert gaps == [("3", 1), ("10", 2)] and volume["sliceSpacing"] == pytest.approx(3.5)
    text = run("series", folder).stdout
    assert "17 slices, 3.5 mm apart" in text and "2 slices missing after" in text


def test_what_is_not_dicom_is_named_and_the_rest_is_shown(written):
    folder = written(3, [1, 0, 0, 0, 1, 0], [0, 0, 1])
    (folder / "readme.txt").write_text("not DICOM")
    done = run("series", folder, check=False)
    assert done.returncode == 1 and "readme.txt" in done.stderr and "3 slices, 1 mm apart" in done.stdout


def test_a_file_that_promises_a_million_frames_is_refused(written):
    folder = written(2, [1, 0, 0, 0, 1, 0], [0, 0, 1])
    path = sorted(folder.iterdir())[0]
    data = pydicom.dcmread(path)
    data.NumberOfFrames = 1_000_000
    data.save_as(path)
    done = run("series", folder, check=False)
    assert done.returncode == 1 and path.name in done.stderr and "1 slice" in done.stdout
