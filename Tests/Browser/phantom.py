"""A body in millimetres, cut into images in any direction: what two images beside each other are tested with."""

import io

import numpy
from pydicom.uid import generate_uid

from studies import ct_slice, read

# Patient coordinates (LPS, mm): centre, radius and CT number of what is in the body.
BALLS = [((30, -20, 60), 12, 120), ((-45, 10, 100), 18, -700), ((45, 10, 100), 22, -700), ((0, 55, 80), 15, 700)]


def numbers(x, y, z):
    """CT numbers at places of the patient."""
    values = numpy.where((x / 110) ** 2 + (y / 80) ** 2 < 1, 40.0, -1000.0)
    for (a, b, c), radius, number in BALLS:
        values = numpy.where((x - a) ** 2 + (y - b) ** 2 + (z - c) ** 2 < radius ** 2, number, values)
    return numpy.where((z > 0) & (z < 200), values, -1000.0)


def image(origin, right, down, study, series, number, size=128, spacing=2.0, shift=(0, 0, 0), **changes):
    """One image: `origin` is the centre of its first sample in the body; the file says it lies `shift` further."""
    origin, right, down = (numpy.array(vector, float) for vector in (origin, right, down))
    row, column = numpy.indices((size, size))
    x, y, z = (origin[axis] + column * spacing * right[axis] + row * spacing * down[axis] for axis in range(3))
    data = read(ct_slice(study, series, number, rows=size, PixelSpacing=[spacing, spacing], **changes))
    data.ImagePositionPatient = [float(value) for value in origin + numpy.array(shift, float)]
    data.ImageOrientationPatient = [*map(float, right), *map(float, down)]
    data.PixelData = (numbers(x, y, z) + 1024).astype(numpy.uint16).tobytes()
    buffer = io.BytesIO()
    data.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def axial(count, step=5.0, first=10.0, **more):
    """Images from the feet upward."""
    names = {"study": generate_uid(), "series": generate_uid(), "FrameOfReferenceUID": generate_uid()} | more
    return [
        image((-128, -128, first + step * index), (1, 0, 0), (0, 1, 0), number=index + 1, **names) for index in range(count)
    ]


def coronal(count, step=8.0, first=-60.0, **more):
    """Images from the front to the back, the head above."""
    names = {"study": generate_uid(), "series": generate_uid(), "FrameOfReferenceUID": generate_uid()} | more
    return [
        image((-128, first + step * index, 228), (1, 0, 0), (0, 0, -1), number=index + 1, **names)
        for index in range(count)
    ]


def patient(code):
    """An earlier study with one axial series, and a later one with an axial and a coronal one: bytes of both."""
    who = {"PatientID": code}
    earlier = axial(
        24, step=7.5, first=5, shift=(3, 4, -400), StudyDescription="CT Thorax before", StudyDate="20210310", **who)
    names = {"study": generate_uid(), "FrameOfReferenceUID": generate_uid()} | who
    later = axial(36, SeriesDescription="Axial 5mm", **names)
    later += coronal(16, SeriesDescription="Coronal 8mm", SeriesNumber=2, **names)
    return earlier, later
