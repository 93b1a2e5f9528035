#!/usr/bin/env python3
"""Runs `tarn deidentify` over phibench under many sets of options and prints the scores as a table.

Each of the scorer's options alone, none, the project's default, all together, and as few further sets as hold every
pair of options in every combination (--sets every); or only four of them (--sets few). Exit status 1 where a score
misses its bar: see `failures`.
"""
import argparse
import base64
import itertools
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile

# the scorer's names, and tarn's
NAMES = {
    "clean_desc": "clean_descriptors",
    "clean_struct": "clean_structured_content",
    "clean_graphics": "clean_graphics",
    "patient_char": "retain_patient_characteristics",
    "device_identity": "retain_device_identity",
    "uids": "retain_uids",
    "safe_private": "retain_safe_private",
    "institution": "retain_institution_identity",
    "dates_full": "retain_long_full_dates",
    "dates_mod": "retain_long_modified_dates",
}
BINARY = [name for name in NAMES if not name.startswith("dates")]
DEFAULT = {"clean_desc", "dates_mod", "patient_char"}


def covering():
    """Sets of options that together hold each pair of options in each of its combinations: greedily, always the same."""
    factors = [(name, [(), (name,)]) for name in BINARY] + [("dates", [(), ("dates_full",), ("dates_mod",)])]
    missing = {
        ((i, a), (j, b))
        for i, j in itertools.combinations(range(len(factors)), 2)
        for a in range(len(factors[i][1]))
        for b in range(len(factors[j][1]))
    }
    rows = []
    while missing:
        best = max(
            itertools.product(*(range(len(values)) for _, values in factors)),
            key=lambda row: sum(((i, row[i]), (j, row[j])) in missing for i, j in itertools.combinations(range(len(row)), 2)),
        )
        missing -= {((i, best[i]), (j, best[j])) for i, j in itertools.combinations(range(len(best)), 2)}
        rows.append({name for (_, values), place in zip(factors, best) for name in values[place]})
    return rows


def option_sets(which):
    few = [set(), DEFAULT, set(BINARY) | {"dates_mod"}, set(BINARY) | {"dates_full"}]
    if which == "few":
        return few
    sets = few + [{name} for name in NAMES] + covering()
    return [s for place, s in enumerate(sets) if s not in sets[:place]]


def share(pair):
    return 100.0 * pair[1] / pair[0] if pair and pair[0] else 100.0


def without_held(score, key, held, lost):
    """What was held for a person is neither kept nor lost: its attributes do not count. (The scorer does so for the kinds
    of files of which it knows that they may be held; tarn holds every secondary capture.)"""
    missing = {line.split("\t")[1] for line in lost.splitlines() if line.startswith("file\t")}
    for file in key["files"]:
        if file["rel"] in missing & held:
            for kept in file["keeps"]:
                if kept["option"] in score["keep"]:
                    score["keep"][kept["option"]][0] -= 1
    score["lost files"] = len(missing - held)
    score["held"] = len(held)
    return score


def required(score):
    """All that must stay under these options: planted, kept."""
    counts = [v for k, v in score["keep"].items() if k in NAMES or k == "always"]
    return [sum(v[0] for v in counts), sum(v[1] for v in counts)]


def failures(score):
    """What misses its bar, in words."""
    wrong = []
    for severity in ("direct", "quasi", "profile"):
        if score["severity"].get(severity, [0, 0])[1]:
            wrong.append(f"{score['severity'][severity][1]} {severity} leaks")
    if score["files_with_direct_leak"]:
        wrong.append(f"{score['files_with_direct_leak']} files with a direct leak")
    if share(required(score)) < 99.9:
        wrong.append("attributes that must stay were lost")
    for name in ("benign_sweep", "pixels_identical"):
        if share(score["keep"].get(name)) < 100:
            wrong.append(f"{name} is below 100 %")
    uid, dates, pseudonyms = score["uid"], score["dates"], score["pseudonyms"]
    if uid["consistent"] != uid["repeated"] or uid["collisions"] or uid["invalid"]:
        wrong.append("UIDs are not mapped one to one")
    moves = "dates_mod" in score["options"]
    for name, text in (("references", uid["references_resolving"]), ("intervals", dates["interval_preserved"])):
        if text != "n/a" and len(set(text.split("/"))) > 1 and (moves or name != "intervals"):
            wrong.append(f"{name}: {text}")
    if not pseudonyms["patients"] == pseudonyms["one_id_per_patient"] == pseudonyms["distinct_ids"]:
        wrong.append("not one pseudonym a patient")
    for name in ("unkeyed_hash_ids", "unkeyed_hash_uids"):
        if not pseudonyms[name].startswith("0/"):
            wrong.append(f"{name} {pseudonyms[name]}")
    if (score.get("dciodvfy") or {}).get("new_errors"):
        wrong.append(f"{score['dciodvfy']['new_errors']} new dciodvfy errors")
    if score["lost files"]:
        wrong.append(f"{score['lost files']} files are missing")
    return wrong


HEAD = ("seed", "direct", "quasi", "profile", "held", "required", "benign", "pixels", "refs", "intervals", "new errors")
WIDTHS = (4, 7, 7, 8, 4, 8, 6, 6, 6, 13, 10)


def row(seed, options, score):
    leaks = [f"{score['severity'].get(s, [0, 0])[1]}/{score['severity'].get(s, [0, 0])[0]}" for s in HEAD[1:4]]
    checked = score.get("dciodvfy")
    cells = [
        seed, *leaks, score["held"], f"{share(required(score)):.2f}", f"{share(score['keep'].get('benign_sweep')):.2f}",
        f"{share(score['keep'].get('pixels_identical')):.2f}", score["uid"]["references_resolving"],
        score["dates"]["interval_preserved"], checked["new_errors"] if checked else "-",
    ]
    return " ".join(str(c).rjust(w) for c, w in zip(cells, WIDTHS)) + "  " + (",".join(sorted(options)) or "basic profile")


def run(arguments, seed, options, work, key):
    """De-identifies and scores once. Returns the score, the leaks, and what was lost."""
    out = tempfile.mkdtemp(dir=work)
    tarn = ",".join(sorted(NAMES[name] for name in options))
    verdicts = subprocess.run(
        [arguments.tarn, "deidentify", f"{work}/{seed}/input", out, "--key", key, "--options", tarn, "--json"],
        check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
    held = {v["file"] for v in map(json.loads, verdicts.splitlines()) if v.get("verdict") == "held"}
    paths = {name: f"{out}.{name}" for name in ("json", "leaks", "lost")}
    command = [sys.executable, f"{arguments.bench}/score.py", "--key", f"{work}/{seed}/key.json", "--out", out]
    command += ["--options", ",".join(sorted(options)), "--quiet"]
    for name, path in paths.items():
        command += [f"--{name}", path]
    if shutil.which("dciodvfy"):
        command.append("--dciodvfy")
    subprocess.run(command, check=True)
    shutil.rmtree(out)
    texts = {name: open(path).read() for name, path in paths.items()}
    key = json.load(open(f"{work}/{seed}/key.json"))
    return without_held(json.loads(texts["json"]), key, held, texts["lost"]), texts["leaks"], texts["lost"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bench", required=True)
    parser.add_argument("--tarn", required=True)
    parser.add_argument("--seeds", default="1 2")
    parser.add_argument("--sets", choices=("every", "few"), default="few")
    parser.add_argument("--options", action="append", help="only this set, in the scorer's names separated by commas")
    parser.add_argument("--lost", action="store_true", help="say what was lost")
    arguments = parser.parse_args()
    sets = option_sets(arguments.sets)
    if arguments.options is not None:
        sets = [set(filter(None, text.split(","))) for text in arguments.options]
    if not shutil.which("dciodvfy"):
        print("phibench: there is no dciodvfy (dicom3tools): errors of the objects are not counted", file=sys.stderr)
    print("leaks / planted; per cent kept")
    print(" ".join(h.rjust(w) for h, w in zip(HEAD, WIDTHS)) + "  options", flush=True)
    failed = False
    with tempfile.TemporaryDirectory() as work:
        key = os.path.join(work, "key")
        with open(key, "w") as file:
            file.write(base64.b64encode(secrets.token_bytes(32)).decode() + "\n")
        os.chmod(key, 0o600)
        for seed in arguments.seeds.split():
            subprocess.run(
                [sys.executable, f"{arguments.bench}/generate.py", "--out", f"{work}/{seed}", "--seed", seed],
                check=True, stdout=subprocess.DEVNULL)
            for options in sets:
                score, leaks, lost = run(arguments, seed, options, work, key)
                print(row(seed, options, score), flush=True)
                for reason in failures(score):
                    failed = True
                    print(f"     FAILED: {reason}", flush=True)
                for line in leaks.splitlines()[:20]:
                    print("     leak: " + "  ".join(line.split("\t")[:5]))
                if arguments.lost:
                    for line in lost.splitlines()[:60]:
                        print("     lost: " + line)
            shutil.rmtree(f"{work}/{seed}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
