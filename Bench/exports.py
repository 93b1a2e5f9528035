#!/usr/bin/env python3
"""ZIP of one study and of all: makes exports of Tarn by its API and times the download. exports.py STORED; env as the harness."""
import http.client
import json
import os
import statistics
import sys
import time
import urllib.parse

address = urllib.parse.urlsplit(os.environ["HTTP_BASE"])
headers = {"Authorization": "Bearer " + os.environ["TOKEN"], "Content-Type": "application/json"}
rows = [json.loads(line) for line in open(sys.argv[1] + "/ct.jsonl")]
sizes = {}
for row in rows:
    sizes[row["study"]] = sizes.get(row["study"], 0) + row["bytes"]


def call(method, path, body=None):
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=600)
    connection.request(method, path, json.dumps(body) if body else None, headers)
    answer = connection.getresponse()
    if answer.status >= 300:
        raise SystemExit(f"{method} {path}: {answer.status} {answer.read()[:300]!r}")
    return answer


def measure(metric, studies):
    rates, lengths = [], []
    size = sum(sizes[study] for study in studies)
    for _ in range(int(os.environ.get("RUNS", "3"))):
        start = time.perf_counter()
        made = json.loads(call("POST", "/api/v1/exports", {"project": "BENCH", "filter": {}, "studies": studies}).read())
        answer = call("GET", f"/api/v1/exports/{made['id']}/archive.zip")
        length, buffer = 0, bytearray(1 << 20)
        while read := answer.readinto(buffer):
            length += read
        rates.append(size / (time.perf_counter() - start) / 1e6)
        lengths.append(length)
    print(json.dumps({"metric": metric, "system": "tarn", "value": round(statistics.median(rates), 1), "unit": "MB/s (of source)",
                      "n": len(rates), "note": f"manifest made and ZIP read; zip/source={lengths[-1] / size:.3f}"}))


measure("export.zip.1study", list(sizes)[:1])
measure("export.zip.10studies", list(sizes))
