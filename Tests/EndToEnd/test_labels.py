"""Label sets over HTTP: the flow, two people, and what a stranger's program makes of the files."""

import copy
import csv
import hashlib
import io
import json
import math
import uuid
from concurrent.futures import ThreadPoolExecutor

import numpy
import pydicom
import pytest
from pydicom.uid import generate_uid

from studies import ct_slice

SIDE = 64
NOTES = [
    "größer als 5 mm – 結節 👩🏽‍⚕️", "e\u0301 and \u00e9", "two\nlines\r\nand a\ttab", '=HYPERLINK("http://x")', "+1", "-1", "@x", "'", "",
    '"quoted", with a comma', "</script><script>alert(1)</script>", "\u202eright to left\u202c",
]


def phantom(study, series, number=1, **changes):
    """A slice of which every sample is known: 1024 + 10 · column + row, less 1024 by its rescale intercept."""
    data = pydicom.dcmread(io.BytesIO(ct_slice(study, series, number, rows=SIDE)))
    data.PixelSpacing = [0.5, 0.25]
    for name, value in changes.items():
        setattr(data, name, value)
    data.PixelData = (values() + 1024).astype("<u2").tobytes()
    out = io.BytesIO()
    data.save_as(out)
    return out.getvalue()


def values():
    rows, columns = numpy.mgrid[0:SIDE, 0:SIDE]
    return 10 * columns + rows


class Place:
    """A project with two studies, a label set and people."""

    def __init__(self, server, tmp_path, code):
        self.server, self.code, self.folder = server, code, tmp_path
        server.command("project", "add", code, f"Project {code}")
        self.ann = self.person("ann", "annotator")
        self.bob = self.person("bob", "annotator")
        self.images = []
        for patient in ("A", "B"):
            path = tmp_path / f"{patient}.dcm"
            path.write_bytes(phantom(generate_uid(), generate_uid(), PatientID=f"{code}-{patient}"))
            self.images += server.ingest(path, project=code)
        self.study, self.other = (image["study"] for image in self.images)
        made = self.json("POST", "/api/v1/label-sets", {"project": code, "name": "Nodules"})
        self.set = made["id"]
        assert made["version"] == 0 and made["annotations"] == 0 and made["tags"] == []

    def person(self, name, *roles):
        name = f"{name}-{self.code.lower()}"
        password = self.folder / f"{name}.password"
        password.write_text("correct horse battery staple\n")
        self.server.command("user", "add", name, "--password-file", password, "--grant", f"{self.code}={','.join(roles)}")
        return json.loads(self.server.command("user", "token", name, "--label", "tests", "--json").stdout)["token"]

    def address(self, study=None, tail=""):
        return f"/api/v1/label-sets/{self.set}/studies/{study or self.study}{tail}"

    def ask(self, method, path, body=None, token=None, tag=None):
        headers = {"If-Match": tag} if tag else None
        return self.server.request(method, path, body, token or self.ann, headers)

    def json(self, method, path, body=None, token=None, tag=None):
        status, _, answer = self.ask(method, path, body, token, tag)
        assert status < 300, f"{method} {path}: {status} {answer[:500]!r}"
        return json.loads(answer)

    def load(self, study=None, at=None):
        status, headers, answer = self.ask("GET", self.address(study) + (f"?at={at}" if at else ""))
        assert status == 200
        return json.loads(answer), headers["ETag"]

    def save(self, annotations, message="", study=None, token=None, tag=None):
        tag = tag or self.load(study)[1]
        return self.json("PUT", self.address(study), {"message": message, "annotations": annotations}, token, tag)

    def mark(self, type="rectangle", points=((10, 8), (20, 16)), label="Finding", note="", image=0):
        return {"id": str(uuid.uuid4()), "type": type, "label": label, "note": note,
                "instance": self.images[image]["instance"], "frame": 1, "points": [list(point) for point in points]}


@pytest.fixture
def place(shared_server, tmp_path, request):
    return Place(shared_server, tmp_path, "L" + uuid.uuid4().hex[:8].upper())


def test_saved_changed_restored_and_named(place):
    empty, tag = place.load()
    assert empty["version"] == 0 and empty["annotations"] == [] and tag == '"0"'
    marks = [place.mark(), place.mark("length", [(10, 8), (22, 16)], ""), place.mark("image", [], "Normal")]
    first = place.save(marks, "first look")
    assert (first["version"], first["kind"], first["author"]) == (1, "save", f"ann-{place.code.lower()}")
    assert [entry["id"] for entry in first["changes"]["added"]] == [mark["id"] for mark in marks]
    state, tag = place.load()
    assert state["annotations"] == first["annotations"] and not tag.startswith("W/")
    status, headers, _ = place.server.request("GET", place.address(), token=place.ann, headers={"If-None-Match": tag})
    assert status == 304 and headers["ETag"] == tag

    named = place.json("POST", f"/api/v1/label-sets/{place.set}/tags", {"name": "v1.0", "message": "for the paper"})
    assert named["version"] == 1
    changed = copy.deepcopy(state["annotations"])
    changed[0]["note"] = "larger"
    second = place.save(changed[:2], "second", token=place.bob)
    assert second["changes"]["changed"] == [
        {"id": marks[0]["id"], "type": "rectangle", "label": "Finding", "what": ["note"]}]
    assert [entry["id"] for entry in second["changes"]["removed"]] == [marks[2]["id"]]
    assert place.load(at="v1.0")[0]["annotations"] == first["annotations"] == place.load(at="1")[0]["annotations"]

    status, headers, answer = place.ask(
        "POST", place.address(tail="/restore"), {"version": 1, "message": "back"}, tag=place.load()[1])
    back = json.loads(answer)
    assert status == 200 and (back["kind"], back["restoredFrom"], back["version"]) == ("restore", 1, 3)
    assert back["annotations"] == first["annotations"] and headers["ETag"] == place.load()[1]

    history = place.json("GET", f"/api/v1/label-sets/{place.set}/commits?limit=2")
    assert [commit["version"] for commit in history["commits"]] == [3, 2]
    rest = place.json("GET", f"/api/v1/label-sets/{place.set}/commits?limit=2&cursor={history['next']}")
    assert [commit["version"] for commit in rest["commits"]] == [1] and "next" not in rest
    sets = place.json("GET", f"/api/v1/label-sets?project={place.code}")["labelSets"]
    assert [(found["version"], found["digest"], found["studies"], found["annotations"]) for found in sets] == [
        (3, back["digest"], 1, 3)]
    assert sets[0]["tags"] == [named]


def test_measured_as_numpy_measures(place):
    rows, columns = numpy.mgrid[0:SIDE, 0:SIDE] + 0.5
    box, oval = ((10.25, 7.75), (31.5, 24.5)), ((5.5, 3), (40, 33.25))
    saved = place.save([
        place.mark("length", [(10, 8), (22, 16)]), place.mark("rectangle", box), place.mark("ellipse", oval),
        place.mark("point", [(12.9, 3.1)])])["annotations"]
    length, rectangle, ellipse, point = (annotation["measured"] for annotation in saved)
    assert length == {"length": 5, "unit": "mm", "spacingSource": "patient"}
    (x0, y0), (x1, y1) = box
    inside = (columns >= x0) & (columns <= x1) & (rows >= y0) & (rows <= y1)
    (a0, b0), (a1, b1) = oval
    within = ((columns - (a0 + a1) / 2) / ((a1 - a0) / 2)) ** 2 + ((rows - (b0 + b1) / 2) / ((b1 - b0) / 2)) ** 2 <= 1
    for found, mask in ((rectangle, inside), (ellipse, within)):
        chosen = values()[mask]
        assert found["count"] == mask.sum() and found["valueUnit"] == "HU"
        assert found["mean"] == pytest.approx(chosen.mean(), abs=1e-9)
        assert found["standardDeviation"] == pytest.approx(chosen.std(), abs=1e-9)
        assert (found["minimum"], found["maximum"]) == (chosen.min(), chosen.max())
    assert rectangle["area"] == pytest.approx((x1 - x0) * 0.25 * (y1 - y0) * 0.5)
    assert ellipse["area"] == pytest.approx(math.pi * (a1 - a0) * 0.25 * (b1 - b0) * 0.5 / 4)
    assert (point["mean"], point["count"], point["standardDeviation"]) == (values()[3, 12], 1, 0)


def test_two_at_once_one_is_told_and_nothing_is_lost(place):
    _, tag = place.load()

    def save(index):
        return place.ask("PUT", place.address(), {"annotations": [place.mark(note=str(index))]},
                         place.ann if index % 2 else place.bob, tag)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(save, range(8)))
    assert sorted(status for status, _, _ in answers) == [200] + [412] * 7
    winner = next(json.loads(body) for status, _, body in answers if status == 200)
    problem = next(json.loads(body) for status, _, body in answers if status == 412)
    assert problem["code"] == "stale" and winner["author"] in problem["detail"]
    assert place.load()[0]["annotations"] == winner["annotations"]
    merged = place.save(winner["annotations"] + [place.mark(note="mine too")])
    assert merged["version"] == 2 and len(merged["annotations"]) == 2
    # Another study of the set has nothing to do with it.
    assert place.save([place.mark(image=1)], study=place.other, tag='"0"')["version"] == 3


def test_a_draft_is_kept_until_the_commit(place):
    address = place.address(tail="/draft")
    assert place.json("GET", address) == {"draft": None}
    unfinished = place.mark(label="")
    for note in ("one", "two"):
        unfinished["note"] = note
        status, _, _ = place.ask("PUT", address, {"base": '"0"', "annotations": [unfinished]})
        assert status == 204
    draft = place.json("GET", address)["draft"]
    assert draft["base"] == '"0"' and draft["annotations"] == [unfinished]
    assert place.json("GET", address, token=place.bob) == {"draft": None}
    place.save([place.mark()])
    assert place.json("GET", address) == {"draft": None}
    assert place.ask("DELETE", address)[0] == 204


def test_what_makes_no_sense_is_refused_and_changes_nothing(place):
    good = place.mark()
    before = place.save([good])
    tag = place.load()[1]

    def refused(body, expected, **more):
        status, headers, answer = place.ask("PUT", place.address(), body, tag=tag, **more)
        assert status == expected and headers["Content-Type"] == "application/problem+json", (status, answer[:300])

    def bad(**changes):
        return json.dumps({"annotations": [place.mark() | changes]}).encode()

    def raw(body):
        return place.server.request("PUT", place.address(), body, place.ann,
                                    {"If-Match": tag, "Content-Type": "application/json"})[0]

    assert raw(bad(points=[["NUMBER", 1], [2, 2]]).replace(b'"NUMBER"', b"1e999")) == 400
    assert raw(bad(points=[["NUMBER", 1], [2, 2]]).replace(b'"NUMBER"', b"NaN")) == 400
    assert raw(b"{") == 400 and raw(b'{"annotations":' + b"[" * 100_000) == 400
    assert raw(b'{"annotations":[]}' + b" " * (13 << 20)) == 413
    for changes in ({"note": "x" * (1 << 20)}, {"note": "a\x00b"}, {"note": "\x1b[2J"}, {"id": "7"}, {"id": good["id"].upper()},
                    {"type": "polygon"}, {"points": [[0, 0]]}, {"points": [[-1, 0], [2, 2]]}, {"points": [[0, 0], [65, 2]]},
                    {"label": "No such"}, {"label": ""}, {"frame": 1.5}, {"frame": "1"}, {"points": "x"}, {"id": None}):
        refused({"annotations": [place.mark() | changes]}, 400)
    for changes in ({"frame": 0}, {"frame": 2}, {"instance": "1.2.3"}, {"instance": place.images[1]["instance"]},
                    {"instance": "../../etc/passwd"}):
        refused({"annotations": [place.mark() | changes]}, 404)
    refused({"annotations": [good, good]}, 400)
    refused({"annotations": [place.mark("image", [], "") for _ in range(2001)]}, 400)
    refused({"annotations": [], "message": "x" * 1001}, 400)
    assert place.ask("PUT", place.address(), {"annotations": []})[0] == 428
    for weak in ("*", 'W/"0"', "0", '"0", "1"'):
        assert place.ask("PUT", place.address(), {"annotations": []}, tag=weak)[0] == 428
    assert place.load() == ({key: before[key] for key in place.load()[0]}, tag)


def test_nothing_is_there_for_others(place):
    place.save([place.mark(note="a secret")])
    stranger = place.person("stan", "technologist")
    viewer = place.person("phil", "physician")
    addresses = [f"/api/v1/label-sets/{place.set}", place.address(), f"/api/v1/label-sets/{place.set}/commits",
                 f"/api/v1/label-sets/{place.set}/annotations.json", f"/api/v1/label-sets/{place.set}/annotations.csv",
                 f"/api/v1/projects/{place.code}/labels"]
    for address in addresses:
        assert place.server.request("GET", address)[0] == 401
        assert place.ask("GET", address, token=stranger)[0] == 404
        assert place.ask("GET", address, token=viewer)[0] == 200
    for token in (stranger, viewer):
        assert place.ask("PUT", place.address(), {"annotations": []}, token, '"0"')[0] == 404
        assert place.ask("GET", place.address(tail="/draft"), token=token)[0] == 404
    for study in ("1.2.3", "%00", "%27", place.study + ".1"):
        assert place.ask("GET", place.address(study))[0] == 404
    for moment in ("9", "v9", "-1", "%00", "1;drop"):
        assert place.ask("GET", place.address() + f"?at={moment}")[0] == 404


def test_the_list_of_labels_and_the_search_by_label(place):
    address = f"/api/v1/projects/{place.code}/labels"
    status, headers, answer = place.ask("GET", address)
    labels = json.loads(answer)["labels"]
    assert [label["name"] for label in labels] == ["Finding", "Normal", "Artefact"]
    labels.append({"name": "Rundherd (≥ 3 mm)", "color": "#ABCDEF"})
    changed = place.json("PUT", address, {"labels": labels}, tag=headers["ETag"])
    assert changed["labels"][3] == {"name": "Rundherd (≥ 3 mm)", "color": "#abcdef", "description": "", "retired": False}
    assert place.ask("PUT", address, {"labels": labels}, tag=headers["ETag"])[0] == 412
    assert place.ask("PUT", address, {"labels": labels[1:]}, tag=place.ask("GET", address)[1]["ETag"])[0] == 400
    place.save([place.mark(label="Rundherd (≥ 3 mm)")])
    place.save([place.mark(image=1)], study=place.other)
    found = place.json("GET", f"/api/v1/studies?project={place.code}&label=Rundherd%20(%E2%89%A5%203%20mm)")["studies"]
    assert [study["uid"] for study in found] == [place.study]
    place.save([])
    assert place.json("GET", f"/api/v1/studies?project={place.code}&label=Rundherd%20(%E2%89%A5%203%20mm)")["studies"] == []


# What Docs/Formats/labels.md says, in another language.


def canonical(value):
    """RFC 8785."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{canonical(name)}:{canonical(value[name])}" for name in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    if isinstance(value, float):
        return number(value)
    return json.dumps(value, ensure_ascii=False)


def number(value):
    """As ECMAScript writes it: Python has the same digits, and another exponent."""
    if value == 0:
        return "0"
    sign, digits, exponent = numpy.format_float_scientific(abs(value), unique=True, trim="-"), "", 0
    mantissa, exponent = sign.split("e")
    digits, point = mantissa.replace(".", ""), int(exponent) + 1
    if len(digits) <= point <= 21:
        text = digits + "0" * (point - len(digits))
    elif 0 < point <= 21:
        text = digits[:point] + "." + digits[point:]
    elif -6 < point <= 0:
        text = "0." + "0" * -point + digits
    else:
        text = digits[0] + ("." + digits[1:] if len(digits) > 1 else "") + f"e{point - 1:+d}"
    return ("-" if value < 0 else "") + text


def digest(value):
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def check(file):
    parent = None
    for record in file["history"]:
        if "content" in record:
            said = record["digest"]
            assert digest({name: value for name, value in record.items() if name != "digest"}) == said, record["version"]
            assert record["parent"] == parent
        parent = record["digest"]
    assert parent == file["digest"] and len(file["history"]) == file["version"]
    for study in file["studies"]:
        stored = [{name: value for name, value in annotation.items() if name != "derived"} for annotation in study["annotations"]]
        assert digest(stored) == file["history"][study["version"] - 1]["content"]


def test_the_files_are_read_and_the_chain_is_checked_by_another_program(place):
    points = [[1e-7, 0.1], [33.333333333333336, 64]]
    place.save([place.mark(note=note, points=points) for note in NOTES], "größer – 結節 \"quoted\"\n\ttab")
    place.save([place.mark("ellipse", image=1), place.mark("image", [], "", image=1)], study=place.other, token=place.bob)
    place.json("POST", f"/api/v1/label-sets/{place.set}/tags", {"name": "v1"})
    status, headers, body = place.ask("GET", f"/api/v1/label-sets/{place.set}/annotations.json?at=v1")
    assert status == 200 and headers["Content-Disposition"].startswith("attachment")
    place.save([])
    place.json("POST", place.address(tail="/restore"), {"version": 1}, tag=place.load()[1])
    assert place.ask("GET", f"/api/v1/label-sets/{place.set}/annotations.json?at=v1")[2] == body
    file, whole = json.loads(body), place.json("GET", f"/api/v1/label-sets/{place.set}/annotations.json")
    for found in (file, whole):
        check(found)
        for line in body.decode().splitlines():
            line = line.rstrip(",")
            if line.startswith("{") and line.endswith("}"):
                assert canonical(json.loads(line)) == line
    assert (file["tag"], file["version"], whole["version"]) == ("v1", 2, 4)
    for history, change in (("author", "mallory"), ("message", "x"), ("at", "2020-01-01T00:00:00Z"), ("study", "1.2.3")):
        forged = copy.deepcopy(whole)
        forged["history"][1][history] = change
        with pytest.raises(AssertionError):
            check(forged)
    forged = copy.deepcopy(whole)
    forged["studies"][0]["annotations"][0]["note"] += "!"
    with pytest.raises(AssertionError):
        check(forged)

    mine = next(study for study in file["studies"] if study["study"] == place.study)
    assert [annotation["note"] for annotation in mine["annotations"]] == NOTES
    assert mine["annotations"][0]["points"] == points
    assert mine["annotations"][0]["derived"]["series"] == place.images[0]["series"]
    # PS3.3 C.7.6.2.1.1, from the centre of the first sample.
    expected = [[(x - 0.5) * 0.25, (y - 0.5) * 0.5, 5.0] for x, y in points]
    assert numpy.allclose(mine["annotations"][0]["derived"]["patientPoints"], expected)

    status, headers, table = place.ask("GET", f"/api/v1/label-sets/{place.set}/annotations.csv?at=v1")
    assert status == 200 and headers["Content-Type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(table.decode(), newline="")))
    assert len(rows) == len(NOTES) + 2
    notes = [row["note"] for row in rows if row["study"] == place.study]
    assert not [note for note in notes if note[:1] in ("=", "+", "-", "@", "\t", "\r")]
    assert [note[1:] if note.startswith("'") else note for note in notes] == NOTES
    row = next(row for row in rows if row["study"] == place.study)
    measured = mine["annotations"][0]["measured"]
    assert [float(row[name]) for name in ("x1", "y1", "x2", "y2")] == points[0] + points[1]
    assert (float(row["mean"]), int(row["count"]), row["unit"]) == (measured["mean"], measured["count"], "mm")
    assert float(row["standard_deviation"]) == measured["standardDeviation"]


def test_kept_through_a_restart(server, tmp_path):
    place = Place(server, tmp_path, "KEPT")
    saved = place.save([place.mark()], "before")
    server.stop()
    server.start()
    state, tag = place.load()
    assert state["digest"] == saved["digest"] and state["annotations"] == saved["annotations"]
    assert place.save([], "after", tag=tag)["version"] == 2
