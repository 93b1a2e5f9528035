"""`tarn validate` as a script would use it."""

import json

import pydicom
import pytest

from studies import series
from tarn_server import run


@pytest.fixture
def slices(tmp_path):
    paths = []
    for number, data in enumerate(series(3)):
        path = tmp_path / f"slice{number}.dcm"
        path.write_bytes(data)
        paths.append(path)
    return paths


@pytest.fixture
def whole(tmp_path, slices):
    """A slice that keeps every requirement of the CT Image IOD."""
    dataset = pydicom.dcmread(slices[0])
    dataset.SOPClassUID = pydicom.uid.CTImageStorage
    dataset.file_meta.MediaStorageSOPClassUID = pydicom.uid.CTImageStorage
    needed = {
        "ImageType": ["ORIGINAL", "PRIMARY", "AXIAL"], "Modality": "CT", "PatientPosition": "HFS", "KVP": "120",
        "AcquisitionNumber": 1, "SliceThickness": 1, "PixelSpacing": [1, 1], "RescaleIntercept": -1024,
        "RescaleSlope": 1, "ImageOrientationPatient": [1, 0, 0, 0, 1, 0], "ImagePositionPatient": [0, 0, 0],
        "FrameOfReferenceUID": "1.2.3", "PositionReferenceIndicator": "", "StudyDate": "20260101",
        "StudyTime": "120000", "StudyID": "1", "AccessionNumber": "", "ReferringPhysicianName": "", "Manufacturer": "",
        "PatientName": "A^B", "PatientID": "1", "PatientBirthDate": "", "PatientSex": "", "SeriesNumber": 1,
        "InstanceNumber": 1,
    }
    for keyword, value in needed.items():
        setattr(dataset, keyword, value)
    path = tmp_path / "whole.dcm"
    dataset.save_as(path)
    return path


def test_a_file_that_keeps_every_requirement_ends_with_0(whole):
    done = run("validate", whole, "--json", check=False)
    report = json.loads(done.stdout)
    assert report["findings"] == [] and done.returncode == 0
    assert report["iod"] == "CT Image" and report["errors"] == 0


def test_a_broken_one_ends_with_1_and_says_what_and_where(tmp_path, whole):
    dataset = pydicom.dcmread(whole)
    del dataset.Rows
    with pytest.warns(UserWarning):
        dataset.PatientID = "CANARY" * 20
    path = tmp_path / "broken.dcm"
    dataset.save_as(path)
    done = run("validate", path, "--json", check=False)
    assert done.returncode == 1
    findings = {entry["keyword"]: entry for entry in json.loads(done.stdout)["findings"]}
    assert findings["Rows"]["rule"] == "missing" and findings["Rows"]["clause"] == "PS3.3 C.7.6.3 Image Pixel"
    assert findings["PatientID"]["rule"] == "length" and findings["PatientID"]["clause"] == "PS3.5 6.2 LO"
    assert set(findings) == {"Rows", "PatientID"}
    lines = run("validate", path, check=False).stdout
    assert "(0028,0010) Rows: missing, Type 1" in lines and "CANARY" not in lines + done.stdout


def test_warnings_alone_end_with_0_and_can_be_left_out(tmp_path, whole):
    dataset = pydicom.dcmread(whole)
    dataset.add_new(0x00101000, "LO", "1")  # Other Patient IDs, retired
    path = tmp_path / "old.dcm"
    dataset.save_as(path)
    done = run("validate", path, "--json")
    assert [entry["rule"] for entry in json.loads(done.stdout)["findings"]] == ["retired"]
    assert json.loads(run("validate", path, "--json", "--errors-only").stdout)["findings"] == []


def test_several_files_end_with_a_summary(tmp_path, whole, slices):
    other = tmp_path / "other.txt"
    other.write_text("not DICOM")
    done = run("validate", whole, other, tmp_path / "absent.dcm", check=False)
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert lines[0].endswith("CT Image IOD, no findings")
    assert sum("cannot be read" in line for line in lines) == 2
    assert lines[-1] == "3 files, 2 with errors: 2 errors, 0 warnings"


def test_wrong_usage_ends_with_2():
    assert run("validate", check=False).returncode == 2
    assert run("validate", "--nonsense", "file", check=False).returncode == 2
