"""`tarn render` beside DCMTK's dcmj2pnm over the corpus: with the same window the same picture, within one grey level."""

import collections
import csv
import shutil
import subprocess
import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy
import pydicom
import pytest
from PIL import Image

from tarn_server import BINARY

if shutil.which("dcmj2pnm") is None:
    pytest.skip("DCMTK's dcmj2pnm is not here", allow_module_level=True)

# Slices of the long series are alike: so many of each are compared.
OF_A_SERIES = 3

# What may differ by more than one level, with the reason. Everything else may not.
DIFFERENCES = {
    "03_multiframe/IM_0027_fMAP.dcm": "PS3.3 C.7.6.16.2.9: rescale stands in a functional group, where DCMTK 3.6.7 does "
    "not look for it",
    "04_transfer_syntax/pydicom_small/SC_ybr_full_uncompressed.dcm": "PS3.3 C.7.6.3.1.2: DCMTK's integer arithmetic is up "
    "to 2 away from the equations, ours at most 0.5",
    "06_nonimage/rtdose_expb.dcm": "PS3.5 7.3: DCMTK takes the two halves of big endian 32-bit words for one another",
    "06_nonimage/rtdose_expb_1frame.dcm": "the same",
}

# What DCMTK shows and Tarn refuses, with the reason.
REFUSALS = {
    "multiframe.dcm": "PS3.5 8.2.1: the codestreams of the last tiles are smaller than Rows and Columns; DCMTK shows "
    "what was in its memory before",
    "TC0243_pixeldata_OB_as_OW.dcm": "64 of 8192 bytes of pixels: DCMTK fills up with black",
    "TC0285_buf_half.dcm": "half of the pixels: DCMTK fills up with black",
    "TC0293_buf_one_byte.dcm": "one byte of pixels: DCMTK fills up with black",
    "TC0313_bits_ba_24.dcm": "24 bits allocated, two thirds of the bytes there: DCMTK fills up with black",
    "TC0327_mono2_spp3.dcm": "PS3.3 C.7.6.3.1.2: three samples of MONOCHROME2 do not exist",
    "TC0397_meta_glen_huge.dcm": "the file meta information claims more than the file",
    "TC0401_invalid_ts.dcm": "a transfer syntax that nobody knows is no reason to guess one",
    "TC0469_group_len_zero.dcm": "the pixels lie behind a length that skips them",
}


def window(data_set):
    """Centre and width of the file's first window, else of half of what Bits Stored can hold: both ends clip."""
    try:
        center, width = (
            float(value[0] if isinstance(value, pydicom.multival.MultiValue) else value)
            for value in (data_set.WindowCenter, data_set.WindowWidth))
        if width >= 1:
            return f"{center:.9g}", f"{width:.9g}"
    except (AttributeError, TypeError, ValueError, IndexError):
        pass
    bits = int(data_set.get("BitsStored") or 8)
    middle = 0 if data_set.get("PixelRepresentation") == 1 else 1 << (bits - 1)
    slope, intercept = float(data_set.get("RescaleSlope") or 1), float(data_set.get("RescaleIntercept") or 0)
    return f"{middle * slope + intercept:.9g}", f"{max(2, (1 << bits) // 2 * slope):.9g}"


def run(*arguments):
    return subprocess.run([str(argument) for argument in arguments], capture_output=True, text=True, timeout=60)


def pixels(name):
    with Image.open(name) as image:
        return numpy.asarray(image.convert("RGB")).astype(int)


def is_padding(data_set, path, frame, stem):
    """Which pixels are Pixel Padding, from the samples that `tarn decode` writes; None without padding."""
    if "PixelPaddingValue" not in data_set or data_set.get("SamplesPerPixel") != 1:
        return None
    run(BINARY, "decode", path, "--frame", frame, "--output", f"{stem}.raw")
    kind = ("i" if data_set.PixelRepresentation else "u") + str(data_set.BitsAllocated // 8)
    stored = numpy.fromfile(f"{stem}.raw", "<" + kind).reshape(data_set.Rows, data_set.Columns)
    ends = [data_set[tag].value for tag in ("PixelPaddingValue", "PixelPaddingRangeLimit") if tag in data_set]
    ends = [value - 65536 if data_set.PixelRepresentation and value > 32767 else value for value in ends]
    return (stored >= min(ends)) & (stored <= max(ends))


def compare(path, stem):
    """What became of one file: "equal", "nothing" where DCMTK shows none of it, else what is wrong."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            data_set = pydicom.dcmread(path, force=True, stop_before_pixels=True)
            chosen = window(data_set)
            frames = max(1, int(data_set.get("NumberOfFrames") or 1))
    except Exception:
        return "nothing"
    for frame in sorted({1, min(frames, 300)}):
        peer = run("dcmj2pnm", "-q", "+op", "-O", "+F", frame, "+Ww", *chosen, path, f"{stem}.pnm")
        if peer.returncode != 0:
            return "nothing"
        ours = run(BINARY, "render", path, "--frame", frame, f"--window={','.join(chosen)}", "--output", f"{stem}.png")
        if ours.returncode != 0:
            return f"refused: {ours.stderr.strip()}"
        expected, shown = pixels(f"{stem}.pnm"), pixels(f"{stem}.png")
        if shown.shape != expected.shape:
            return f"{shown.shape} instead of {expected.shape}"
        difference = numpy.abs(shown - expected).max(axis=2)
        if difference.max() > 1:
            padding = is_padding(data_set, path, frame, stem)
            if padding is not None and padding.shape == difference.shape:
                # PS3.3 C.7.5.1.1.2: padding is shown as background. DCMTK puts it through the window.
                if shown[padding].any():
                    return "padding is not black"
                difference[padding] = 0
        if difference.max() > 1:
            return f"frame {frame} differs by {difference.max()}"
    return "equal"


@pytest.fixture(scope="module")
def outcomes(corpus, tmp_path_factory):
    folder = tmp_path_factory.mktemp("rendered")
    series = collections.Counter()
    paths = []
    for row in csv.DictReader(open(corpus / "manifest.csv", newline="")):
        series[row["series_uid"]] += 1
        if series[row["series_uid"]] <= OF_A_SERIES or not row["path"].startswith(("01_series", "02_series")):
            paths.append(row["path"])
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda item: compare(corpus / item[1], folder / str(item[0])), enumerate(paths)))
    return dict(zip(paths, found))


def test_every_image_that_dcmtk_shows_looks_the_same(outcomes):
    wrong = {
        path: outcome for path, outcome in outcomes.items()
        if outcome not in ("equal", "nothing") and path not in DIFFERENCES and path.split("/")[-1] not in REFUSALS}
    assert not wrong, "\n".join(f"{path}: {outcome}" for path, outcome in wrong.items())
    equal = sum(outcome == "equal" for outcome in outcomes.values())
    assert equal >= 150, f"only {equal} files could be compared"


def test_no_exception_outlives_its_reason(outcomes):
    for path in DIFFERENCES:
        assert outcomes[path].startswith("frame"), f"{path} is {outcomes[path]}: take it off the list"
    for path, outcome in outcomes.items():
        if path.split("/")[-1] in REFUSALS:
            assert outcome.startswith("refused"), f"{path} is {outcome}: take it off the list"


CT = "04_transfer_syntax/wg04_CT1/CT1_UNC"
OVERLAID = ["04_transfer_syntax/misc/examples_overlay.dcm", "04_transfer_syntax/misc/OutOfBoundsOverlay.dcm"]


@pytest.mark.parametrize("path", OVERLAID)
def test_overlays_are_drawn_as_dcmtk_draws_them(corpus, tmp_path, path):
    window = ("1000", "2000")
    run("dcmj2pnm", "-q", "+op", "+O", "0", "+Omr", "+Ww", *window, corpus / path, tmp_path / "peer.pnm")
    run(BINARY, "render", corpus / path, f"--window={','.join(window)}", "--overlays", "-o", tmp_path / "ours.png")
    run(BINARY, "render", corpus / path, f"--window={','.join(window)}", "-o", tmp_path / "bare.png")
    expected, shown, bare = (pixels(tmp_path / name) for name in ("peer.pnm", "ours.png", "bare.png"))
    assert numpy.abs(expected - shown).max() <= 1
    assert (shown != bare).any() and (shown[shown != bare] == 255).all()


def test_the_sigmoid_is_the_same(corpus, tmp_path):
    path = corpus / "04_transfer_syntax/pydicom_small/CT_small.dcm"
    run("dcmj2pnm", "-q", "+op", "+Ww", "40", "400", "+Wfs", path, tmp_path / "peer.pnm")
    run(BINARY, "render", path, "--window=40,400", "--function", "sigmoid", "-o", tmp_path / "ours.png")
    expected, shown = pixels(tmp_path / "peer.pnm"), pixels(tmp_path / "ours.png")
    padding = is_padding(pydicom.dcmread(path), path, 1, tmp_path / "stored")
    difference = numpy.abs(expected - shown).max(axis=2)
    difference[padding if padding is not None else slice(0)] = 0
    assert difference.max() <= 1
    assert len(numpy.unique(shown)) > 50
