"""What `tarn transcode` writes, read by other programs: the same pixels, wherever nothing was to be lost."""

import csv
import re
import shutil
import subprocess

import numpy
import pydicom
import pytest
from pydicom.pixels import decoders, pixel_array

from tarn_server import run

# Name for `--to`, and programs that turn the result into explicit VR little endian.
LOSSLESS = {
    "explicit": [["dcmconv", "+te"]],
    "implicit": [["dcmconv", "+te"], ["gdcmconv", "-w"]],
    "big-endian": [["dcmconv", "+te"]],
    "deflated": [["dcmconv", "+te"]],
    "rle": [["dcmdrle"], ["gdcmconv", "-w"]],
    "jpeg-ls": [["dcmdjpls"], ["gdcmconv", "-w"]],
    "j2k": [["gdcmconv", "-w"]],
    "htj2k": [],
    "htj2k-rpcl": [],
}
# pydicom 3 and its plug-ins have no decoder for these.
NOT_PYDICOM = {"encapsulated", "deflated-frames"}
# What the peers cannot read, whoever wrote it: DCMTK 3.6.7 and GDCM 3.0 no compressed samples of 32 bits and no compressed
# bits; GDCM asserts that 8 bits are all stored, and reads RLE of 16-bit colour in another order.
PEER_READS = {
    "dcmconv": lambda data_set: True,
    "dcmdrle": lambda data_set: data_set.BitsAllocated in (8, 16),
    "dcmdjpls": lambda data_set: data_set.BitsAllocated in (8, 16),
    "gdcmconv": lambda data_set: (data_set.BitsAllocated, data_set.BitsStored) == (8, 8)
    or (data_set.BitsAllocated == 16 and data_set.SamplesPerPixel == 1),
}


# GDCM within this process may end it by an assertion; as a program of its own it is one of the peers.
for decoder in vars(decoders).values():
    if isinstance(decoder, decoders.base.Decoder) and "gdcm" in decoder.available_plugins:
        decoder.remove_plugin("gdcm")


def kinds(corpus):
    """One or two small files for each kind of pixels that pydicom reads."""
    chosen = {}
    for row in csv.DictReader(open(corpus / "manifest.csv", newline="")):
        if row["expected"] != "parse" or row["golden_status"] not in ("native", "exact_independent", "exact_one_library"):
            continue
        if int(row["size"]) > 1 << 20 or int(row["frames"] or 1) > 12 or row["bits_allocated"] in ("", "64"):
            continue
        key = tuple(row[name] for name in ("transfer_syntax", "bits_allocated", "bits_stored", "samples", "photometric"))
        key += (int(row["frames"] or 1) > 1,)
        chosen.setdefault(key, [])
        if len(chosen[key]) < 2:
            chosen[key].append(corpus / row["path"])
    return [path for paths in chosen.values() for path in paths]


@pytest.fixture(scope="module")
def originals(corpus, tmp_path_factory):
    """Files under names of their own, with their pixels as pydicom sees them."""
    folder = tmp_path_factory.mktemp("originals")
    known = {}
    for number, path in enumerate(kinds(corpus)):
        copy = folder / f"{number:03}-{path.name}"
        shutil.copyfile(path, copy)
        try:
            data_set = pydicom.dcmread(copy)
            known[copy] = (data_set, pixel_array(data_set, raw=True))
        except Exception:  # a decoder that pydicom does not have: nothing to compare with
            copy.unlink()
    assert len(known) >= 60
    return known


def transcode(files, target, folder, *options):
    """The results, and what was refused with the reason."""
    done = run("transcode", *files, "--to", target, "--output", f"{folder}/", *options, check=False)
    assert done.returncode in (0, 1), done.stderr
    refused = {}
    for line in done.stderr.splitlines():
        match = re.fullmatch(r"tarn transcode: (.+?): (.+)", line)
        assert match, line
        refused[match[1]] = match[2]
    assert bool(refused) == (done.returncode == 1)
    results = {}
    for file in files:
        result = folder / file.name
        assert result.exists() != (str(file) in refused), (file, refused.get(str(file)))
        if result.exists():
            results[file] = result
    return results, refused


def may_be_refused(data_set, target, reason):
    if target == "rle":
        return data_set.BitsAllocated == 1 and "Bits Allocated 1" in reason
    compressed = target not in ("explicit", "implicit", "big-endian", "deflated", "encapsulated", "deflated-frames")
    return compressed and (
        (data_set.BitsAllocated > 16 and "bits" in reason)
        or (data_set.BitsAllocated == 1 and "Bits Allocated 1" in reason)
        or ("bits outside Bits Stored are set" in reason)
        or (data_set.SamplesPerPixel == 4))


def same(found, expected, data_set):
    """Equal, outside Bits Stored as well where both have words of the same kind."""
    if found.shape != expected.shape:
        return False
    if (found.dtype.kind, found.dtype.itemsize) == (expected.dtype.kind, expected.dtype.itemsize):
        if numpy.array_equal(found, expected):
            return True
    if data_set.SamplesPerPixel > 1:
        return False
    # Bits above the stored ones are no part of the value (PS3.5 8.1.1).
    mask = (1 << data_set.BitsStored) - 1 << (data_set.HighBit + 1 - data_set.BitsStored)
    shift = data_set.HighBit + 1 - data_set.BitsStored
    return numpy.array_equal((expected.astype(numpy.int64) & mask) >> shift, found.astype(numpy.int64) & mask >> shift)


@pytest.mark.parametrize("target", list(LOSSLESS) + sorted(NOT_PYDICOM))
def test_lossless_results_have_the_same_pixels_everywhere(originals, target, tmp_path):
    results, refused = transcode(list(originals), target, tmp_path)
    for file, reason in refused.items():
        data_set = originals[next(path for path in originals if str(path) == file)][0]
        assert may_be_refused(data_set, target, reason), (file, reason)
    assert len(results) >= len(originals) * 3 // 4, refused
    wrong = []
    for original, result in results.items():
        data_set, expected = originals[original]
        written = pydicom.dcmread(result)
        if written.SOPInstanceUID != data_set.SOPInstanceUID:
            wrong.append((original.name, "another instance"))
        if target not in NOT_PYDICOM:
            try:
                if not same(pixel_array(written, raw=True), expected, data_set):
                    wrong.append((original.name, "pydicom sees other pixels"))
            except Exception as error:
                wrong.append((original.name, f"pydicom: {error}"))
        if data_set.file_meta.TransferSyntaxUID == written.file_meta.TransferSyntaxUID:
            assert result.read_bytes() == original.read_bytes()
            continue
        for command in LOSSLESS.get(target, []):
            if not shutil.which(command[0]) or not PEER_READS[command[0]](data_set):
                continue
            # DCMTK swaps the two words of a sample of 32 bits for themselves, pydicom and others the whole of it.
            if target == "big-endian" and data_set.BitsAllocated > 16:
                continue
            native = tmp_path / "native.dcm"
            native.unlink(missing_ok=True)
            done = subprocess.run([*command, result, native], capture_output=True, text=True)
            if done.returncode != 0 or not native.exists():
                wrong.append((original.name, command[0], done.stderr[-200:]))
            elif not same(pixel_array(pydicom.dcmread(native), raw=True), expected, data_set):
                wrong.append((original.name, command[0], "other pixels"))
    assert not wrong, f"{len(wrong)} wrong:\n" + "\n".join(map(str, wrong[:40]))


@pytest.mark.parametrize("target,options,uid", [
    ("jpeg", ["--quality", "95"], "1.2.840.10008.1.2.4.50"), ("jpeg-ls-near", ["--near", "1"], "1.2.840.10008.1.2.4.81"),
    ("j2k-lossy", ["--ratio", "5"], "1.2.840.10008.1.2.4.91")])
def test_lossy_results_are_near_and_say_so(originals, target, options, uid, tmp_path):
    files = [path for path, (data_set, _) in originals.items() if data_set.file_meta.TransferSyntaxUID != uid
             and data_set.SamplesPerPixel == 1 and data_set.BitsAllocated in (8, 16)
             and data_set.Rows >= 32 and data_set.Columns >= 32]
    results, _ = transcode(files, target, tmp_path, *options)
    assert len(results) >= 3
    for original, result in results.items():
        data_set, before = originals[original]
        written = pydicom.dcmread(result)
        assert written.SOPInstanceUID not in (data_set.SOPInstanceUID, "") and written.LossyImageCompression == "01"
        assert written.file_meta.MediaStorageSOPInstanceUID == written.SOPInstanceUID
        assert written.ImageType[0] == "DERIVED"
        assert written.SourceImageSequence[-1].ReferencedSOPInstanceUID == data_set.SOPInstanceUID
        after = pixel_array(written, raw=True).astype(float)
        difference = numpy.abs(after - before.astype(float))
        if target == "jpeg-ls-near" and data_set.PixelRepresentation == 0 and data_set.HighBit == data_set.BitsStored - 1:
            assert difference.max() <= 1, original.name
        else:
            spread = max(1.0, float(before.max()) - float(before.min()))
            # Some files have random pixels, which no ratio is kind to.
            if numpy.abs(numpy.diff(before.astype(float))).mean() > 0.1 * spread:
                continue
            assert difference.mean() <= 0.05 * spread, original.name
        if shutil.which("dcmdump"):
            assert subprocess.run(["dcmdump", "-q", result], capture_output=True).returncode == 0


def test_what_is_in_the_syntax_is_copied_and_what_cannot_be_done_leaves_nothing(originals, corpus, tmp_path):
    first = next(path for path, (data_set, _) in originals.items() if data_set.file_meta.TransferSyntaxUID.is_implicit_VR)
    results, _ = transcode([first], "implicit", tmp_path)
    assert results[first].read_bytes() == first.read_bytes()
    before = sorted(tmp_path.iterdir())
    damaged = tmp_path / "damaged.dcm"
    damaged.write_bytes(first.read_bytes()[:-64])
    done = run("transcode", damaged, "--to", "jpeg-ls", "--output", tmp_path / "out.dcm", check=False)
    assert done.returncode == 1 and "damaged.dcm" in done.stderr
    assert sorted(tmp_path.iterdir()) == sorted(before + [damaged])
    for arguments in (["--to", "jpeg-2000"], ["--to", "1.2.3"], ["--to", "j2k", "--quality", "3"], [],
                      ["--to", "jpeg", "--quality", "0"], ["--to", "jpeg-ls-near", "--near", "999"]):
        done = run("transcode", first, *arguments, "--output", tmp_path / "out.dcm", check=False)
        assert done.returncode == 2, (arguments, done.stderr)
    names = [line.split()[0] for line in run("transcode", "--list").stdout.splitlines()]
    assert set(names) == set(LOSSLESS) | NOT_PYDICOM | {"jpeg", "jpeg-ls-near", "j2k-lossy"}
