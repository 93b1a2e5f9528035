"""Two images side by side: an earlier study, scrolling together, zoom, window, lines, crosshair, menu, dragging."""

import re

import pytest
from playwright.sync_api import expect

import phantom
from conftest import viewer_shows
from test_accessible import LOOKS, violations


@pytest.fixture(scope="session")
def two_studies(lake):
    """UIDs of an earlier and a later study of one patient."""
    earlier, later = (lake.store(files) for files in phantom.patient("COMPARED"))
    return earlier[0]["study"], later[0]["study"]


@pytest.fixture
def page(visit, two_studies):
    page = visit("physician", f"/studies/{two_studies[1]}")
    viewer_shows(page, 0)
    return page


@pytest.fixture
def compared(page):
    """The later study with the earlier one beside it, each at its first image."""
    page.get_by_role("button", name="Compare with CT Thorax before").click()
    shows(page, right=0)
    return page


def viewport(page, side):
    return page.locator("tarn-viewport").nth({"left": 0, "right": 1}[side])


def shows(page, **indices):
    for side, index in indices.items():
        expect(viewport(page, side)).to_have_attribute("data-shown", str(index))


def wheel(page, side, steps):
    box = viewport(page, side).locator(".stage").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    for _ in range(abs(steps)):
        page.mouse.wheel(0, 100 if steps > 0 else -100)
        page.wait_for_timeout(20)


def toggle(page, name):
    return page.get_by_role("group", name="Both images together").get_by_role("button", name=re.compile(f"^{name}"))


def corner(page, side, name):
    return viewport(page, side).locator(f".corner.{name}")


def beside(page, name):
    """Opens a series of the study in the other viewport."""
    page.locator(".series-entry", has_text=name).hover()
    page.get_by_role("button", name=f"Show beside: {name}").click()


def test_an_earlier_study_scrolls_along_by_millimetres(compared):
    # Every 5 mm on the left, every 7.5 mm on the right: at 70 mm the sixty millimetres further are eight images.
    expect(corner(compared, "right", "top.left")).to_contain_text("CT Thorax before")
    wheel(compared, "left", 12)
    shows(compared, left=12, right=8)
    wheel(compared, "right", -4)
    shows(compared, right=4, left=6)
    expect(toggle(compared, "Scroll both together")).to_have_attribute("title", re.compile("by millimetres"))


def test_a_link_begins_with_the_images_shown_when_it_is_made(compared):
    compared.keyboard.press("y")
    wheel(compared, "right", 6)
    shows(compared, left=0, right=6)
    compared.keyboard.press("y")
    wheel(compared, "left", 9)
    shows(compared, left=9, right=12)


def test_the_other_series_of_the_study_lies_across_and_lines_show_where(page):
    beside(page, "Coronal 8mm")
    shows(page, right=0)
    # Planes that cross have no images that go together: each scrolls alone until the person wants otherwise.
    expect(toggle(page, "Scroll both together")).to_have_attribute("aria-pressed", "false")
    wheel(page, "left", 10)
    shows(page, left=10, right=0)
    # The axial image at 60 mm crosses the coronal ones 168 mm below their first row, that is in row 84 of 128.
    line = viewport(page, "right").locator(".guides line.reference")
    box = viewport(page, "right").locator(".stage").bounding_box()
    row = box["height"] / 2 + (84.5 - 64) * box["width"] / 128
    assert abs(float(line.get_attribute("y1")) - row) < 1.5 and abs(float(line.get_attribute("y2")) - row) < 1.5
    expect(viewport(page, "left").locator(".guides line.reference")).to_have_count(1)
    page.keyboard.press("x")
    expect(page.locator(".guides line")).to_have_count(0)
    page.keyboard.press("x")
    expect(page.locator(".guides line.reference")).to_have_count(2)
    page.keyboard.press("y")
    expect(toggle(page, "Scroll both together")).to_have_attribute("title", re.compile("image by image"))
    wheel(page, "left", 2)
    shows(page, left=12, right=2)


def test_shift_shows_the_same_place_in_the_other_image(page):
    beside(page, "Coronal 8mm")
    shows(page, right=0)
    # The dense ball lies at (30, -20, 60): 5th coronal image (from -60, every 8 mm), column 79, row 84.
    wheel(page, "left", 10)
    shows(page, left=10)
    box = viewport(page, "left").locator(".stage").bounding_box()
    scale = box["width"] / 128
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.keyboard.down("Shift")
    page.mouse.move(
        box["x"] + box["width"] / 2 + (79.5 - 64) * scale, box["y"] + box["height"] / 2 + (54.5 - 64) * scale, steps=2)
    shows(page, left=10, right=5)
    probe = viewport(page, "left").locator(".probe")
    expect(probe).to_contain_text("120 HU")
    crosses = viewport(page, "right").locator(".guides line.cross")
    expect(crosses).to_have_count(4)
    x = sum(float(crosses.nth(index).get_attribute(name)) for index in (0, 1) for name in ("x1", "x2")) / 4
    y = float(crosses.nth(0).get_attribute("y1"))
    right = viewport(page, "right").locator(".stage").bounding_box()
    assert abs(x - (right["width"] / 2 + (79.5 - 64) * scale)) < 2
    assert abs(y - (right["height"] / 2 + (84.5 - 64) * scale)) < 2
    page.keyboard.up("Shift")
    page.mouse.move(box["x"] + 30, box["y"] + 30)
    expect(page.locator(".guides line.cross")).to_have_count(0)


def test_no_lines_and_no_crosshair_between_two_examinations(compared):
    compared.keyboard.down("Shift")
    wheel_place = viewport(compared, "left").locator(".stage").bounding_box()
    compared.mouse.move(wheel_place["x"] + 200, wheel_place["y"] + 300, steps=3)
    compared.wait_for_timeout(150)
    expect(compared.locator(".guides line")).to_have_count(0)
    expect(toggle(compared, "Lines")).to_have_attribute("title", re.compile("not of one examination"))


def test_zoom_and_window_go_along_when_they_are_told_to(compared):
    compared.keyboard.press("+")
    expect(corner(compared, "right", "bottom.left")).to_contain_text("Zoom 125 %")
    expect(corner(compared, "left", "bottom.left")).to_contain_text("Zoom 100 %")
    toggle(compared, "Zoom and move both").click()
    expect(corner(compared, "left", "bottom.left")).to_contain_text("Zoom 125 %")
    compared.keyboard.press("+")
    expect(corner(compared, "left", "bottom.left")).to_contain_text("Zoom 156 %")
    compared.keyboard.press("f")
    expect(corner(compared, "left", "bottom.left")).to_contain_text("Zoom 100 %")
    compared.keyboard.press("4")
    expect(corner(compared, "right", "bottom.right")).to_contain_text("W 2500 L 480")
    expect(corner(compared, "left", "bottom.right")).to_contain_text("W 400 L 40")
    toggle(compared, "Same window").click()
    expect(corner(compared, "left", "bottom.right")).to_contain_text("W 2500 L 480")
    compared.keyboard.press("2")
    expect(corner(compared, "left", "bottom.right")).to_contain_text("W 1500 L -600")


def test_arrows_choose_the_image_and_a_double_click_makes_it_large(compared):
    expect(viewport(compared, "right")).to_have_attribute("data-active", "")
    # The list holds the series of both studies, and says where each is seen.
    expect(compared.locator(".rail-title strong")).to_have_text(["This study", "Compared"])
    expect(compared.locator(".series[aria-current=true]")).to_contain_text("24 images · right")
    compared.keyboard.press("ArrowLeft")
    expect(viewport(compared, "left")).to_have_attribute("data-active", "")
    expect(compared.locator(".series[aria-current=true]")).to_contain_text("36 images · left")
    viewport(compared, "left").locator(".stage").dblclick()
    expect(viewport(compared, "right")).to_be_hidden()
    compared.keyboard.press("ArrowRight")
    expect(viewport(compared, "right")).to_be_visible()
    expect(viewport(compared, "left")).to_be_hidden()
    compared.keyboard.press("Escape")
    expect(viewport(compared, "left")).to_be_visible()
    for visible in (False, True):
        compared.keyboard.press("Enter")
        expect(viewport(compared, "left")).to_be_visible(visible=visible)
    viewport(compared, "left").get_by_role("button", name="Close this image").click()
    expect(compared.locator("tarn-viewport")).to_have_count(1)
    expect(compared.locator(".corner.top.left")).to_contain_text("CT Thorax before")
    # Once more: each closed image leaves its graphics context to the next.
    compared.get_by_role("button", name=re.compile("^Two images")).click()
    expect(compared.locator("tarn-viewport")).to_have_count(2)
    compared.keyboard.press("t")
    expect(compared.locator("tarn-viewport")).to_have_count(1)


def test_a_series_is_dragged_onto_an_image(page):
    page.keyboard.press("t")
    page.get_by_text("Choose a series on the left").wait_for()
    page.locator(".series-entry", has_text="Coronal").drag_to(viewport(page, "right").locator(".stage"))
    shows(page, left=0, right=0)
    expect(corner(page, "right", "top.left")).to_contain_text("Coronal 8mm")
    expect(page.locator(".series[aria-current=true]")).to_contain_text("right")
    page.locator(".series-entry", has_text="Coronal").drag_to(viewport(page, "left").locator(".stage"))
    expect(corner(page, "left", "top.left")).to_contain_text("Coronal 8mm")


def test_a_right_click_opens_a_menu_and_a_right_drag_zooms(page):
    stage = page.locator("tarn-viewport .stage")
    stage.click(button="right")
    menu = page.get_by_role("menu")
    menu.get_by_role("menuitemcheckbox", name="Bone").click()
    expect(menu).to_have_count(0)
    expect(page.locator(".corner.bottom.right")).to_contain_text("W 2500 L 480")
    page.keyboard.press("Shift+F10")
    expect(menu.get_by_role("menuitemcheckbox", name="Bone")).to_have_attribute("aria-checked", "true")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    expect(menu).to_have_count(0)
    expect(stage).to_be_focused()
    box = stage.bounding_box()
    page.mouse.move(box["x"] + 200, box["y"] + 300)
    page.mouse.down(button="right")
    page.mouse.move(box["x"] + 200, box["y"] + 200, steps=4)
    page.mouse.up(button="right")
    expect(menu).to_have_count(0)
    expect(page.locator(".corner.bottom.left")).not_to_contain_text("Zoom 100 %")


@pytest.mark.parametrize("scheme, width, height", LOOKS)
def test_two_images_their_menu_and_the_help_have_no_violations(visit, two_studies, scheme, width, height):
    page = visit("physician", f"/studies/{two_studies[1]}", width, height, scheme)
    viewer_shows(page, 0)
    page.get_by_role("button", name="Compare with CT Thorax before").click()
    shows(page, right=0)
    found = violations(page, "two images")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if width > 700:
        viewport(page, "left").locator(".stage").click(button="right")
        found += violations(page, "menu")
        page.keyboard.press("Escape")
        page.keyboard.press("?")
        page.locator('[data-action="invert"]').click()
        page.keyboard.press("f")
        found += violations(page, "a key asked for")
    page.goto(page.lake.url + "/help")
    page.locator("article h2").first.wait_for()
    found += violations(page, "help")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert not found, "\n".join(found)


def test_leaving_the_study_leaves_one_image(compared, two_studies):
    compared.get_by_role("link", name="CT Thorax before").click()
    compared.wait_for_url(f"**/studies/{two_studies[0]}")
    viewer_shows(compared, 0)
    expect(compared.locator("tarn-viewport")).to_have_count(1)


def test_memory_and_graphics_are_bounded_over_both_images(compared):
    """One graphics context for each of at most two viewports, however often the second one comes and goes."""
    counted = compared.evaluate("""() => {
        const original = HTMLCanvasElement.prototype.getContext;
        globalThis.contexts = 0;
        HTMLCanvasElement.prototype.getContext = function (...given) {
            globalThis.contexts += 1;
            return original.apply(this, given);
        };
        return globalThis.contexts;
    }""")
    assert counted == 0
    for _ in range(6):
        compared.keyboard.press("t")
        expect(compared.locator("tarn-viewport")).to_have_count(1)
        beside(compared, "Coronal 8mm")
        expect(compared.locator("tarn-viewport[data-shown]")).to_have_count(2)
    assert compared.evaluate("globalThis.contexts") == 0
