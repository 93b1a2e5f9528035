"""Annotating in versions: drafts keep themselves, saves are versions, and when two are at it nothing is lost."""

import uuid

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from labelling import Hand, Labels, box, make_set, open_labels, phantom, save, texts
from pydicom.uid import generate_uid

HOSTILE = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"


def state(page):
    return page.locator(".ann-state")


def rows(page):
    return page.locator(".ann-row")


@pytest.fixture
def study(lake):
    """A study of its own for each test: three images, so that there is somewhere to go."""
    names = {"study": generate_uid(), "series": generate_uid(), "PatientID": f"LABELS{uuid.uuid4().hex[:8]}"}
    found = lake.store([phantom(number, PixelSpacing=[1, 1], **names) for number in (1, 2, 3)])
    assert {one["verdict"] for one in found} == {"accepted"}
    return found[0]["study"]


@pytest.fixture
def desk(visit, lake, study):
    """Opens the study as somebody, with a label set of that name: made where there is none."""

    def open_study(label_set, name="annotator", **more):
        page = visit(name, f"/studies/{study}", **more)
        open_labels(page)
        chooser = page.get_by_label("Label set", exact=True)
        if label_set in chooser.locator("option").all_inner_texts():
            chooser.select_option(label=label_set)
        elif name.startswith("annotator"):
            make_set(page, label_set)
        page.study = study
        return page, Hand(page)

    return open_study


def test_annotate_reload_save_edit_look_back_restore_and_tag(desk, lake):
    page, hand = desk("Readings")
    hand.draw("e", (88, 88), (168, 168))
    hand.draw("m", (20, 20), (60, 20))
    expect(state(page)).to_contain_text("Draft kept")
    page.reload()
    open_labels(page)
    expect(page.locator(".annotations .notice")).to_contain_text("is here again")
    expect(rows(page)).to_have_count(2)
    assert ["40.0 mm", "mm, Pixel Spacing"] in texts(page)

    save(page, "First look")
    expect(state(page)).to_have_text("Saved · version 1")
    expect(page.locator(".annotations .notice")).to_have_count(0)
    # Chosen from the list, labelled by its digit, with a note; then something is taken away.
    rows(page).filter(has_text="Finding").click()
    hand.stage.focus()
    page.keyboard.press("2")
    page.get_by_label("Note").fill("round and smooth")
    rows(page).filter(has_text="Length").click()
    page.get_by_role("button", name="Delete").click()
    expect(rows(page)).to_have_count(1)
    expect(rows(page)).to_contain_text("Normal")
    save(page, "Second look")
    expect(state(page)).to_have_text("Saved · version 2")

    page.locator(".ann-history > summary").click()
    versions = page.locator(".ann-version")
    expect(versions.nth(0)).to_contain_text("Version 2")
    expect(versions.nth(0)).to_contain_text("annotator")
    expect(versions.nth(0)).to_contain_text("Second look")
    expect(versions.nth(0)).to_contain_text("1 changed, 1 removed")
    versions.nth(0).locator("summary").click()
    expect(versions.nth(0)).to_contain_text("label and note changed")
    versions.nth(1).get_by_role("button", name="Look").click()
    expect(page.locator(".layer [stroke-dasharray='5 5'].line")).to_have_count(2)
    expect(page.locator(".ann-compare")).to_contain_text("1 changed, 1 removed")
    page.get_by_role("button", name="Stop looking").click()
    expect(page.locator(".ann-compare")).to_have_count(0)

    versions.nth(1).get_by_role("button", name="Restore").click()
    page.get_by_role("dialog").get_by_role("button", name="Restore").click()
    expect(state(page)).to_have_text("Saved · version 3")
    expect(rows(page)).to_have_count(2)
    expect(versions.nth(0)).to_contain_text("Restored version 1")
    page.locator(".ann-versions").get_by_role("button", name="Tag").nth(1).click()
    page.get_by_role("dialog").get_by_label("Name", exact=True).fill("reading-1")
    page.get_by_role("button", name="Set the tag").click()
    expect(versions.nth(1)).to_contain_text("reading-1")

    labels = Labels(lake)
    assert [one["kind"] for one in labels.commits("Readings", page.study)] == ["restore", "save", "save"]
    assert [(tag["name"], tag["version"]) for tag in next(
        one for one in labels.sets() if one["name"] == "Readings")["tags"]] == [("reading-1", 2)]
    first, third = (labels.lake.json(
        "GET", f"/api/v1/label-sets/{labels.id('Readings')}/studies/{page.study}?at={at}", token=labels.token)
        for at in (1, 3))
    assert first["annotations"] == third["annotations"]


def test_two_people_at_once_and_nothing_is_lost(desk, lake):
    one, hand = desk("Shared")
    hand.draw("e", (88, 88), (168, 168))
    hand.draw("b", (20, 20), (60, 60))
    save(one, "Both shapes")
    expect(state(one)).to_contain_text("version 1")
    other, other_hand = desk("Shared", "annotator2", allow=(412,))
    expect(rows(other)).to_have_count(2)

    # One labels the ellipse and adds a line; the other labels it otherwise, writes a note to the box, adds a point.
    relabel(one, hand, 0, "2")
    hand.draw("m", (20, 80), (60, 80))
    save(one, "Mine is normal")
    expect(state(one)).to_contain_text("version 2")
    relabel(other, other_hand, 0, "3")
    rows(other).nth(1).click()
    other.get_by_label("Note").fill("seen by the second reader")
    other_hand.draw("a", (200, 200))
    save(other, "Mine is an artefact")

    dialog = other.get_by_role("dialog")
    expect(dialog).to_contain_text("annotator saved this study while you worked")
    expect(dialog).to_contain_text("Both will be there")
    expect(dialog.get_by_role("button", name="Keep both")).to_be_focused()
    assert not violations(other)
    other.keyboard.press("Escape")
    expect(state(other)).to_contain_text("Not saved: Somebody else saved this study meanwhile")
    other.get_by_role("button", name="Decide…").click()
    dialog.get_by_role("button", name="Keep both").click()
    expect(state(other)).to_contain_text("version 3")

    _, now = Labels(lake).study("Shared", other.study)
    held = sorted((found["type"], found["label"], found["note"]) for found in now["annotations"])
    assert held == [
        ("ellipse", "Artefact", ""), ("ellipse", "Normal", ""), ("length", "", ""), ("point", "Artefact", ""),
        ("rectangle", "Finding", "seen by the second reader")]
    assert [commit["author"] for commit in Labels(lake).commits("Shared", other.study)] == [
        "annotator2", "annotator", "annotator"]


def relabel(page, hand, row, digit):
    rows(page).nth(row).click()
    hand.stage.focus()
    page.keyboard.press(digit)
    page.keyboard.press("Escape")


def test_their_version_is_taken_and_mine_stays_in_the_draft(desk, lake):
    page, hand = desk("Theirs", allow=(412,))
    instance = page.locator("tarn-viewport").first.evaluate("one => one.shown.frame.instance")
    theirs = {"id": str(uuid.uuid4()), "type": "length", "label": "", "note": "", "instance": instance, "frame": 1,
              "points": [[10, 10], [20, 10]]}
    Labels(lake, "annotator2").save("Theirs", page.study, [theirs], "By another program")
    hand.draw("b", (20, 20), (60, 60))
    save(page)
    page.get_by_role("button", name="Take the version of annotator2").click()
    expect(rows(page)).to_have_count(1)
    expect(rows(page)).to_contain_text("10.0 mm")
    expect(state(page)).to_have_text("Saved · version 1")
    page.reload()
    open_labels(page)
    expect(rows(page)).to_have_count(1)
    page.get_by_role("button", name="Bring it back").click()
    expect(rows(page)).to_have_count(2)
    save(page)
    expect(state(page)).to_have_text("Saved · version 2")


def test_a_draft_outlives_a_broken_connection_and_a_closed_page(desk):
    page, hand = desk("Broken", allow=("Failed to load resource",))
    page.context.set_offline(True)
    hand.draw("b", (20, 20), (60, 60))
    expect(state(page)).to_contain_text("Not saved: The server can't be reached", timeout=10_000)
    page.context.set_offline(False)
    expect(state(page)).to_contain_text("Draft kept", timeout=15_000)
    # Gone at once: what was drawn last is sent along while the page goes.
    hand.draw("m", (20, 80), (60, 80))
    page.goto("about:blank")
    page.wait_for_timeout(500)
    page.go_back()
    open_labels(page)
    expect(rows(page)).to_have_count(2)


def test_who_may_only_look_changes_nothing(desk, visit, lake):
    page, hand = desk("Looked at")
    hand.draw("b", (20, 20), (60, 60))
    save(page)
    expect(state(page)).to_contain_text("version 1")
    reader, reading = desk("Looked at", "researcher")
    expect(state(reader)).to_contain_text("To look at only")
    expect(rows(reader)).to_have_count(1)
    rows(reader).click()
    expect(reader.get_by_role("button", name="Delete")).to_be_hidden()
    expect(reader.locator(".ann-chip").first).to_be_disabled()
    reading.stage.focus()
    reader.keyboard.press("Backspace")
    reader.keyboard.press("2")
    reading.drag((20, 40), (100, 40))
    reading.draw("m", (80, 80), (120, 80))
    expect(rows(reader)).to_have_count(2)
    expect(reader.locator(".ann-save")).to_be_hidden()
    reader.locator(".ann-history > summary").click()
    expect(reader.locator(".ann-version").first).to_contain_text("Version 1")
    expect(reader.get_by_role("button", name="Restore")).to_have_count(0)
    tag, now = Labels(lake, "researcher").study("Looked at", page.study)
    assert now["version"] == 1 and now["annotations"][0]["points"] == [[20, 20], [60, 60]]


def test_hostile_text_is_text_everywhere(desk, lake):
    labels = Labels(lake)
    status, headers, body = lake.request("GET", "/api/v1/projects/CHEST/labels", token=labels.token)
    before = lake.json("GET", "/api/v1/projects/CHEST/labels", token=labels.token)["labels"]
    name = "<b onclick=alert(1)>Odd</b>"
    if all(one["name"] != name for one in before):
        added = {"name": name, "color": "#000080", "description": HOSTILE[:200], "retired": False}
        status, _, body = lake.request(
            "PUT", "/api/v1/projects/CHEST/labels", {"labels": before + [added]}, labels.token,
            {"If-Match": headers["ETag"]})
        assert status == 200, body
    page, hand = desk("<i>Set</i> & \"quotes\"")
    page.locator(".ann-chip").filter(has_text="Odd").click()
    hand.draw("b", (20, 20), (60, 60))
    page.get_by_label("Note").fill(HOSTILE)
    save(page, HOSTILE)
    expect(state(page)).to_contain_text("version 1")
    page.locator(".ann-history > summary").click()
    expect(page.locator(".ann-version-message").first).to_have_text(HOSTILE)
    page.reload()
    open_labels(page)
    expect(rows(page)).to_contain_text(HOSTILE)
    assert texts(page)[0][0] == name
    rows(page).click()
    assert page.get_by_label("Note").input_value() == HOSTILE
    assert page.locator(".annotations img, .annotations script, .annotations b, .layer b").count() == 0
    assert page.title() != "owned"
    # Away with it again for the tests that come after: a label is never removed, but retired.
    status, headers, _ = lake.request("GET", "/api/v1/projects/CHEST/labels", token=labels.token)
    listed = lake.json("GET", "/api/v1/projects/CHEST/labels", token=labels.token)["labels"]
    retired = [{**one, "retired": one["name"] == name} for one in listed]
    assert lake.request(
        "PUT", "/api/v1/projects/CHEST/labels", {"labels": retired}, labels.token, {"If-Match": headers["ETag"]})[0] == 200


def test_with_the_keyboard_alone_one_goes_to_an_annotation_and_moves_it(desk):
    page, hand = desk("Keys")
    hand.draw("b", (20, 20), (60, 60))
    page.keyboard.press("k")
    page.keyboard.press("End")
    page.wait_for_selector('tarn-viewer[data-shown="2"]')
    expect(page.locator(".layer .annotation")).to_have_count(0)
    rows(page).filter(has_text="Finding").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector('tarn-viewer[data-shown="0"]')
    expect(hand.stage).to_be_focused()
    before = box(page, ".layer .annotation .line")
    for key in ("ArrowRight", "ArrowRight", "ArrowDown"):
        page.keyboard.press(key)
    page.wait_for_timeout(300)
    after = box(page, ".layer .annotation .line")
    assert (after["x"] - before["x"], after["y"] - before["y"]) == pytest.approx((4, 2), abs=0.2)
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowDown")
    page.wait_for_selector('tarn-viewer[data-shown="1"]')
    page.keyboard.press("ArrowUp")
    page.keyboard.press("/")
    page.get_by_role("dialog").get_by_role("button", name="Artefact").wait_for()
    page.keyboard.press("3")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(rows(page).filter(has_text="Artefact")).to_have_count(1)
    page.keyboard.press("j")
    expect(page.locator(".layer .annotation")).to_have_count(0)
    page.keyboard.press("k")
    expect(rows(page)).to_have_count(1)


def violations(page):
    result = Axe().run(page).response
    assert result["passes"], "axe looked at nothing"
    return [f"{one['id']}: {node['html'][:160]}" for one in result["violations"] for node in one["nodes"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_panel_has_no_violations(desk, scheme):
    page, hand = desk(f"Accessible {scheme}", scheme=scheme)
    hand.draw("e", (88, 88), (168, 168))
    hand.draw("m", (20, 20), (60, 20))
    save(page, "To be looked at")
    expect(state(page)).to_contain_text("version 1")
    hand.draw("a", (200, 200))
    expect(state(page)).to_contain_text("Draft kept")
    page.locator(".ann-history > summary").click()
    page.locator(".ann-versions").get_by_role("button", name="Look").first.click()
    page.locator(".ann-compare").wait_for()
    found = violations(page)
    hand.stage.focus()
    page.keyboard.press("/")
    page.get_by_role("dialog").wait_for()
    found += violations(page)
    assert not found, "\n".join(found)


def test_another_series_and_an_earlier_study_are_found(visit, lake):
    """The list leads to the image, whatever series it is in; an earlier study shows what the same set says of it."""
    patient = {"PatientID": f"BESIDE{uuid.uuid4().hex[:8]}", "PixelSpacing": [1, 1]}

    def stored(name, date):
        study = generate_uid()
        more = {"StudyDescription": name, "StudyDate": date, **patient}
        series = [{"series": generate_uid(), "SeriesNumber": number} for number in (1, 2)]
        files = [phantom(number, study=study, **one, **more) for one in series for number in (1, 2)]
        return lake.store(files)[0]["study"]

    before, now = stored("Before", "20200101"), stored("Now", "20210101")
    page = visit("annotator", f"/studies/{before}")
    open_labels(page)
    make_set(page, "Follow-up")
    Hand(page).draw("e", (88, 88), (168, 168))
    save(page)
    expect(state(page)).to_contain_text("version")

    page.goto(f"{lake.url}/studies/{now}")
    open_labels(page)
    expect(state(page)).to_contain_text("Nothing to save yet")
    hand = Hand(page)
    hand.draw("m", (20, 20), (60, 20))
    page.locator(".series").nth(1).click()
    expect(page.locator(".layer .annotation")).to_have_count(0)
    hand.stage.focus()
    page.keyboard.press("End")
    page.wait_for_selector('tarn-viewer[data-shown="1"]')
    hand.draw("b", (20, 20), (60, 60))
    rows(page).filter(has_text="Length").click()
    expect(page.locator(".layer .annotation.length")).to_have_count(1)
    rows(page).filter(has_text="Finding").click()
    expect(page.locator(".layer .annotation.rectangle")).to_have_count(1)
    page.wait_for_selector('tarn-viewer[data-shown="1"]')

    page.get_by_role("tab", name="Details").click()
    page.get_by_role("button", name="Compare with Before").click()
    page.get_by_role("tab", name="Labels").click()
    other = page.locator("tarn-viewport").nth(1)
    other.locator(".stage").focus()
    page.keyboard.press("PageUp")
    page.keyboard.press("Home")
    expect(other.locator(".layer .annotation.ellipse")).to_have_count(1)
    expect(rows(page)).to_have_count(2)
