#!/usr/bin/env python3
"""deidentify.py FOLDER WORKLOAD [--json FILE]: see deidentify.sh, which calls it.

By the clock, the least and the median of RUNS, with CPU seconds beside them: a busy machine lengthens the clock of all, and
of those with two threads by another share. Inputs lie in memory; each run writes into empty folders. dcmodify works in
place on copies made before. pydicom reads and writes and changes nothing; its start and imports are not counted. cp shows
what the kernel takes for the bytes alone, on one thread.
"""
import argparse
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

TARN = os.environ["TARN_BINARY"]
RUNS = int(os.environ.get("RUNS", "7"))
FILES = int(os.environ.get("FILES", "300"))

# What the harness's anonymize.py gives dcmodify: as near to a profile as it comes. UIDs stay unmapped.
REPLACED = ["0010,0010", "0010,0020"]
EMPTIED = ["0010,0030", "0008,0050", "0008,0080", "0008,0090"]
ERASED = """0008,0081 0008,1030 0008,103e 0008,1010 0008,1050 0008,1060 0008,1070 0010,1000 0010,1001 0010,1040 0010,2154
0010,21b0 0010,4000 0020,4000 0018,1000 0032,1032 0032,1060 0040,0275""".split()


def run(command):
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{command[0]}: {done.stderr.decode(errors='replace').strip()[-300:]}")


class Bench:
    def __init__(self, folder, workload):
        self.folder = folder
        self.input = folder / "in"
        self.output = folder / "out"
        self.patches = folder / "patches"
        self.key = folder / "key"
        self.certificate = folder / "certificate.pem"
        self.input.mkdir()
        sources = sorted((workload / "ct").rglob("*.dcm"))[:FILES]
        if len(sources) < FILES:
            raise SystemExit(f"deidentify: the workload has only {len(sources)} CT files")
        for index, source in enumerate(sources):
            shutil.copyfile(source, self.input / f"{index:05d}.dcm")
        self.files = sorted(self.input.iterdir())
        with open(self.key, "wb") as file:
            run_key = subprocess.run(["openssl", "rand", "-base64", "32"], capture_output=True, check=True)
            file.write(run_key.stdout)
        run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", str(folder / "certificate.key"),
             "-out", str(self.certificate), "-days", "2", "-subj", "/CN=bench"])

    def fresh(self, copies=False):
        for path in (self.output, self.patches):
            shutil.rmtree(path, ignore_errors=True)
        self.output.mkdir()
        if copies:
            for path in self.files:
                shutil.copyfile(path, self.output / path.name)

    def written(self, path):
        return sum(1 for file in path.rglob("*") if file.is_file())

    def tarn(self, *options):
        run([TARN, "deidentify", str(self.input), str(self.output), "--key", str(self.key), *options])

    def tarn_with_patches(self):
        self.tarn("--patches", str(self.patches))

    def dcmodify(self):
        arguments = "-q -nb -ie -imt -ep -gst -gse -gin".split()
        for tag in REPLACED:
            arguments += ["-ma", f"({tag})=ANON"]
        for tag in EMPTIED:
            arguments += ["-ma", f"({tag})="]
        for tag in ERASED:
            arguments += ["-ea", f"({tag})"]
        run(["dcmodify", *arguments, *[str(self.output / path.name) for path in self.files]])

    def gdcmanon(self):
        run(["gdcmanon", "-e", "-r", "--continue", "-c", str(self.certificate), "-i", str(self.input),
             "-o", str(self.output)])

    def cp(self):
        run(["cp", "-r", f"{self.input}/.", str(self.output)])

    def pydicom(self):
        for path in self.files:
            pydicom.dcmread(path).save_as(self.output / path.name)

    def restored(self):
        """Rebuilds every original from object and patch; how many are the same bit for bit."""
        originals = self.folder / "originals"
        run([TARN, "reidentify", str(self.output), str(self.patches), str(originals), "--key",
             str(self.key)])
        same = sum((originals / path.name).read_bytes() == path.read_bytes() for path in self.files)
        shutil.rmtree(originals)
        return same


def measure(bench, name, work, copies=False):
    bench.fresh(copies)
    children = resource.RUSAGE_SELF if name == "pydicom" else resource.RUSAGE_CHILDREN
    before, start = resource.getrusage(children), time.perf_counter()
    work()
    clock, after = time.perf_counter() - start, resource.getrusage(children)
    if bench.written(bench.output) != FILES:
        raise SystemExit(f"{name}: {bench.written(bench.output)} files written of {FILES}")
    return clock, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("workload", type=pathlib.Path)
    parser.add_argument("--json", type=pathlib.Path)
    arguments = parser.parse_args()
    bench = Bench(arguments.folder, arguments.workload)
    systems = {
        "tarn": (bench.tarn_with_patches, False), "tarn, no patches": (bench.tarn, False),
        "dcmodify": (bench.dcmodify, True), "gdcmanon": (bench.gdcmanon, False), "pydicom": (bench.pydicom, False),
        "cp -r": (bench.cp, False),
    }
    times = {name: [] for name in systems}
    same = None
    for _ in range(RUNS):
        for name, (work, copies) in systems.items():
            times[name].append(measure(bench, name, work, copies))
            if name == "tarn" and same is None:
                same = bench.restored()
    notes = {"dcmodify": "27 attributes, UIDs not mapped", "pydicom": "read and write, nothing changed",
             "gdcmanon": "Basic Profile", "cp -r": "copies, no more", "tarn": "Basic Profile, patches sealed"}
    print(f"\nDe-identifying {FILES} CT files of 512 × 512, one process, {RUNS} runs in turn")
    print(f"  {'':20}{'files/s':>9}{'median':>9}{'CPU ms':>9}{'tarn ÷':>9}{'by CPU':>9}")
    rows = []
    ours = times["tarn"]
    for name, all_times in times.items():
        clock, cpu = min(clock for clock, _ in all_times), min(cpu for _, cpu in all_times)
        row = {
            "system": name, "files_per_s": round(FILES / clock), "cpu_ms": round(cpu / FILES * 1000, 3),
            "median": round(FILES / statistics.median(clock for clock, _ in all_times)),
            "ratio": round(clock / min(clock for clock, _ in ours), 2),
            "cpu_ratio": round(cpu / min(cpu for _, cpu in ours), 2), "note": notes.get(name, ""),
        }
        rows.append(row)
        print(f"  {name:20}{row['files_per_s']:9}{row['median']:9}{row['cpu_ms']:9.3f}{row['ratio']:9.2f}"
              f"{row['cpu_ratio']:9.2f}  {row['note']}")
    print(f"  originals rebuilt from object and patch, equal bit for bit: {same} of {FILES}")
    if arguments.json:
        arguments.json.write_text(json.dumps({"rows": rows, "restored": same, "files": FILES, "runs": RUNS}, indent=1))
    if same != FILES:
        sys.exit(1)


main()
