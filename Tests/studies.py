"""Small DICOM studies with planted, invented PHI, made with pydicom: another author's writer."""

import io

import numpy
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

CT = "1.2.840.10008.5.1.4.1.1.2"
SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"

# Words that are in no dictionary: a hit anywhere on disk is a leak and nothing else.
PLANTED = {
    "PatientName": "Quibblefrost^Zanthippe",
    "PatientID": "XQ7731945K",
    "PatientAddress": "Vlornstrasse 99 Grubbelheim",
    "AccessionNumber": "ACCZYX90817",
    "ReferringPhysicianName": "Drozzleworth^Umberta",
    "InstitutionName": "Klinikum Snarfelbach",
    "PatientComments": "Phlegmina Gruntsnipe",
}


def words():
    """Every planted word of five letters or more, as bytes."""
    return sorted({word.encode() for value in PLANTED.values() for word in value.replace("^", " ").split() if len(word) >= 5})


def ct_slice(study, series, number, rows=64, sop=None, sop_class=CT, seed=1, **changes):
    """One slice as Part 10 bytes; `changes` overrides attributes."""
    data = Dataset()
    for keyword, value in PLANTED.items():
        setattr(data, keyword, value)
    data.PatientBirthDate = "19610214"
    data.PatientSex = "F"
    data.PatientAge = "061Y"
    data.StudyDate = data.SeriesDate = data.ContentDate = "20220517"
    data.StudyTime = "101112"
    data.StudyInstanceUID = study
    data.SeriesInstanceUID = series
    data.SOPInstanceUID = sop or generate_uid()
    data.SOPClassUID = sop_class
    data.Modality = "CT"
    data.StudyDescription = "CT Thorax"
    data.SeriesDescription = "Axial 5mm"
    data.BodyPartExamined = "CHEST"
    data.SeriesNumber = 1
    data.InstanceNumber = number
    data.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    data.ImagePositionPatient = [0, 0, 5.0 * number]
    data.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    data.PixelSpacing = [0.7, 0.7]
    data.SliceThickness = 5
    data.Rows = data.Columns = rows
    data.BitsAllocated, data.BitsStored, data.HighBit = 16, 12, 11
    data.PixelRepresentation = 0
    data.SamplesPerPixel = 1
    data.PhotometricInterpretation = "MONOCHROME2"
    data.RescaleSlope, data.RescaleIntercept = 1, -1024
    data.WindowCenter, data.WindowWidth = 40, 400
    noise = numpy.random.default_rng(seed * 1000 + number)
    data.PixelData = noise.integers(900, 1200, (rows, rows), dtype=numpy.uint16).tobytes()
    for keyword, value in changes.items():
        setattr(data, keyword, value)
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data.file_meta.MediaStorageSOPClassUID = data.SOPClassUID
    data.file_meta.MediaStorageSOPInstanceUID = data.SOPInstanceUID
    buffer = io.BytesIO()
    data.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def series(count, rows=64, **changes):
    """`count` slices of one new series of one new study."""
    study, one = generate_uid(), generate_uid()
    return [ct_slice(study, one, number, rows, **changes) for number in range(1, count + 1)]


def read(data):
    return pydicom.dcmread(io.BytesIO(data))
