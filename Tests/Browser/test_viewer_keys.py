"""The list of keys, in which keys are changed; the keys of the viewer; the film."""

import json
import re

import pytest
from playwright.sync_api import expect

import phantom
from conftest import viewer_shows
from studies import ct_slice


@pytest.fixture
def viewer(visit, ct_study):
    page = visit("physician", f"/studies/{ct_study}")
    viewer_shows(page, 0)
    return page


def change(page, action, key):
    page.get_by_role("dialog").locator(f'[data-action="{action}"]').click()
    page.keyboard.press(key)


def test_a_key_is_changed_and_stays_changed(viewer):
    viewer.keyboard.press("?")
    change(viewer, "cine", "Shift+ArrowLeft")
    # The key has a meaning: that is said before it is taken away.
    viewer.get_by_role("dialog").get_by_text("Shift ← is “Move left”").wait_for()
    viewer.get_by_role("button", name="Leave it").click()
    change(viewer, "invert", "f")
    viewer.get_by_role("button", name="Use it here").click()
    expect(viewer.get_by_role("button", name="Invert: F. Change the key")).to_be_focused()
    expect(viewer.get_by_role("button", name="Fit into the window: =. Change the key")).to_be_visible()
    viewer.keyboard.press("Escape")
    viewer.keyboard.press("f")
    expect(viewer.get_by_role("button", name="Invert (F)")).to_have_attribute("aria-pressed", "true")
    viewer.keyboard.press("i")
    expect(viewer.get_by_role("button", name="Invert (F)")).to_have_attribute("aria-pressed", "true")
    viewer.reload()
    viewer_shows(viewer, 0)
    viewer.keyboard.press("f")
    expect(viewer.get_by_role("button", name="Invert (F)")).to_have_attribute("aria-pressed", "true")
    viewer.keyboard.press("?")
    viewer.get_by_role("button", name="All keys as they came").click()
    viewer.keyboard.press("Escape")
    viewer.keyboard.press("i")
    expect(viewer.get_by_role("button", name="Invert (I)")).to_have_attribute("aria-pressed", "false")
    assert viewer.evaluate("localStorage.getItem('tarn.keys')") is None


def test_keys_of_the_browser_are_refused_and_escape_keeps_the_key(viewer):
    viewer.keyboard.press("?")
    change(viewer, "invert", "Control+t")
    viewer.get_by_text("Ctrl T belongs to the browser").wait_for()
    viewer.keyboard.press("Escape")
    expect(viewer.get_by_role("dialog")).to_be_visible()
    expect(viewer.get_by_role("button", name="Invert: I. Change the key")).to_be_visible()


def test_what_somebody_wrote_into_the_storage_does_no_harm(visit, ct_study):
    page = visit("physician", "/studies")
    kept = {"invert": ["<img src=x onerror=alert(1)>"], "constructor": ["i"], "__proto__": ["f"]}
    page.evaluate("(text) => localStorage.setItem('tarn.keys', text)", json.dumps(kept))
    page.goto(f"{page.lake.url}/studies/{ct_study}")
    viewer_shows(page, 0)
    page.keyboard.press("?")
    page.get_by_role("dialog").get_by_text("<img src=x").wait_for()
    assert page.locator("dialog img").count() == 0
    page.get_by_role("button", name="All keys as they came").click()


def test_each_key_of_the_list_has_its_meaning(viewer):
    left = viewer.locator(".corner.bottom.left")
    viewer.keyboard.press("End")
    viewer.keyboard.press("Home")
    viewer_shows(viewer, 0)
    viewer.keyboard.press("+")
    expect(left).to_contain_text("Zoom 125 %")
    viewer.keyboard.press(" ")
    expect(left).to_contain_text("Zoom 100 %")
    for key, name in {"p": "Move tool", "z": "Zoom tool", "s": "Scroll tool", "w": "Brightness"}.items():
        viewer.keyboard.press(key)
        expect(viewer.get_by_role("button", name=re.compile(f"^{name}"))).to_have_attribute("aria-pressed", "true")
    viewer.keyboard.press("o")
    expect(viewer.locator(".overlay")).to_be_hidden()
    viewer.keyboard.press("o")
    viewer.keyboard.press("q")
    expect(viewer.locator("#announcements")).to_contain_text("HU")
    viewer.keyboard.press("x")
    viewer.get_by_text("This is for two images").wait_for()
    viewer.keyboard.press("d")
    expect(viewer.locator(".study-panel")).to_be_hidden()
    viewer.keyboard.press("d")
    expect(viewer.locator(".study-panel")).to_be_visible()


STEPS = """async (milliseconds) => {
    const viewport = document.querySelector("tarn-viewport");
    let [steps, last] = [0, viewport.state.index];
    const end = performance.now() + milliseconds;
    while (performance.now() < end) {
        await new Promise((resolve) => setTimeout(resolve, 4));
        if (viewport.state.index !== last) steps += 1;
        last = viewport.state.index;
    }
    return steps;
}"""


def test_the_film_runs_as_fast_as_it_is_told(visit, lake):
    files = phantom.axial(30, PatientID="FILM", RecommendedDisplayFrameRate=25)
    page = visit("physician", f"/studies/{lake.store(files)[0]['study']}")
    viewer_shows(page, 0)
    rate = page.get_by_label("Frames a second")
    expect(rate).to_have_value("25")
    rate.fill("2")
    rate.press("Enter")
    page.locator("tarn-viewport .stage").focus()
    page.keyboard.press("c")
    slow = page.evaluate(STEPS, 2000)
    assert 1 <= slow <= 5
    rate.fill("30")
    rate.press("Enter")
    assert page.evaluate(STEPS, 2000) > 2 * slow
    page.get_by_role("button", name=re.compile("^Pause")).click()
    page.wait_for_timeout(100)
    assert page.evaluate(STEPS, 300) == 0


def test_the_overlay_is_whole_and_warns(visit, lake):
    names = {"PatientID": "WARNED", "StudyDescription": "CT Thorax", "SeriesDescription": "Axial 5mm"}
    page = visit("physician", f"/studies/{lake.store(phantom.axial(3, **names))[0]['study']}")
    viewer_shows(page, 0)
    corner = lambda name: page.locator(f".corner.{name}")
    for text in ("61 y, female", "CT Thorax", "Axial 5mm"):
        expect(corner("top.left")).to_contain_text(text)
    for text in ("Image 1 of 3", "Position H 10 mm", "Thickness 5 mm", "Zoom 100 %"):
        expect(corner("bottom.left")).to_contain_text(text)
    expect(corner("bottom.right")).to_contain_text("W 400 L 40")
    expect(corner("top.right")).to_contain_text("Interpolated")
    expect(page.locator(".overlay .warning")).to_have_count(0)
    page.keyboard.press("n")
    expect(corner("top.right")).not_to_contain_text("Interpolated")
    assert [page.locator(f".edge.{side}").inner_text() for side in ("left", "right", "top", "bottom")] == list("RLAP")
    page.keyboard.press("ArrowDown")
    expect(corner("bottom.left")).to_contain_text("Position H 15 mm")


@pytest.mark.parametrize("changes, words", [
    ({"LossyImageCompression": "01"}, "Lossy compression"),
    ({"PixelSpacing": None}, "Not calibrated: no mm"),
    ({"PixelSpacing": None, "ImagerPixelSpacing": [0.2, 0.2], "Modality": "DX"}, "Size at the detector: no mm"),
])
def test_what_is_not_to_be_trusted_is_said(visit, lake, changes, words):
    from pydicom.uid import generate_uid

    file = ct_slice(generate_uid(), generate_uid(), 1, PatientID=f"TRUST{len(words)}", **changes)
    page = visit("physician", f"/studies/{lake.store([file])[0]['study']}")
    viewer_shows(page, 0)
    expect(page.locator(".overlay .warning")).to_have_text(words)
    if "mm" in words:
        expect(page.locator(".ruler")).to_contain_text(" px")
