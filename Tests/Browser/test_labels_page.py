"""Label sets: made, their history, named versions, downloads; the list of labels; labels in the filter and the export."""

import csv
import io
import json
import re
import uuid
import zipfile

import pytest
from playwright.sync_api import expect

from labelling import Labels
from studies import series

EVIL = '<img src=x onerror="document.title=1">'


@pytest.fixture(scope="module")
def marked(lake):
    """A study and one of its images."""
    stored = lake.store(series(2, PatientID="M1", StudyDescription="Marked study", seed=71))
    lake.store(series(1, PatientID="M2", StudyDescription="Marked not at all", seed=72))
    return stored[0]["study"], stored[0]["instance"]


def annotation(instance, label="Finding", kind="rectangle", points=((4, 4), (20, 16)), note=""):
    return {"id": str(uuid.uuid4()), "type": kind, "label": label, "note": note, "instance": instance, "frame": 1,
            "points": [list(point) for point in points]}


def open_set(visit, lake, name, person="annotator", **options):
    labels = Labels(lake)
    page = visit(person, f"/labels/{labels.id(name)}", **options)
    page.get_by_role("heading", name=name, level=1).wait_for()
    return page


def test_a_label_set_is_made_and_found_again(visit):
    page = visit("annotator", "/labels", allow=(409,))
    page.get_by_role("button", name="New label set").click()
    page.get_by_role("dialog").get_by_label("Name", exact=True).fill("First reading")
    page.get_by_label("What it is for").fill("Nodules of 4 mm and more")
    page.get_by_role("button", name="Make the label set").click()
    page.get_by_role("heading", name="First reading").wait_for()
    expect(page.get_by_text("Nodules of 4 mm and more")).to_be_visible()
    expect(page.get_by_text("Nothing was saved yet")).to_be_visible()
    page.get_by_role("link", name="Back to the label sets").click()
    page.get_by_role("link", name="First reading").click()
    page.get_by_role("heading", name="First reading", level=1).wait_for()
    page.go_back()
    page.get_by_role("button", name="New label set").click()
    page.get_by_role("dialog").get_by_label("Name", exact=True).fill("first READING")
    with page.expect_response(lambda answer: answer.request.method == "POST") as answer:
        page.get_by_role("button", name="Make the label set").click()
    assert answer.value.status == 409
    expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("this name")


def test_history_names_and_downloads(visit, lake, marked):
    study, instance = marked
    labels = Labels(lake)
    labels.make("With history")
    one, two = annotation(instance), annotation(instance, kind="point", points=[(8, 9)], note="seen twice")
    labels.save("With history", study, [one], "First look")
    moved = {**one, "points": [[5, 5], [20, 16]], "label": "Normal"}
    labels.save("With history", study, [moved, two], "Second look")
    page = open_set(visit, lake, "With history")
    rows = page.locator(".commit")
    expect(rows).to_have_count(2)
    expect(rows.nth(0)).to_contain_text("Second look")
    expect(rows.nth(0)).to_contain_text("annotator")
    expect(rows.nth(0).locator(".change.added")).to_contain_text("1 point, Finding")
    expect(rows.nth(0).locator(".change.changed")).to_contain_text("1 rectangle, Normal: moved, other label")
    expect(rows.nth(1).locator(".change.added")).to_contain_text("1 rectangle, Finding")

    page.get_by_role("button", name="Name this version (1)").click()
    page.get_by_label("Name", exact=True).fill("reading-1")
    page.get_by_label("What it is for").fill("For the abstract")
    page.get_by_role("button", name="Give the name").click()
    expect(page.locator(".tag-row")).to_contain_text("reading-1")
    expect(page.locator(".tag-row")).to_contain_text("For the abstract")

    page.get_by_label("Version", exact=True).select_option("reading-1")
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    lines = list(csv.DictReader(io.StringIO(download.value.path().read_text())))
    assert [line["label"] for line in lines] == ["Finding"]
    page.get_by_label("Version", exact=True).select_option("2")
    with page.expect_download() as download:
        page.get_by_role("link", name="JSON").click()
    content = json.loads(download.value.path().read_text())
    assert content["version"] == 2 and "seen twice" in json.dumps(content)
    rows.nth(0).get_by_role("link", name="its history").click()
    page.get_by_role("heading", name="History of one study").wait_for()
    expect(rows).to_have_count(2)
    rows.nth(0).get_by_role("link", name="open the study").click()
    page.wait_for_url(f"**/studies/{study}")
    # Its labels are there at once.
    expect(page.get_by_role("tab", name="Labels")).to_have_attribute("aria-selected", "true")
    expect(page.locator("select", has_text="With history").locator("option:checked")).to_have_text("With history")


def test_a_long_history_comes_in_pages(visit, lake, marked):
    study, instance = marked
    labels = Labels(lake)
    labels.make("Long history")
    for number in range(33):
        labels.save("Long history", study, [annotation(instance, points=[(1, 1), (9, 9)])], f"Look {number + 1}")
    page = open_set(visit, lake, "Long history")
    expect(page.locator(".commit")).to_have_count(30)
    page.get_by_role("button", name="Show earlier versions").click()
    expect(page.locator(".commit")).to_have_count(33)
    expect(page.locator(".commit").last).to_contain_text("Look 1")


def test_the_list_of_labels_grows_and_retires_and_two_people_lose_nothing(visit, lake):
    page = visit("annotator2", "/labels", allow=(412,))
    other = visit("custodian", "/labels")
    for one in (page, other):
        one.get_by_label("Description of Finding").wait_for()
    other.get_by_role("button", name="Add a label").click()
    other.get_by_label("Name of the new label").fill("Scar")
    other.get_by_role("button", name="Save the list").click()
    other.get_by_text("The list of labels is saved").wait_for()

    page.get_by_role("button", name="Add a label").click()
    page.get_by_label("Name of the new label").fill("Cyst")
    page.get_by_label("Description of the new label").fill("Filled with water")
    page.get_by_role("button", name="Retire: Artefact").click()
    page.get_by_role("button", name="Save the list").click()
    expect(page.get_by_text("Somebody changed this list meanwhile")).to_be_visible()
    expect(page.get_by_label("Description of Scar")).to_be_visible()
    page.get_by_role("button", name="Save the list").click()
    page.get_by_text("The list of labels is saved").wait_for()
    page.reload()
    expect(page.get_by_label("Description of Cyst")).to_have_value("Filled with water")
    names = page.locator(".label-row .label-name").all_inner_texts()
    assert {"Finding", "Normal", "Artefact", "Scar", "Cyst"} <= set(names)
    expect(page.locator(".label-row.retired").filter(has_text="Artefact")).to_be_visible()
    page.get_by_role("button", name="Use again: Artefact").click()
    page.get_by_role("button", name="Save the list").click()
    page.get_by_text("The list of labels is saved").wait_for()


def test_a_list_with_a_name_twice_is_not_sent(visit):
    page = visit("custodian", "/labels")
    page.get_by_role("button", name="Add a label").click()
    page.get_by_label("Name of the new label").fill("finding ")
    page.get_by_role("button", name="Save the list").click()
    expect(page.get_by_text("Each name stands once")).to_be_visible()
    page.get_by_role("button", name="Take the new label away").click()
    expect(page.get_by_role("button", name="Save the list")).to_be_disabled()


def test_each_role_sees_what_is_meant_for_it(visit, lake):
    Labels(lake).make("Seen by roles")
    page = visit("researcher", "/labels")
    page.get_by_role("link", name="Seen by roles").wait_for()
    expect(page.locator(".label-row", has_text="Finding")).to_be_visible()
    expect(page.get_by_role("button", name="New label set")).to_have_count(0)
    expect(page.get_by_role("button", name="Save the list")).to_have_count(0)
    page.get_by_role("link", name="Seen by roles").click()
    page.get_by_role("heading", name="Seen by roles", level=1).wait_for()
    expect(page.get_by_role("button", name="Name this version")).to_have_count(0)
    page = visit("physician", "/studies")
    page.get_by_role("link", name="Studies", exact=True).wait_for()
    expect(page.get_by_role("link", name="Labels", exact=True)).to_have_count(0)
    page = visit("stranger", f"/labels/{Labels(lake).id('Seen by roles')}", allow=(404,))
    page.get_by_text("Nothing to see here").wait_for()
    page = visit("stranger", "/labels/not-an-id", allow=(404, 400))
    page.get_by_text("Nothing to see here").wait_for()


def test_hostile_text_stays_text(visit, lake, marked):
    study, instance = marked
    labels = Labels(lake)
    made = lake.json("POST", "/api/v1/label-sets", {"project": "CHEST", "name": f"Evil {EVIL}", "description": EVIL}, labels.token)
    labels.save(f"Evil {EVIL}", study, [annotation(instance, note=EVIL)], EVIL)
    lake.json("POST", f"/api/v1/label-sets/{made['id']}/tags", {"name": "evil", "message": EVIL}, labels.token)
    page = visit("annotator", "/labels")
    page.get_by_role("link", name=f"Evil {EVIL}").click()
    page.locator(".commit").wait_for()
    expect(page.locator(".commit-message")).to_have_text(EVIL)
    expect(page.locator(".tag-message")).to_have_text(EVIL)
    assert page.locator("img[src=x]").count() == 0
    assert page.title() != "1"


def test_long_names_fit_on_a_phone(visit, lake, marked):
    study, instance = marked
    labels = Labels(lake)
    name = "W" * 100
    made = labels.make(name)
    labels.save(name, study, [annotation(instance)], "W" * 900)
    lake.json("POST", f"/api/v1/label-sets/{made['id']}/tags", {"name": "W" * 64, "message": "W" * 900}, labels.token)
    page = visit("annotator", "/labels", 390, 844)
    page.get_by_role("link", name=name).wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.goto(f"{lake.url}/labels/{made['id']}")
    page.locator(".commit").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_studies_are_found_by_a_label(visit, lake, marked):
    study, instance = marked
    labels = Labels(lake)
    labels.make("For the filter")
    labels.save("For the filter", study, [annotation(instance, label="Normal")], "")
    # One project: its labels can be chosen.
    page = visit("annotator", "/studies?description=Marked")
    expect(page.locator(".study-row")).to_have_count(2)
    page.get_by_label("Label", exact=True).select_option("Normal")
    page.wait_for_url(re.compile(r"label=Normal"))
    expect(page.locator(".study-row")).to_have_count(1)
    page.reload()
    expect(page.get_by_label("Label", exact=True)).to_have_value("Normal")
    expect(page.locator(".study-row")).to_have_count(1)
    # Several projects: a text, until one is chosen.
    page = visit("everything", "/studies?description=Marked")
    page.get_by_label("Label", exact=True).fill("Normal")
    page.get_by_label("Label", exact=True).press("Enter")
    expect(page.locator(".study-row")).to_have_count(1)
    page.get_by_label("Project").select_option("CHEST")
    expect(page.locator("select[name=label]")).to_have_value("Normal")
    page.get_by_role("button", name="Take away label: Normal").click()
    expect(page.locator(".study-row")).to_have_count(2)


def test_labels_go_along_in_an_export_at_a_named_version(visit, lake, marked):
    study, instance = marked
    labels = Labels(lake)
    labels.make("Exported set")
    labels.save("Exported set", study, [annotation(instance)], "frozen")
    lake.json("POST", f"/api/v1/label-sets/{labels.id('Exported set')}/tags", {"name": "frozen"}, labels.token)
    labels.save("Exported set", study, [annotation(instance), annotation(instance)], "later")
    page = visit("researcher", "/studies?description=Marked+study")
    page.locator(".study-row").first.wait_for()
    page.get_by_role("link", name="Export this list").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Labels to take along").select_option(label="Exported set")
    expect(dialog.get_by_label("Version of the labels")).to_have_value("frozen")
    dialog.get_by_role("button", name="Make the export").click()
    card = page.locator(".export").first
    expect(card).to_contain_text("With labels: Exported set, frozen (version 1)")
    with page.expect_download() as download:
        card.get_by_role("link", name="Download").click()
    with zipfile.ZipFile(download.value.path()) as archive:
        tables = [name for name in archive.namelist() if name.endswith("annotations.csv")]
        assert len(tables) == 1, archive.namelist()
        assert len(list(csv.DictReader(io.StringIO(archive.read(tables[0]).decode())))) == 1
