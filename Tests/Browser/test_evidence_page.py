"""Reports of uploads and the quarantine in the browser, with a project of their own."""

import json

import pytest
from playwright.sync_api import expect

from conftest import PASSWORD
from studies import SECONDARY_CAPTURE, ct_slice, series, words

PROJECT = "EVIDENCE"


@pytest.fixture(scope="module")
def evidence(lake):
    """A project with an upload of every verdict; gives the name of the upload."""
    lake.command("project", "add", PROJECT, "Evidence")
    lake.command("user", "grant", "everything", PROJECT, "technologist", "custodian")
    # The technologist of the other tests has one project and is not asked which.
    secret = lake.directory / "bringer.password"
    secret.write_text(PASSWORD + "\n")
    lake.command("user", "add", "bringer", "--grant", f"{PROJECT}=technologist", "--password-file", secret)
    files = series(2, seed=71)
    changed = bytearray(files[0])
    changed[-2] ^= 1
    capture = ct_slice("1.2.3.71", "1.2.3.71.1", 1, sop="1.2.3.71.2", sop_class=SECONDARY_CAPTURE)
    lake.store([*files, bytes(changed), capture, b"no image"], PROJECT)
    uploads = lake.json("GET", f"/api/v1/uploads?project={PROJECT}", token=lake.tokens[PROJECT])["uploads"]
    return uploads[0]["id"]


def test_an_upload_has_a_report_without_names(visit, evidence):
    page = visit("everything", "/uploads")
    page.get_by_role("heading", name="Uploads", level=1).wait_for()
    page.locator(f'a[href="/uploads/{evidence}"]').click()
    table = page.get_by_role("table", name="What was done to which attribute")
    expect(table).to_contain_text("Patient Name")
    expect(table).to_contain_text("replaced by a dummy")
    rows = table.locator("tbody tr").count()
    page.get_by_label("Show what was kept, too").check()
    assert table.locator("tbody tr").count() > rows
    expect(page.get_by_role("table", name="Why files were not simply accepted")).to_contain_text("in conflict")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save as a file").click()
    content = saved.value.path().read_bytes()
    assert json.loads(content)["report"]["verdicts"]["accepted"] == 2
    text = page.content().encode() + content
    assert not [word for word in words() if word in text]


def test_a_conflict_is_compared_and_dismissed_by_keyboard(visit, evidence):
    page = visit("everything", f"/quarantine?project={PROJECT}")
    page.get_by_role("heading", name="1 image is in conflict").wait_for()
    expect(page.get_by_role("heading", name="1 image waits for a look")).to_be_visible()
    expect(page.get_by_text("It is not a DICOM file. Nothing has to be done.")).to_be_visible()
    page.get_by_role("button", name="Compare…").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("The pictures are not the same.")
    expect(dialog.get_by_label("Dismiss it")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.type("sent twice")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="1 image is in conflict")).to_have_count(0)
    assert not [word for word in words() if word in page.content().encode()]


def test_both_images_of_a_conflict_are_kept_by_keyboard(lake, visit, evidence):
    first, = series(1, seed=73)
    changed = bytearray(first)
    changed[-2] ^= 1
    lake.store([first, bytes(changed)], PROJECT)
    page = visit("everything", f"/quarantine?project={PROJECT}")
    page.get_by_role("button", name="Compare…").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Dismiss it")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(dialog.get_by_label("Keep both")).to_be_checked()
    page.keyboard.press("Tab")
    page.keyboard.type("both are real")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Both images are kept.")).to_be_visible()
    expect(page.get_by_role("heading", name="1 image is in conflict")).to_have_count(0)
    assert not [word for word in words() if word in page.content().encode()]


def test_the_upload_page_leads_to_the_report(visit, evidence, tmp_path):
    page = visit("bringer", "/upload")
    path = tmp_path / "one.dcm"
    path.write_bytes(series(1, seed=72)[0])
    page.locator("input[type=file]:not([webkitdirectory])").set_input_files(path)
    page.get_by_role("link", name="See the report").click(timeout=60_000)
    page.get_by_role("heading", name="Report of an upload").wait_for()
    expect(page.locator("main")).to_contain_text("1 accepted")
    # Who only brings images in decides nothing.
    assert page.get_by_role("link", name="See what did not get in").count() == 0
