#!/usr/bin/env python3
"""Loads sets of the workload into Tarn and writes what is stored: load_tarn.py OUT ct [tiny] ...

Tarn changes UIDs, names and dates on the way in, so the query and retrieve scripts need the new ones. OUT gets NAME.jsonl with
the same lines in the same order, study/series/sop/pid/name/date as stored. env: DATA, DICOMWEB, TOKEN."""
import http.client
import json
import os
import sys
import threading
import urllib.parse

DATA, BASE, TOKEN = os.environ["DATA"], os.environ["DICOMWEB"], os.environ["TOKEN"]
BATCH = 20
address = urllib.parse.urlsplit(BASE)


def call(connection, method, path, body=None, **headers):
    connection.request(method, path, body, {"Authorization": "Bearer " + TOKEN, **headers})
    answer = connection.getresponse()
    data = answer.read()
    if answer.status >= 300:
        raise SystemExit(f"{method} {path}: {answer.status} {data[:300]!r}")
    return data


def connect():
    return http.client.HTTPConnection(address.hostname, address.port, timeout=600)


def load(rows, stored):
    position, lock = [0], threading.Lock()

    def lane():
        connection = connect()
        while True:
            with lock:
                start = position[0]
                position[0] += BATCH
            if start >= len(rows):
                return
            batch = rows[start:start + BATCH]
            body = b"".join(
                b"--bench\r\nContent-Type: application/dicom\r\n\r\n" + open(row["path"], "rb").read() + b"\r\n"
                for row in batch) + b"--bench--\r\n"
            answer = call(connection, "POST", address.path + "/studies", body, **{
                "Content-Type": 'multipart/related; type="application/dicom"; boundary=bench',
                "Accept": "application/x-ndjson"})
            for offset, line in enumerate(answer.splitlines()):
                verdict = json.loads(line)
                if verdict["verdict"] in ("accepted", "alreadyThere"):
                    stored[start + offset] = verdict

    lanes = [threading.Thread(target=lane) for _ in range(4)]
    for one in lanes:
        one.start()
    for one in lanes:
        one.join()


def studies():
    """Study UID → (patient id, name, date) as stored."""
    found, offset, connection = {}, 0, connect()
    while True:
        data = call(connection, "GET", f"{address.path}/studies?limit=1000&offset={offset}&includefield=00100010", Accept="application/dicom+json")
        page = json.loads(data) if data else []
        for entry in page:
            value = lambda tag: (entry.get(tag, {}).get("Value") or [""])[0]
            name = value("00100010")
            found[value("0020000D")] = (value("00100020"), name["Alphabetic"] if isinstance(name, dict) else name, value("00080020"))
        if len(page) < 1000:
            return found
        offset += len(page)


def main():
    out = sys.argv[1]
    os.makedirs(out, exist_ok=True)
    results = {}
    for name in sys.argv[2:]:
        rows = [json.loads(line) for line in open(f"{DATA}/{name}.jsonl")]
        results[name] = (rows, {})
        load(*results[name])
    known = studies()
    for name, (rows, stored) in results.items():
        with open(f"{out}/{name}.jsonl", "w") as file:
            for index, row in enumerate(rows):
                if index in stored:
                    new = stored[index]
                    patient, person, date = known[new["study"]]
                    # The harness searches by the family name and by the given one: of a code, the whole and a part.
                    name = f"{person}^{person[5:9]}"
                    row |= {"study": new["study"], "series": new["series"], "sop": new["instance"], "pid": patient, "name": name, "date": date}
                    file.write(json.dumps(row) + "\n")
        print(f"{name}: {len(stored)} of {len(rows)} stored", file=sys.stderr)


main()
