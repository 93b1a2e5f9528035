"""Series that may show a face: said in the list of series, and taken out of an export for who wants it."""

import re

from playwright.sync_api import expect
from pydicom.uid import generate_uid
from studies import ct_slice
from test_accessible import violations


def head_study(lake):
    """A head that cannot be defaced (noise has no brain), and two images that nothing can be rebuilt from."""
    study, head, few = generate_uid(), generate_uid(), generate_uid()
    texts = {"BodyPartExamined": "HEAD", "StudyDescription": "CT head", "PatientID": "FACES-1"}
    files = [ct_slice(study, head, number, SeriesDescription="Head 1 mm", **texts) for number in range(1, 10)]
    files += [ct_slice(study, few, number, SeriesDescription="Head few", **texts) for number in range(1, 3)]
    return lake.store(files, project="NEURO")[0]["study"]


def test_a_head_is_marked_and_an_export_leaves_out_what_cannot_be_defaced(visit, lake):
    uid = head_study(lake)
    page = visit("everything", f"/studies/{uid}")
    rail = page.get_by_role("navigation", name="Series")
    entry = rail.locator(".series-entry")
    expect(entry.filter(has_text="Head 1 mm").get_by_text("May show a face")).to_be_visible()
    expect(entry.filter(has_text="Head few")).to_be_visible()
    expect(entry.filter(has_text="Head few").get_by_text("May show a face")).to_have_count(0)

    page.goto(f"{lake.url}/exports?new&study={uid}")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Project").select_option("NEURO")
    box = dialog.get_by_label("Take faces out of heads")
    expect(box).not_to_be_checked()
    expect(dialog).to_contain_text("hard, not impossible")
    box.focus()
    page.keyboard.press("Space")
    expect(box).to_be_checked()
    assert violations(page, "export of a head") == []
    dialog.get_by_role("button", name="Make the export").click()
    expect(dialog).to_have_count(0, timeout=60_000)
    card = page.locator(".export").first
    expect(card).to_contain_text("2 images")
    expect(card).to_contain_text(re.compile("Faces taken out of 0 series; 1 left out"))
