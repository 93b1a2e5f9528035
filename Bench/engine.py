#!/usr/bin/env python3
"""engine.py FOLDER WORKLOAD [--json FILE] [--only NAME...]: see engine.sh, which calls it.

Figures are seconds of CPU time (user and system, of a whole process and those it starts, unless a line says
"in-process"), the least of RUNS; the time by the clock stands beside it. Whole processes begin, read their file from
memory (page cache or /dev/shm) and write their result to /dev/shm, unless a line says otherwise: nothing is subtracted.
In-process figures leave out the start of Python and the import of libraries, and write nothing, which is in the peers'
favour. Inputs are so large that starting hardly counts: 2,000 files, or one file of 100 or 400 frames.
"""
import argparse
import hashlib
import json
import os
import pathlib
import resource
import shutil
import statistics
import subprocess
import sys
import time

import pydicom
from pydicom.encaps import generate_frames
from pydicom.pixels import get_decoder

TARN = os.environ["TARN_BINARY"]
RUNS = int(os.environ.get("RUNS", "7"))
FRAMES = int(os.environ.get("FRAMES", "100"))
WINDOW = (300, 3000)


class Failed(Exception):
    pass


def process(*command, reads_clock=False):
    """Runs a program; seconds of CPU, seconds by the clock."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.PIPE if reads_clock else subprocess.DEVNULL,
                          stderr=subprocess.PIPE, check=False)
    clock, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        raise Failed((done.stderr.decode(errors="replace").strip().splitlines() or ["failed"])[-1][:160])
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return (float(done.stdout.split()[0]), clock) if reads_clock else (cpu, clock)


def within(function):
    """Calls `function` in this process."""
    start, cpu = time.perf_counter(), time.process_time()
    function()
    return time.process_time() - cpu, time.perf_counter() - start


class Section:
    """Systems that do the same, run in turn."""

    def __init__(self, title, unit, count, systems):
        self.title, self.unit, self.count = title, unit, count
        self.systems = systems
        self.times = {name: [] for name in systems}
        self.failures = {}

    def measure(self):
        for _ in range(RUNS):
            for name, run in self.systems.items():
                if name in self.failures:
                    continue
                try:
                    self.times[name].append(run())
                except (Failed, RuntimeError, NotImplementedError, OSError) as error:
                    self.failures[name] = (str(error).splitlines() or ["failed"])[0]
        return self

    def least(self, name):
        return min(cpu for cpu, _ in self.times[name])

    def rows(self):
        silent = "tarn, to /dev/null"
        for name in self.systems:
            if name in self.failures:
                yield {"section": self.title, "system": name, "failed": self.failures[name]}
                continue
            cpus, clocks = zip(*self.times[name])
            each = self.least(name) / self.count
            # Who writes nothing is compared with us where we write nothing.
            keeps_nothing = silent in self.systems and ("in-process" in name or "alone" in name or name == silent)
            base = silent if keeps_nothing else "tarn"
            ours = self.least(base) if self.times.get(base) and base not in self.failures else None
            yield {
                "section": self.title, "system": name, "unit": self.unit, "cpu": round(each * 1000, 4),
                "median": round(statistics.median(cpus) / self.count * 1000, 4),
                "clock": round(min(clocks) / self.count * 1000, 4),
                "ratio": round(self.least(name) / ours, 2) if ours else None,
            }

    def print(self):
        print(f"\n{self.title} (ms a {self.unit}, least of {RUNS}; what writes nothing by tarn to /dev/null)"
              if "tarn, to /dev/null" in self.systems else f"\n{self.title} (ms a {self.unit}, least of {RUNS})")
        print(f"  {'':34}{'CPU':>9}{'median':>9}{'clock':>9}{'÷ tarn':>9}")
        for row in self.rows():
            if "failed" in row:
                print(f"  {row['system']:34}not measured: {row['failed']}")
                continue
            ratio = "" if row["ratio"] is None else f"{row['ratio']:9.2f}"
            print(f"  {row['system']:34}{row['cpu']:9.3f}{row['median']:9.3f}{row['clock']:9.3f}{ratio}")
        sys.stdout.flush()


def slices(workload):
    return sorted(str(path) for path in (workload / "ct").rglob("*.dcm"))


def headers(workload):
    files = slices(workload)[:2000]
    for path in files:
        with open(path, "rb") as file:
            while file.read(1 << 20):
                pass
    folders = sorted({str(pathlib.Path(path).parent) for path in files})
    listed = workload / "ct"
    if len(list(listed.rglob("*.dcm"))) != len(files):
        raise SystemExit("engine: the workload has other than 2,000 CT files")

    def read():
        for path in files:
            pydicom.dcmread(path, stop_before_pixels=True).PatientID  # noqa: B018

    return Section("Reading headers of %d CT files of 532 kB" % len(files), "file", len(files), {
        # Folders by name: the parser of arguments takes longer for 2,000 names than the files do.
        "tarn": lambda: process(TARN, "dump", "--quiet", "--tag", "PatientID", *folders),
        "tarn, each file named": lambda: process(TARN, "dump", "--quiet", "--tag", "PatientID", *files),
        "dcmdump +P, one process": lambda: process("dcmdump", "-q", "-M", "+P", "0010,0020", *files),
        "gdcmdump -r, one process": lambda: process("gdcmdump", "-r", "-i", str(listed)),
        "pydicom, in-process": lambda: within(read),
        "tarn, whole header": lambda: process(TARN, "dump", "--quiet", *folders),
        "dcmdump, whole header": lambda: process("dcmdump", "-q", "-M", *files),
    })


def make_frames(workload, folder, count):
    """One file of `count` slices, native, and its samples."""
    rows = slices(workload)
    data = pydicom.dcmread(rows[0])
    samples = b"".join(pydicom.dcmread(path).PixelData for path in rows[::2][:count])
    data.SOPClassUID = data.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.7.3"
    data.NumberOfFrames = len(samples) // (data.Rows * data.Columns * 2)
    data.PixelData = samples
    native = folder / f"native{count}.dcm"
    data.save_as(native, enforce_file_format=True)
    return native, samples, data.NumberOfFrames


def pictures(native, frames, folder):
    output = folder / "png"
    output.mkdir()
    window = f"{WINDOW[0]},{WINDOW[1]}"
    ours = lambda: process(  # noqa: E731
        TARN, "render", str(native), "--frame", "all", "--window", window, "--output", str(output / "tarn.png"))
    names = lambda: sorted(str(path) for path in output.glob("tarn*.png"))  # noqa: E731
    section = Section("Windowed PNG, 512 × 512, window 300/3000, %d frames" % frames, "frame", frames, {
        "tarn": ours,
        "libdeflate alone, level 1": lambda: process(
            str(folder / "deflate"), "1", *names(), reads_clock=True),
        "dcm2pnm, one process": lambda: process(
            "dcm2pnm", "-q", "+on", "+Fa", "+Ww", str(WINDOW[0]), str(WINDOW[1]), str(native), str(output / "dcmtk")),
    })
    section.measure()
    ours_bytes = sum(path.stat().st_size for path in output.glob("tarn*.png"))
    theirs = sum(path.stat().st_size for path in output.glob("dcmtk*"))
    section.note = f"  bytes a frame: tarn {ours_bytes // frames}, dcm2pnm {theirs // frames}"
    shutil.rmtree(output)
    return section


def library(path, plugin):
    """Decoding in this process: pydicom's loop around a codec library."""
    data = pydicom.dcmread(path)
    decoder = get_decoder(data.file_meta.TransferSyntaxUID)

    def decode():
        for _ in decoder.iter_array(data, raw=True, decoding_plugin=plugin):
            pass

    return lambda: within(decode)


def encode(native, folder, name):
    """The frames in another transfer syntax; raises Failed where nothing here can make it."""
    target = folder / f"{name}.dcm"
    commands = {
        "RLE": ["dcmcrle", native, target], "JPEG lossless": ["dcmcjpeg", "+e1", native, target],
        "JPEG-LS": ["dcmcjpls", native, target], "JPEG 2000": [TARN, "transcode", native, "--to", "1.2.840.10008.1.2.4.90", "--output", target],
        "HTJ2K": [TARN, "transcode", native, "--to", "1.2.840.10008.1.2.4.201", "--output", target],
    }
    process(*(str(part) for part in commands[name]))
    return target


def alone(path, frames, folder, name):
    """The C library by itself, on the codestreams of the file; none where it could not be built."""
    program = folder / "jpeg2000"
    if not program.exists():
        return {}
    streams = []
    for number, frame in enumerate(generate_frames(pydicom.dcmread(path).PixelData, number_of_frames=frames)):
        streams.append(folder / f"{number}.j2k")
        streams[-1].write_bytes(frame)
    files = [str(stream) for stream in streams]
    libraries = {"OpenJPEG": "openjpeg"} if name == "JPEG 2000" else {"OpenJPEG": "openjpeg", "OpenJPH": "openjph"}
    return {
        f"{title} alone": lambda argument=argument: process(str(program), argument, *files, reads_clock=True)
        for title, argument in libraries.items()
    }


def codec(name, native, samples, frames, folder):
    path = encode(native, folder, name)
    output = folder / "decoded"
    process(TARN, "decode", str(path), "--output", str(output))
    if hashlib.sha256(output.read_bytes()).digest() != hashlib.sha256(samples).digest():
        raise Failed("tarn decodes other samples than were encoded")
    systems = {
        "tarn": lambda: process(TARN, "decode", str(path), "--output", str(output)),
        # Beside those that keep nothing of what they decode.
        "tarn, to /dev/null": lambda: process(TARN, "decode", str(path), "--output", "/dev/null"),
    }
    dcmtk = {"RLE": "dcmdrle", "JPEG lossless": "dcmdjpeg", "JPEG-LS": "dcmdjpls"}.get(name)
    if dcmtk:
        systems[f"{dcmtk} (DCMTK)"] = lambda: process(dcmtk, "-q", str(path), str(output))
    if name != "HTJ2K":
        systems["gdcmconv --raw (GDCM)"] = lambda: process("gdcmconv", "--raw", str(path), str(output))
    systems["pylibjpeg, in-process"] = library(path, "pylibjpeg")
    if name in ("JPEG 2000", "HTJ2K"):
        systems.update(alone(path, frames, folder, name))
    if name == "RLE":
        systems["pydicom (numpy), in-process"] = library(path, "pydicom")
    section = Section(f"Decoding {name}, 512 × 512 × 16 bits, {frames} frames", "frame", frames, systems).measure()
    section.note = "  bytes a frame: %d of %d" % (path.stat().st_size // frames, len(samples) // frames)
    path.unlink()
    return section


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("workload", type=pathlib.Path)
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("--only", nargs="*", default=[])
    arguments = parser.parse_args()
    kept = []

    def wanted(name):
        return not arguments.only or any(part.lower() in name.lower() for part in arguments.only)

    def show(section):
        section.print()
        if getattr(section, "note", None):
            print(section.note)
        kept.extend(section.rows())

    if wanted("headers"):
        show(headers(arguments.workload).measure())
    made = make_frames(arguments.workload, arguments.folder, FRAMES)
    if wanted("png"):
        many, _, count = make_frames(arguments.workload, arguments.folder, 4 * FRAMES)
        show(pictures(many, count, arguments.folder))
    for name in ("RLE", "JPEG lossless", "JPEG-LS", "JPEG 2000", "HTJ2K"):
        if not wanted(name):
            continue
        # RLE takes so little that starting a program would count: four times as many frames, as for pictures.
        inputs = make_frames(arguments.workload, arguments.folder, 4 * FRAMES) if name == "RLE" else made
        try:
            show(codec(name, *inputs, arguments.folder))
        except (Failed, OSError) as error:
            print(f"\nDecoding {name}: not measured: {error}")
    if arguments.json:
        arguments.json.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in kept), encoding="utf-8")


if __name__ == "__main__":
    main()
