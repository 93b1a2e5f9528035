"""`tarn render` beside DCMTK's dcmj2pnm over the corpus: the same window, the same picture within one grey level."""

import csv
import os
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor

import numpy
import pydicom
import pytest
from PIL import Image

from tarn_server import BINARY

if shutil.which("dcmj2pnm") is None:
    pytest.skip("DCMTK's dcmj2pnm is not here", allow_module_level=True)


def window(data_set):
    """The file's first window, else one over half of what Bits Stored can hold, so that both ends clip."""
    try:
        center = data_set.WindowCenter
        width = data_set.WindowWidth
        first = lambda value: float(value[0] if isinstance(value, pydicom.multival.MultiValue) else value)
        center, width = first(center), first(width)
        if width >= 1:
            return f"{center:.9g}", f"{width:.9g}"
    except (AttributeError, TypeError, ValueError, IndexError):
        pass
    bits = int(data_set.get("BitsStored") or 8)
    middle = 0 if data_set.get("PixelRepresentation") == 1 else 1 << (bits - 1)
    slope = float(data_set.get("RescaleSlope") or 1)
    return f"{middle * slope + float(data_set.get('RescaleIntercept') or 0):.9g}", f"{max(2, (1 << bits) // 2 * slope):.9g}"


def compare(path, folder):
    """(verdict, detail): skipped where DCMTK shows nothing, else the largest difference of any channel."""
    try:
        data_set = pydicom.dcmread(path, force=True, stop_before_pixels=True)
        frames = int(data_set.get("NumberOfFrames") or 1)
    except Exception:
        return "unread", None
    worst = []
    for frame in {1, max(1, min(frames, 300))}:
        name = f"{folder}/{os.getpid()}-{abs(hash((str(path), frame)))}"
        chosen = window(data_set)
        peer = subprocess.run(
            ["dcmj2pnm", "-q", "+op", "-O", "+F", str(frame), "+Ww", *chosen, str(path), f"{name}.pnm"],
            capture_output=True, timeout=60)
        if peer.returncode != 0 or not os.path.exists(f"{name}.pnm"):
            return "peer shows nothing", peer.stderr[-200:]
        expected = pixels(f"{name}.pnm")
        ours = subprocess.run(
            [BINARY, "render", str(path), "--frame", str(frame), f"--window={','.join(chosen)}",
             "--output", f"{name}.png"], capture_output=True, text=True, timeout=60)
        if ours.returncode != 0:
            return "refused", ours.stderr.strip()[-200:]
        shown = pixels(f"{name}.png")
        os.unlink(f"{name}.png"), os.unlink(f"{name}.pnm")
        if shown.shape != expected.shape:
            return "shape", (shown.shape, expected.shape)
        worst.append(int(numpy.abs(shown.astype(int) - expected).max()))
    return "compared", max(worst)


def pixels(name):
    with Image.open(name) as image:
        return numpy.asarray(image.convert("RGB"))
