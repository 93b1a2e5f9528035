"""Boxes over held images, by mouse and by keyboard, and decisions for all images like one."""

import io
import itertools
import time

import numpy
import pydicom
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import TimeoutError, expect

from studies import SECONDARY_CAPTURE, ct_slice, generate_uid, read

ROWS, COLUMNS = 120, 200
number = itertools.count(1)


def capture(model, frames=1, description="Boxes"):
    """A smooth picture that is held, as Part 10 bytes."""
    data = read(ct_slice(
        generate_uid(), generate_uid(), next(number), sop_class=SECONDARY_CAPTURE, Modality="OT",
        Manufacturer="Philips", ManufacturerModelName=model, SeriesDescription=description,
        StudyDescription=description, PatientID=f"BOX{next(number)}", ImageType=["DERIVED", "SECONDARY"]))
    data.Rows, data.Columns, data.NumberOfFrames = ROWS, COLUMNS, frames
    row, column = numpy.indices((ROWS, COLUMNS))
    pixels = numpy.stack([300 + row + column + 50 * frame for frame in range(frames)]).astype(numpy.uint16)
    data.PixelData = pixels.tobytes()
    data.WindowCenter, data.WindowWidth = 500, 800
    buffer = io.BytesIO()
    data.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue(), pixels


@pytest.fixture
def project(lake):
    """A project of the test's own with one person in it: nothing of others waits in it."""
    code = f"BOXES-{next(number)}-{generate_uid()[-6:]}"
    lake.tokens = getattr(lake, "tokens", {})
    lake.tokens[code] = lake.project(code)
    return code


def hold(lake, project, *images):
    """Brings images in that all are held; their new instance UIDs."""
    found = lake.store(list(images), project)
    assert [one["verdict"] for one in found] == ["held"] * len(images), found
    return [one["instance"] for one in found]


def stored(lake, project, uid):
    """The pixels of a published instance."""
    token = lake.tokens[project]
    for entry in lake.json("GET", f"/dicom-web/instances?SOPInstanceUID={uid}", token=token) or []:
        path = "/dicom-web/studies/{}/series/{}/instances/{}".format(
            entry["0020000D"]["Value"][0], entry["0020000E"]["Value"][0], uid)
        status, headers, body = lake.request("GET", path, token=token, headers={"Accept": 'multipart/related; type="application/dicom"'})
        assert status == 200, body[:300]
        start = body.index(b"\r\n\r\n") + 4
        return pydicom.dcmread(io.BytesIO(body[start:]), force=False)
    return None


def published(lake, project, uid):
    data = None
    for _ in range(100):
        data = stored(lake, project, uid)
        if data is not None:
            return data
        time.sleep(0.1)
    raise AssertionError("it was not published")


def black(data):
    """Rows and columns of the box that is black in every frame: top, bottom, left, right; none where nothing is."""
    pixels = data.pixel_array.reshape(-1, ROWS, COLUMNS)
    # Black is the darkest that a frame has: here what its first pixel is.
    darkest = pixels == pixels[:, :1, :1]
    darkest[:, 0, 0] = False
    zero = darkest.all(axis=0)
    assert (darkest.any(axis=0) == zero).all(), "a pixel is black in some frames only"
    if not zero.any():
        return None
    rows, columns = numpy.where(zero.any(axis=1))[0], numpy.where(zero.any(axis=0))[0]
    assert zero[rows[0]:rows[-1] + 1, columns[0]:columns[-1] + 1].all()
    return rows[0], rows[-1] + 1, columns[0], columns[-1] + 1


def open_held(visit, project, **look):
    page = visit(f"tester-{project.lower()}", f"/held?project={project}", **look)
    expect(page.locator(".held-sheet img")).to_have_js_property("complete", True)
    page.locator(".held-sheet svg").wait_for(state="attached")
    return page


def publish(page, text):
    """Publishes by key until `text` is there: of an image that is not on the screen yet the page asks first."""
    for _ in range(5):
        page.keyboard.press("a")
        try:
            return page.get_by_text(text).wait_for(timeout=4_000)
        except TimeoutError:
            page.keyboard.press("Escape")
    page.get_by_text(text).wait_for()


def test_a_box_drawn_with_the_mouse_is_black_in_what_is_published(visit, lake, project):
    image, pixels = capture("Mouse", frames=3)
    uid, = hold(lake, project, image)
    page = open_held(visit, project)
    area = page.locator(".held-sheet").bounding_box()
    at = lambda x, y: (area["x"] + x / COLUMNS * area["width"], area["y"] + y / ROWS * area["height"])
    page.mouse.move(*at(20, 30))
    page.mouse.down()
    page.mouse.move(*at(60, 50), steps=4)
    page.mouse.move(*at(90, 45), steps=4)
    page.mouse.up()
    expect(page.locator(".held-box-row")).to_have_count(1)
    expect(page.get_by_role("button", name="Black out 1 box and publish")).to_be_visible()
    # A click selects it, a drag moves it.
    page.mouse.move(*at(50, 38))
    page.mouse.down()
    page.mouse.move(*at(60, 58), steps=4)
    page.mouse.up()
    page.keyboard.press("Escape")
    # Every frame is looked at.
    expect(page.get_by_text("2 frames are not seen yet")).to_be_visible()
    page.keyboard.press("Space")
    expect(page.get_by_text("Frame 3 of 3")).to_be_visible()
    expect(page.locator(".held-side [role=status]")).to_have_text("")
    page.keyboard.press("a")
    page.get_by_text("Nothing is waiting").wait_for()
    data = published(lake, project, uid)
    top, bottom, left, right = black(data)
    assert abs(top - 50) <= 2 and abs(bottom - 65) <= 2 and abs(left - 30) <= 2 and abs(right - 100) <= 2
    after = data.pixel_array
    keep = numpy.ones((ROWS, COLUMNS), bool)
    keep[top:bottom, left:right] = False
    assert (after[:, keep] == pixels[:, keep]).all()
    assert data.BurnedInAnnotation == "NO"


def test_boxes_by_keyboard_alone(visit, lake, project):
    image, _ = capture("Keys")
    uid, = hold(lake, project, image)
    page = open_held(visit, project)
    page.keyboard.press("n")
    for key in ("ArrowLeft", "ArrowLeft", "ArrowUp", "Shift+ArrowRight", "Shift+ArrowDown", "Shift+ArrowDown"):
        page.keyboard.press(key)
    page.keyboard.press("n")
    expect(page.locator(".held-box-row")).to_have_count(2)
    page.keyboard.press("Delete")
    expect(page.locator(".held-box-row")).to_have_count(1)
    page.keyboard.press("a")
    page.get_by_text("Nothing is waiting").wait_for()
    # 50 × 10 in the middle at first; moved by −2, −1; grown by 1, 2.
    assert black(published(lake, project, uid)) == (54, 66, 73, 124)


def test_who_has_not_seen_all_frames_is_asked(visit, lake, project):
    image, _ = capture("Frames", frames=2)
    hold(lake, project, image)
    page = open_held(visit, project)
    page.keyboard.press("a")
    page.get_by_role("dialog").get_by_text("1 frame was not on the screen").wait_for()
    page.get_by_role("button", name="Cancel").click()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_text("Frame 2 of 2")).to_be_visible()
    expect(page.locator(".held-side [role=status]")).to_have_text("")
    page.keyboard.press("a")
    page.get_by_text("Nothing is waiting").wait_for()


def test_a_decision_for_all_images_of_a_device_and_its_end(visit, lake, project):
    images = [capture("Alike")[0] for _ in range(4)]
    uids = hold(lake, project, *images[:3])
    other, = hold(lake, project, capture("Different")[0])
    page = open_held(visit, project)
    expect(page.get_by_role("button", name="Same for all like it: 2 more wait")).to_be_visible()
    page.keyboard.press("n")
    page.keyboard.press("s")
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("are the 2 others like it that wait").wait_for()
    dialog.get_by_label("Note").fill("the name stands in the middle")
    page.keyboard.press("Enter")
    expect(page.locator(".held-item")).to_have_count(1)
    for uid in uids:
        assert black(published(lake, project, uid)) == (55, 65, 75, 125)
    assert stored(lake, project, other) is None
    late, = lake.store([images[3]], project)
    assert late["verdict"] == "accepted", late
    assert black(published(lake, project, late["instance"])) == (55, 65, 75, 125)
    page.get_by_role("link", name="Approvals").click()
    card = page.locator(".approval").filter(has_text=f"project {project}")
    expect(card).to_contain_text("3 published under it")
    expect(card).to_contain_text("the name stands in the middle")
    card.get_by_role("button", name="Withdraw").click()
    page.get_by_role("dialog").get_by_label("Reason").fill("another layout")
    page.get_by_role("dialog").get_by_role("button", name="Withdraw", exact=True).click()
    expect(card).to_contain_text("Withdrawn")
    again, = lake.store([capture("Alike")[0]], project)
    assert again["verdict"] == "held", again


def test_rejecting_needs_no_mouse(visit, lake, project):
    hold(lake, project, *(capture("Rejected")[0] for _ in range(2)))
    page = open_held(visit, project)
    for left in (1, 0):
        page.keyboard.press("r")
        page.keyboard.press("1")
        page.keyboard.press("Enter")
        expect(page.locator(".held-item")).to_have_count(left)
    page.get_by_text("Nothing is waiting").wait_for()


def test_what_does_not_arrive_comes_back(visit, lake, project):
    hold(lake, project, capture("Broken")[0])
    page = open_held(visit, project, allow=(503,))
    page.route("**/release", lambda route: route.fulfill(status=503, json={"detail": "the store is full"}))
    publish(page, "The store is full.")
    expect(page.locator(".held-item")).to_have_count(1)
    page.unroute("**/release")
    publish(page, "Nothing is waiting")


@pytest.mark.parametrize("scheme, width", [("light", 1440), ("dark", 390)])
def test_the_page_has_no_violations(visit, lake, project, scheme, width):
    hold(lake, project, *(capture("Axe", frames=2)[0] for _ in range(2)))
    page = open_held(visit, project, scheme=scheme, width=width)
    assert page.locator(".held-sheet img").bounding_box()["height"] > 150
    page.keyboard.press("n")
    found = Axe().run(page).response["violations"]
    page.keyboard.press("Space")
    expect(page.get_by_text("Frame 2 of 2")).to_be_visible()
    page.keyboard.press("s")
    page.get_by_role("dialog").wait_for()
    found += Axe().run(page).response["violations"]
    page.keyboard.press("Enter")
    page.get_by_text("Nothing is waiting").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.goto(lake.url + "/held/approvals")
    page.locator(".approval").first.wait_for()
    found += Axe().run(page).response["violations"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert not found, [(one["id"], node["html"][:160]) for one in found for node in one["nodes"]]
