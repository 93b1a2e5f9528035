#!/usr/bin/env python3
"""PNG of each slice asked for once, four at a time, wide window: what rendering costs when nothing is cached. env as the harness."""
import http.client
import json
import os
import threading
import time
import urllib.parse

base = urllib.parse.urlsplit(os.environ["DICOMWEB"])
headers = {"Accept": "image/png"}
if os.environ.get("TOKEN"):
    headers["Authorization"] = "Bearer " + os.environ["TOKEN"]
rows = [json.loads(line) for line in open(os.environ["DATA"] + "/ct.jsonl")]
paths = [f"{base.path}/studies/{r['study']}/series/{r['series']}/instances/{r['sop']}/rendered?window=301,3001,linear" for r in rows][:1000]
position, lock, bad = [0], threading.Lock(), []


def lane():
    connection = http.client.HTTPConnection(base.hostname, base.port, timeout=60)
    while True:
        with lock:
            index = position[0]
            position[0] += 1
        if index >= len(paths):
            return
        connection.request("GET", paths[index], headers=headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            bad.append(answer.status)


start = time.perf_counter()
lanes = [threading.Thread(target=lane) for _ in range(4)]
for one in lanes:
    one.start()
for one in lanes:
    one.join()
rate = len(paths) / (time.perf_counter() - start)
print(json.dumps({"metric": "render.dicomweb.png.wide.first", "system": os.environ["SYSTEM"], "value": round(rate, 1), "unit": "req/s",
                  "n": 1, "note": f"{len(paths)} slices once, 4 connections" + (f" NON-200={len(bad)}" if bad else "")}))
