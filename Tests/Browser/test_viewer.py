"""The viewer: true values, exact windows, what hands expect, and how fast it is."""

import re

import numpy
import pydicom
import pytest
from playwright.sync_api import expect

from conftest import canvas_pixels, viewer_shows
from studies import series


@pytest.fixture
def viewer(visit, ct_study):
    page = visit("physician", f"/studies/{ct_study}")
    viewer_shows(page, 0)
    return page


def sorted_slices(ct_files):
    """As the viewer sorts them: along the normal."""
    slices = [pydicom.dcmread(path) for path in ct_files]
    first = slices[0]
    normal = numpy.cross(first.ImageOrientationPatient[:3], first.ImageOrientationPatient[3:])
    return sorted(slices, key=lambda one: float(numpy.dot(normal, one.ImagePositionPatient)))


def test_the_value_under_the_cursor_is_that_of_the_file(viewer, ct_files):
    data = sorted_slices(ct_files)[0]
    stored = data.pixel_array.astype(float) * float(data.RescaleSlope) + float(data.RescaleIntercept)
    box = viewer.locator("tarn-viewer .stage").bounding_box()
    checked = 0
    for fraction in (0.3, 0.4, 0.5, 0.6, 0.7):
        viewer.mouse.move(box["x"] + box["width"] / 2 + (fraction - 0.5) * box["height"], box["y"] + box["height"] * fraction)
        text = viewer.locator(".probe").inner_text()
        x, y, value = re.match(r"\((\d+), (\d+)\)\s+(-?[\d.]+) HU", text).groups()
        assert float(value) == stored[int(y), int(x)]
        checked += 1
    assert checked == 5


@pytest.mark.parametrize("center, width", [(40, 400), (-600, 1500), (480, 2500)])
def test_the_picture_is_the_formula_of_the_standard(viewer, ct_files, center, width):
    """PS3.3 C.11.2.1.2.1 at places where the picture is flat, so that interpolation does not matter."""
    data = sorted_slices(ct_files)[0]
    values = data.pixel_array.astype(float) * float(data.RescaleSlope) + float(data.RescaleIntercept)
    viewer.get_by_label("Window width").fill(str(width))
    viewer.get_by_label("Window width").press("Enter")
    viewer.get_by_label("Window level").fill(str(center))
    viewer.get_by_label("Window level").press("Enter")
    viewer.locator("tarn-viewer .stage").focus()
    viewer.keyboard.press("o")
    viewer.keyboard.press("n")
    shown = canvas_pixels(viewer)
    grey = numpy.clip((values - (center - 0.5)) / (width - 1) + 0.5, 0, 1) * 255
    height, breadth = shown.shape
    scale = min(breadth / data.Columns, height / data.Rows)
    rng = numpy.random.default_rng(7)
    compared = 0
    for _ in range(4000):
        row, column = rng.integers(3, data.Rows - 3), rng.integers(3, data.Columns - 3)
        x = breadth / 2 + (column + 0.5 - data.Columns / 2) * scale
        y = height / 2 + (row + 0.5 - data.Rows / 2) * scale
        patch = grey[row - 1:row + 2, column - 1:column + 2]
        if not (0 <= y < height and 0 <= x < breadth) or patch.max() - patch.min() > 2:
            continue
        assert abs(int(shown[int(y), int(x)]) - grey[row, column]) <= 3, (row, column)
        compared += 1
    assert compared > 100


def test_the_hands_find_what_they_expect(viewer):
    box = viewer.locator("tarn-viewer .stage").bounding_box()
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    viewer.mouse.move(*middle)
    viewer.mouse.down(button="right")
    viewer.mouse.move(middle[0], middle[1] - 100, steps=4)
    viewer.mouse.up(button="right")
    corner = viewer.locator(".corner.bottom.left")
    expect(corner).to_contain_text(re.compile(r"Zoom (1[1-9]\d|[2-9]\d\d) %"))
    viewer.keyboard.press("=")
    expect(corner).to_contain_text("Zoom 100 %")
    before = canvas_pixels(viewer)
    viewer.mouse.down(button="middle")
    viewer.mouse.move(middle[0] + 80, middle[1] + 40, steps=4)
    viewer.mouse.up(button="middle")
    assert numpy.abs(before.astype(int) - canvas_pixels(viewer)).mean() > 1
    viewer.keyboard.press(" ")
    viewer.mouse.move(5, 5)
    viewer.mouse.move(*middle)
    assert numpy.abs(before.astype(int) - canvas_pixels(viewer)).mean() < 0.5
    viewer.keyboard.press("i")
    assert canvas_pixels(viewer).mean() > before.mean() + 30
    viewer.keyboard.press("i")
    left, right = (viewer.locator(f".edge.{side}").inner_text() for side in ("left", "right"))
    assert left and right and left != right
    viewer.keyboard.press("h")
    expect(viewer.locator(".edge.left")).to_have_text(right)
    expect(viewer.locator(".edge.right")).to_have_text(left)


def test_every_key_has_a_button_and_the_sheet_lists_them(viewer):
    viewer.keyboard.press("?")
    viewer.get_by_role("dialog").get_by_text("Next image").wait_for()
    viewer.keyboard.press("Escape")
    for name in ("Invert", "Zoom in", "Fit into the window", "Turn right", "Flip left and right", "Reset everything"):
        viewer.get_by_role("button", name=re.compile(f"^{name}")).click()
    assert viewer.get_by_label("Image", exact=True).get_attribute("aria-valuetext").startswith("Image 1 of")


def test_the_slider_and_the_film_move_through_the_series(viewer):
    viewer.get_by_label("Image", exact=True).fill("10")
    viewer_shows(viewer, 9)
    viewer.get_by_role("button", name="Play").click()
    viewer_shows(viewer, 12)
    viewer.get_by_role("button", name="Pause").click()


def test_a_study_without_rights_or_without_being_does_not_exist(visit, ct_study):
    page = visit("stranger", f"/studies/{ct_study}", allow=(404,))
    page.get_by_text("Nothing to see here").wait_for()
    page.goto(page.lake.url + "/studies/2.25.404")
    page.get_by_text("Nothing to see here").wait_for()


def test_earlier_studies_of_the_same_patient_are_beside_it(visit, lake):
    earlier = lake.store(series(2, PatientID="SAME1", StudyDescription="Earlier", seed=5))
    later = lake.store(series(2, PatientID="SAME1", StudyDescription="Later", seed=6))
    page = visit("physician", f"/studies/{later[0]['study']}")
    page.locator(".prior").first.click()
    page.wait_for_url(f"**/studies/{earlier[0]['study']}")
    viewer_shows(page, 0)


def test_monochrome1_is_shown_the_right_way_round(visit, lake):
    dark = lake.store(series(1, PatientID="M1", seed=8, PhotometricInterpretation="MONOCHROME1"))
    bright = lake.store(series(1, PatientID="M2", seed=8))
    shown = []
    for verdict in (dark[0], bright[0]):
        page = visit("physician", f"/studies/{verdict['study']}")
        viewer_shows(page, 0)
        page.keyboard.press("o")
        pixels = canvas_pixels(page)
        middle = pixels[:, pixels.shape[1] // 2 - pixels.shape[0] // 2:pixels.shape[1] // 2 + pixels.shape[0] // 2]
        shown.append(middle[8:-8, 8:-8].astype(int))
    assert numpy.abs(shown[0] + shown[1] - 255).mean() < 2


def test_a_browser_without_webgl_says_so(chromium, lake, ct_study):
    from conftest import sign_in

    context = chromium.new_context()
    page = context.new_page()
    page.add_init_script("HTMLCanvasElement.prototype.getContext = () => null")
    sign_in(page, lake, "physician")
    page.goto(f"{lake.url}/studies/{ct_study}")
    page.get_by_text("WebGL2 is missing").wait_for()
    context.close()


TO_IMAGE = """async (selector) => {
    const viewer = document.querySelector("tarn-viewer");
    if (viewer) delete viewer.dataset.shown;
    const start = performance.now();
    document.querySelector(selector).click();
    await new Promise((resolve) => {
        const look = () => document.querySelector('tarn-viewer[data-shown="0"]') ? resolve() : requestAnimationFrame(look);
        look();
    });
    return performance.now() - start;
}"""

THROUGH_ALL = """async () => {
    const viewer = document.querySelector("tarn-viewer");
    const stage = viewer.querySelector(".stage");
    const count = Number(viewer.querySelector("input[type=range]").max);
    const start = performance.now();
    for (let index = 1; index < count; index++) {
        stage.dispatchEvent(new WheelEvent("wheel", { deltaY: 100, bubbles: true, cancelable: true }));
        await new Promise((resolve) => {
            const look = () => viewer.dataset.shown === String(index) ? resolve() : requestAnimationFrame(look);
            look();
        });
    }
    return [count, performance.now() - start];
}"""


def test_the_first_image_comes_at_once_and_two_hundred_slices_follow(visit, lake, record_property):
    """The times are printed, not judged: a busy machine says nothing about the viewer. Goals: 150 ms and 4 s."""
    lake.store(series(200, rows=512, PatientID="LONG", StudyDescription="Two hundred slices", seed=9))
    page = visit("physician", "/studies?sort=added")
    page.locator(".study-row").first.wait_for()
    page.wait_for_timeout(1500)
    page.evaluate(TO_IMAGE, ".study-row a.title")
    page.go_back()
    page.locator(".study-row").first.wait_for()
    page.wait_for_timeout(500)
    first = page.evaluate(TO_IMAGE, ".study-row a.title")
    count, through = page.evaluate(THROUGH_ALL)
    print(f"first image {first:.0f} ms, {count} slices {through:.0f} ms")
    record_property("first_image_ms", round(first))
    record_property("slices_ms", round(through))
    assert count == 200
