#!/usr/bin/env python3
"""Makes the inputs that fuzzing starts from, out of numbers: no file of anyone else goes in.

make-fuzz-seeds.py   (re)writes Fuzz/Corpus/*/seed-*; needs pydicom, numpy, Pillow, pylibjpeg and DCMTK's dcmcjpeg,
dcmcjpls and dcmcrle in PATH.
"""
import io
import pathlib
import shutil
import subprocess
import tempfile

import numpy
import pydicom
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.encaps import encapsulate, encapsulate_extended, generate_frames
from pydicom.sequence import Sequence
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian, JPEG2000,
    JPEG2000Lossless, RLELossless)

RLE_HEADERS = {"rle": bytes([12, 16, 2]), "rle-colour": bytes([12, 16, 1]), "rle-frames": bytes([12, 16, 0])}
CORPUS = pathlib.Path(__file__).resolve().parent.parent / "Fuzz" / "Corpus"


def put(target: str, name: str, data: bytes) -> None:
    folder = CORPUS / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"seed-{name}").write_bytes(data)


def pattern(frames: int, rows: int, columns: int, samples: int, bits: int) -> numpy.ndarray:
    """A slope with some texture: a codec has something to code, and little of it."""
    z, y, x, s = numpy.meshgrid(*(numpy.arange(n) for n in (frames, rows, columns, samples)), indexing="ij")
    top = (1 << bits) - 1
    values = (x * top // max(1, columns - 1) + y * 37 + z * 11 + s * 53 + (x * y) % 5) % (top + 1)
    return values.astype("<u1" if bits <= 8 else "<u2")


def image(
    frames: int = 1, rows: int = 8, columns: int = 8, samples: int = 1, bits: int = 12, photometric: str = "",
    syntax: str = ExplicitVRLittleEndian,
) -> FileDataset:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.7"
    meta.MediaStorageSOPInstanceUID = "2.25.1"
    meta.TransferSyntaxUID = syntax
    meta.ImplementationClassUID = "2.25.2"
    data = FileDataset(None, {}, file_meta=meta, preamble=bytes(128))
    data.SOPClassUID, data.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
    data.Modality = "OT"
    data.SamplesPerPixel = samples
    data.PhotometricInterpretation = photometric or ("RGB" if samples == 3 else "MONOCHROME2")
    if samples > 1:
        data.PlanarConfiguration = 0
    if frames > 1:
        data.NumberOfFrames = frames
    data.Rows, data.Columns = rows, columns
    data.BitsAllocated = 8 if bits <= 8 else 16
    data.BitsStored, data.HighBit, data.PixelRepresentation = bits, bits - 1, 0
    data.PixelData = pattern(frames, rows, columns, samples, bits).tobytes()
    data["PixelData"].VR = "OB" if bits <= 8 else "OW"
    return data


def written(data: Dataset) -> bytes:
    buffer = io.BytesIO()
    data.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def tool(data: Dataset, *command: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        source, target = f"{folder}/in", f"{folder}/out"
        data.save_as(source, enforce_file_format=True)
        subprocess.run([*command, source, target], check=True, stdout=subprocess.DEVNULL)
        return pathlib.Path(target).read_bytes()


def compressed() -> dict[str, bytes]:
    """One small file for each way of compressing that the tools here know."""
    grey, colour = image(bits=12, rows=12, columns=16), image(samples=3, bits=8, rows=12, columns=16)
    byte = image(bits=8, rows=12, columns=16, frames=2)
    files = {
        "jpeg-lossless": tool(grey, "dcmcjpeg", "+e1"),
        "jpeg-lossless-2": tool(grey, "dcmcjpeg", "+el", "+sv", "2"),
        "jpeg-lossless-colour": tool(colour, "dcmcjpeg", "+e1"),
        "jpeg-baseline": tool(byte, "dcmcjpeg", "+eb"),
        "jpeg-baseline-colour": tool(colour, "dcmcjpeg", "+eb"),
        "jpeg-extended": tool(grey, "dcmcjpeg", "+ee"),
        "jpeg-progressive": tool(grey, "dcmcjpeg", "+ep"),
        "jpeg-ls": tool(grey, "dcmcjpls"),
        "jpeg-ls-near": tool(grey, "dcmcjpls", "+en"),
        "jpeg-ls-colour": tool(colour, "dcmcjpls"),
        "jpeg-ls-lines": tool(colour, "dcmcjpls", "+il"),
        "rle": tool(grey, "dcmcrle"),
        "rle-colour": tool(colour, "dcmcrle"),
        "rle-frames": tool(byte, "dcmcrle"),
    }
    # The encoder makes six levels of wavelets: smaller images are refused.
    large = image(bits=12, rows=64, columns=64), image(samples=3, bits=8, rows=64, columns=64)
    for name, data, syntax in [
        ("jpeg-2000", large[0], JPEG2000Lossless), ("jpeg-2000-colour", large[1], JPEG2000Lossless),
    ]:
        copy = pydicom.dcmread(io.BytesIO(written(data)))
        copy.compress(syntax)
        files[name] = written(copy)
    return files


def native() -> dict[str, bytes]:
    files = {"12-bit": written(image()), "8-bit": written(image(bits=8))}
    files["colour"] = written(image(samples=3, bits=8))
    files["frames"] = written(image(frames=3, bits=8))
    planar = image(samples=3, bits=8)
    planar.PlanarConfiguration = 1
    files["planar"] = written(planar)
    subsampled = image(samples=3, bits=8)
    subsampled.PhotometricInterpretation = "YBR_FULL_422"
    subsampled.PixelData = subsampled.PixelData[:128]
    files["ybr-422"] = written(subsampled)
    one = image(bits=8, frames=3, rows=5, columns=5)
    one.BitsAllocated = one.BitsStored = 1
    one.HighBit = 0
    one.PixelData = bytes(range(10))
    files["1-bit"] = written(one)
    for name, syntax in [
        ("implicit", ImplicitVRLittleEndian), ("big", ExplicitVRBigEndian), ("deflated", DeflatedExplicitVRLittleEndian),
    ]:
        data = image()
        if syntax == ExplicitVRBigEndian:
            data.PixelData = numpy.frombuffer(data.PixelData, "<u2").astype(">u2").tobytes()
        data.file_meta.TransferSyntaxUID = syntax
        buffer = io.BytesIO()
        pydicom.dcmwrite(
            buffer, data, implicit_vr=syntax == ImplicitVRLittleEndian,
            little_endian=syntax != ExplicitVRBigEndian, enforce_file_format=True)
        files[name] = buffer.getvalue()
    real = image()
    del real.PixelData
    real.BitsAllocated = 32
    del real.BitsStored, real.HighBit, real.PixelRepresentation
    real.FloatPixelData = numpy.linspace(-1, 1, 64, dtype="<f4").tobytes()
    files["float"] = written(real)
    shown = image(bits=12)
    shown.WindowCenter, shown.WindowWidth = [40, 300], [400, 2000]
    shown.WindowCenterWidthExplanation = ["one", "two"]
    shown.RescaleSlope, shown.RescaleIntercept, shown.RescaleType = 2, -1024, "HU"
    shown.PixelPaddingValue = 0
    shown.add_new(0x60000010, "US", 8)
    shown.add_new(0x60000011, "US", 8)
    shown.add_new(0x60000040, "CS", "G")
    shown.add_new(0x60000050, "SS", [1, 1])
    shown.add_new(0x60000100, "US", 1)
    shown.add_new(0x60000102, "US", 0)
    shown.add_new(0x60003000, "OW", bytes(range(8)))
    files["shown"] = written(shown)
    return files


def palette(data: Dataset, segmented: bool = False) -> Dataset:
    for number, colour in enumerate(("Red", "Green", "Blue")):
        setattr(data, f"{colour}PaletteColorLookupTableDescriptor", [16, 0, 16])
        name = ("Segmented" if segmented else "") + f"{colour}PaletteColorLookupTableData"
        table = [0, 2, 0, 4369, 1, 10, 60000, 2, 1, 0, 0, 0, 4, 65535 - number] if segmented else [
            value * 4369 * (number + 1) % 65536 for value in range(16)]
        setattr(data, name, numpy.array(table, "<u2").tobytes())
    return data


def tables() -> dict[str, bytes]:
    """Bare data sets, explicit little endian, of nothing but tables."""
    def lookup(entries: int, bits: int, first: int = 0) -> Dataset:
        item = Dataset()
        item.add_new(0x00283002, "US", [entries, first, bits])
        item.LUTExplanation = "t"
        item.add_new(0x00283006, "OW", numpy.arange(entries, dtype="<u2").tobytes())
        item.ModalityLUTType = "US"
        return item

    modality, voi, both = Dataset(), Dataset(), Dataset()
    modality.ModalityLUTSequence = Sequence([lookup(16, 12)])
    voi.VOILUTSequence = Sequence([lookup(16, 8), lookup(4, 16, 3)])
    both.ModalityLUTSequence, both.VOILUTSequence = modality.ModalityLUTSequence, voi.VOILUTSequence
    window = Dataset()
    window.WindowCenter, window.WindowWidth, window.VOILUTFunction = [7, 3], [16, 1], "SIGMOID"
    window.RescaleSlope, window.RescaleIntercept = 0.5, -3
    shape = Dataset()
    shape.PresentationLUTShape, shape.PixelPaddingValue, shape.PixelPaddingRangeLimit = "INVERSE", 3, 9
    result = {}
    for name, data in [
        ("modality", modality), ("voi", voi), ("both", both), ("window", window), ("shape", shape),
        ("palette", palette(Dataset())), ("segmented", palette(Dataset(), segmented=True)),
    ]:
        buffer = io.BytesIO()
        pydicom.dcmwrite(buffer, data, implicit_vr=False, little_endian=True, enforce_file_format=False)
        result[name] = buffer.getvalue()
    return result


def enhanced() -> Dataset:
    data = image(frames=3, bits=8)
    shared, measures, plane = Dataset(), Dataset(), Dataset()
    measures.PixelSpacing, measures.SliceThickness = [0.5, 0.5], 2
    plane.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    shared.PixelMeasuresSequence, shared.PlaneOrientationSequence = Sequence([measures]), Sequence([plane])
    data.SharedFunctionalGroupsSequence = Sequence([shared])
    frames = []
    for number in range(3):
        frame, position, content, window = Dataset(), Dataset(), Dataset(), Dataset()
        position.ImagePositionPatient = [0, 0, 2 * number]
        content.TemporalPositionIndex = 1
        window.WindowCenter, window.WindowWidth = 100 + number, 50
        frame.PlanePositionSequence, frame.FrameContentSequence = Sequence([position]), Sequence([content])
        frame.FrameVOILUTSequence = Sequence([window])
        frames.append(frame)
    data.PerFrameFunctionalGroupsSequence = Sequence(frames)
    return data


def encapsulations(rle: bytes) -> dict[str, bytes]:
    """The same three frames with every kind of offset table."""
    source = pydicom.dcmread(io.BytesIO(tool(image(frames=3, bits=8), "dcmcrle")))
    frames = list(generate_frames(source.PixelData, number_of_frames=3))
    result = {}
    for name, value in [
        ("basic", encapsulate(frames)), ("none", encapsulate(frames, has_bot=False)),
        ("fragments", encapsulate(frames, fragments_per_frame=2)),
    ]:
        source.PixelData = value
        source["PixelData"].is_undefined_length = True
        result[name] = written(source)
    source.PixelData, source.ExtendedOffsetTable, source.ExtendedOffsetTableLengths = encapsulate_extended(frames)
    result["extended"] = written(source)
    result["one"] = rle
    return result


def main() -> None:
    coded, plain = compressed(), native()
    for name, data in {**plain, **coded}.items():
        put("RenderImage", name, data)
    put("RenderImage", "enhanced", written(enhanced()))
    put("RenderImage", "palette", written(palette(image(bits=8, photometric="PALETTE COLOR"))))
    for name in ("implicit", "big", "deflated", "shown", "frames"):
        put("ReadDICOM", name, plain[name])
    put("ReadDICOM", "rle", coded["rle"])
    put("ReadDICOM", "enhanced", written(enhanced()))
    for name, data in encapsulations(coded["rle"]).items():
        put("ReadFrameIndex", name, data)
    for name in ("frames", "1-bit", "ybr-422", "implicit", "big"):
        put("ReadFrameIndex", name, plain[name])
    put("ReadFrameIndex", "enhanced", written(enhanced()))
    for name, data in tables().items():
        put("ReadLookupTables", name, data)
    for name, data in {"shown": plain["shown"], "enhanced": written(enhanced()), "palette": written(
            palette(image(bits=8, photometric="PALETTE COLOR")))}.items():
        put("ReadJSON", name, pydicom.dcmread(io.BytesIO(data)).to_json().encode())
    texts = {
        "latin": ("ISO_IR 100", "Müller^Jörg", "latin-1"), "greek": ("ISO_IR 126", "Διονυσιος", "iso8859-7"),
        "utf8": ("ISO_IR 192", "山田^太郎=Ямада", "utf-8"), "gb18030": ("GB18030", "王^小东", "gb18030"),
        "thai": ("ISO_IR 166", "สวัสดี", "tis-620"), "korean": ("\\ISO 2022 IR 149", "\x1b$)C", "ascii"),
        "japanese": ("\\ISO 2022 IR 87", "Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B", "ascii"),
        "katakana": ("ISO 2022 IR 13\\ISO 2022 IR 87", "\x1b)I", "ascii"),
    }
    for name, (terms, text, encoding) in texts.items():
        for number in (0, 2, 6):
            put("ReadCharacterSets", f"{name}-{number}", terms.encode() + bytes([0, number]) + text.encode(encoding))
    # Codestreams alone, for the decoders by themselves.
    targets = {"ReadJPEG": "jpeg-", "ReadJPEGLS": "jpeg-ls", "ReadRLE": "rle", "ReadJPEG2000": "jpeg-2000"}
    for name, data in coded.items():
        stream = next(generate_frames(pydicom.dcmread(io.BytesIO(data)).PixelData, number_of_frames=1))
        target = max((t for t, start in targets.items() if name.startswith(start)), key=lambda t: len(targets[t]))
        # Rows, columns, and a byte for samples and width, as Fuzz/ReadRLE.swift wants them.
        put(target, name, (RLE_HEADERS[name] if target == "ReadRLE" else b"") + stream)


if __name__ == "__main__":
    for tool_name in ("dcmcjpeg", "dcmcjpls", "dcmcrle"):
        if shutil.which(tool_name) is None:
            raise SystemExit(f"{tool_name} (DCMTK) is not installed")
    main()
