"""The corpus of real and broken files through `tarn ingest`, and every stored one rebuilt bit for bit."""

import csv
import json


def test_every_file_of_the_corpus_gets_the_verdict_that_its_kind_allows(server, corpus):
    server.project("CORPUS")
    rows = {row["path"]: row for row in csv.DictReader(open(corpus / "manifest.csv", newline=""))}
    files = server.ingest(corpus, project="CORPUS")
    seen = {}
    for entry in files:
        path = entry["file"]
        path = path.split("/corpus/")[-1] if "/corpus/" in path else path
        seen[path] = entry
    wrong = []
    for path, row in rows.items():
        if row["expected"] == "sidecar":
            continue
        entry = seen.get(path)
        if entry is None:
            wrong.append((path, row["expected"], "no verdict"))
            continue
        allowed = {
            "parse": {"accepted", "held", "conflict", "alreadyThere"},
            "reject": {"rejected"},
        }.get(row["expected"], {"accepted", "held", "conflict", "alreadyThere", "rejected"})
        if entry["verdict"] not in allowed:
            wrong.append((path, row["expected"], entry["verdict"], entry.get("reason")))
        if entry["verdict"] in ("held", "conflict", "rejected") and not entry.get("reason"):
            wrong.append((path, entry["verdict"], "without a reason"))
    assert not wrong, f"{len(wrong)} wrong: " + "\n".join(map(str, wrong[:40]))

    report = json.loads(server.command("fsck", "--deep", "--json").stdout)
    assert report["problems"] == [], report["problems"][:5]
    stored = sum(entry["verdict"] in ("accepted", "held", "conflict") for entry in files)
    assert report["rebuilt"] >= stored, "every stored file is rebuilt to the digest of its original"
