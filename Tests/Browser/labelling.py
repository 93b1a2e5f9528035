"""What the tests of measuring and labelling have in common: a phantom of known sizes and values, and a steady hand."""

import io
import json
import re

import numpy
from pydicom.uid import generate_uid

from conftest import viewer_shows
from studies import ct_slice, read

CR = "1.2.840.10008.5.1.4.1.1.1"

# A disc of 40 pixels' radius around the middle of the image, in HU.
MIDDLE, RADIUS, DISC, GROUND = 128.0, 40.0, 100, -1000


def phantom(number=1, rows=256, columns=256, study=None, series=None, without=(), noise=0, **changes):
    """One image with the disc; `without` names attributes that are left out."""
    data = read(ct_slice(study or generate_uid(), series or generate_uid(), number, rows=rows, **changes))
    data.Columns = columns
    pixels = numpy.full((rows, columns), GROUND, numpy.int32)
    pixels[inside(rows, columns)] = DISC
    if noise:
        pixels += numpy.random.default_rng(number).integers(-noise, noise + 1, pixels.shape)
    data.PixelData = (pixels + 1024).astype(numpy.uint16).tobytes()
    for keyword in without:
        if keyword in data:
            delattr(data, keyword)
    buffer = io.BytesIO()
    data.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def inside(rows=256, columns=256, x=MIDDLE, y=MIDDLE, a=RADIUS, b=RADIUS):
    """The samples whose centres lie in an ellipse."""
    row, column = numpy.indices((rows, columns))
    return ((column + 0.5 - x) / a) ** 2 + ((row + 0.5 - y) / b) ** 2 <= 1


def hounsfield(content):
    data = read(content)
    return data.pixel_array.astype(float) * float(data.RescaleSlope) + float(data.RescaleIntercept)


class Hand:
    """Draws at image coordinates with the real mouse. The stage is made a whole number of pixels for each sample, so
    that a place of the image is a place of the mouse."""

    def __init__(self, page, rows=256, columns=256, shape=(1, 1), scale=2):
        self.page, self.rows, self.columns, self.shape, self.scale = page, rows, columns, shape, scale
        self.stage = page.locator("tarn-viewport .stage").first
        wanted = rows * shape[1] * scale
        for _ in range(3):
            size = page.viewport_size
            box = self.stage.bounding_box()
            page.set_viewport_size({"width": size["width"], "height": round(size["height"] + wanted - box["height"])})
            page.wait_for_timeout(150)
        box = self.stage.bounding_box()
        assert self.stage.evaluate("one => one.clientHeight") == wanted and box["width"] >= columns * shape[0] * scale, (box, wanted)
        self.left, self.top = box["x"] + (box["width"] - columns * shape[0] * scale) / 2, box["y"]

    def place(self, x, y):
        return self.left + x * self.shape[0] * self.scale, self.top + y * self.shape[1] * self.scale

    def drag(self, start, end, shift=False):
        mouse = self.page.mouse
        mouse.move(*self.place(*start))
        mouse.down()
        middle = [(one + other) / 2 for one, other in zip(start, end)]
        mouse.move(*self.place(*middle), steps=3)
        if shift:
            self.page.keyboard.down("Shift")
        mouse.move(*self.place(*end), steps=3)
        mouse.up()
        if shift:
            self.page.keyboard.up("Shift")

    def click(self, x, y):
        self.page.mouse.click(*self.place(x, y))

    def draw(self, key, start, end=None, shift=False):
        """With the tool of a key: m length, b rectangle, e ellipse, a point."""
        self.stage.focus()
        self.page.keyboard.press(key)
        if end is None:
            self.click(*start)
        else:
            self.drag(start, end, shift)


def open_labels(page):
    """The panel, once it knows its label sets."""
    viewer_shows(page, 0)
    page.get_by_role("tab", name="Labels").click()
    page.locator(".ann-chip").first.wait_for()


def make_set(page, name):
    page.get_by_role("button", name="New label set").click()
    page.get_by_role("dialog").get_by_label("Name", exact=True).fill(name)
    page.get_by_role("button", name="Make the label set").click()
    page.locator(".ann-save").wait_for()


def save(page, message=""):
    page.get_by_label("What you did").fill(message)
    page.get_by_role("button", name="Save", exact=True).click()


def texts(page):
    """What stands beside the shapes: one list of lines for each."""
    return page.evaluate(
        """() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))).then(() =>
            [...document.querySelectorAll('.layer .annotation-text:not(.badge-on-image)')]
                .map((box) => [...box.querySelectorAll('text')].map((line) => line.textContent)))""")


def box(page, selector):
    """Where the last such thing stands; read at one moment, for every drawing makes the shapes anew."""
    return page.evaluate(
        """(selector) => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))).then(() => {
            const { x, y, width, height } = [...document.querySelectorAll(selector)].at(-1).getBoundingClientRect();
            return { x, y, width, height };
        })""", selector)


def number(text, unit):
    """The number before a unit: 56.0 of "56.0 mm"."""
    return float(re.search(r"(-?[\d.]+) " + re.escape(unit) + r"(?!\S)", text).group(1))


class Labels:
    """The label surface of the API, as one of the people."""

    def __init__(self, lake, name="annotator", project="CHEST"):
        self.lake, self.token = lake, lake.token(name, project)

    def sets(self, project="CHEST"):
        return self.lake.json("GET", f"/api/v1/label-sets?project={project}", token=self.token)["labelSets"]

    def id(self, name):
        return next(one["id"] for one in self.sets() if one["name"] == name)

    def study(self, name, study):
        """(entity tag, what the study holds) in the label set of this name."""
        status, headers, body = self.lake.request(
            "GET", f"/api/v1/label-sets/{self.id(name)}/studies/{study}", token=self.token)
        assert status == 200, body
        return headers["ETag"], json.loads(body)

    def save(self, name, study, annotations, message=""):
        """Saves over what is there, as another program would."""
        tag, _ = self.study(name, study)
        status, _, body = self.lake.request(
            "PUT", f"/api/v1/label-sets/{self.id(name)}/studies/{study}",
            {"message": message, "annotations": [{**one, "measured": None} for one in annotations]}, self.token,
            {"If-Match": tag})
        assert status == 200, body
        return json.loads(body)

    def commits(self, name, study):
        return self.lake.json(
            "GET", f"/api/v1/label-sets/{self.id(name)}/commits?study={study}", token=self.token)["commits"]

    def make(self, name, project="CHEST"):
        return self.lake.json(
            "POST", "/api/v1/label-sets", {"project": project, "name": name, "description": ""}, self.token)
