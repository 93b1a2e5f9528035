"""Who patients are, in the browser: originals with a second person, merges, identities that are destroyed."""

import subprocess
import zipfile

import pytest
from conftest import Lake, viewer_shows
from playwright.sync_api import expect
from studies import ct_slice
from pydicom.uid import generate_uid
from test_accessible import LOOKS, violations


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    # As many as the two who are compared.
    server = Lake(tmp_path_factory.mktemp("patients"), "--originals-alone", "2").start().furnish()
    yield server
    server.discard()


def a_day_later(lake):
    """Whom somebody compared no longer counts as known alone."""
    socket = (lake.database_directory() / "cluster" / "postmaster.pid").read_text().splitlines()[4]
    subprocess.run(
        ["psql", "--quiet", "--host", socket, "--username", "tarn", "--dbname", "tarn", "--set", "ON_ERROR_STOP=1",
         "--command", "UPDATE identity_look SET at = at - interval '25 hours'"], check=True, stdout=subprocess.DEVNULL)


def study_of(lake, patient, name="Quibblefrost^Zanthippe", count=2):
    uid, series = generate_uid(), generate_uid()
    files = [ct_slice(uid, series, number, PatientID=patient, PatientName=name) for number in range(1, count + 1)]
    made = lake.store(files)[0]["study"]
    return lake.json("GET", f"/api/v1/studies/{made}", token=lake.tokens["CHEST"]), files


def ask(page, study):
    page.goto(f"{page.lake.url}/studies/{study['uid']}")
    page.locator(".study-panel").get_by_role("button", name="Original files…").click()
    dialog = page.get_by_role("dialog", name="Original files")
    dialog.get_by_label("Reason").fill("Second reading")
    return dialog


def test_files_come_back_at_once_or_after_a_second_person_approved(visit, lake, tmp_path):
    alone = [study_of(lake, "BACK-0"), study_of(lake, "BACK-1")]
    second, more = study_of(lake, "BACK-2")
    page = visit("physician", f"/studies/{second['uid']}", allow=(404, 409, 410))
    for study, files in alone:
        dialog = ask(page, study)
        with page.expect_download() as download:
            dialog.get_by_role("button", name="Get the files").click()
        path = tmp_path / "one.zip"
        download.value.save_as(path)
        with zipfile.ZipFile(path) as archive:
            found = [archive.read(name) for name in archive.namelist() if name.endswith(".dcm")]
        assert sorted(found) == sorted(files)

    dialog = ask(page, second)
    dialog.get_by_role("button", name="Get the files").click()
    expect(page.get_by_text("Waits for a second person").first).to_be_visible()
    assert "/originals/" in page.url
    expect(page.get_by_role("button", name="Approve")).to_have_count(0)

    other = visit("custodian", "/originals")
    expect(other.get_by_role("heading", name="Wait for your decision")).to_be_visible()
    other.get_by_role("button", name="Approve").click()
    other.get_by_role("dialog").get_by_role("button", name="Approve").click()
    expect(other.get_by_text("Ready to download")).to_be_visible()
    expect(other.get_by_role("link", name="Download")).to_have_count(0)

    page.reload()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    path = tmp_path / "two.zip"
    download.value.save_as(path)
    with zipfile.ZipFile(path) as archive:
        found = [archive.read(name) for name in archive.namelist() if name.endswith(".dcm")]
    assert sorted(found) == sorted(more)
    page.reload()
    expect(page.get_by_text("Downloaded", exact=True)).to_be_visible()


def test_somebody_declines_and_says_why(visit, lake):
    study, _ = study_of(lake, "BACK-3")
    lake.json("POST", "/api/v1/originals", {"project": "CHEST", "filter": {}, "reason": "All of it"}, lake.tokens["CHEST"])
    page = visit("custodian", "/originals")
    page.get_by_role("button", name="Decline…").first.click()
    dialog = page.get_by_role("dialog", name="Decline")
    dialog.get_by_label("Reason").fill("Not needed")
    dialog.get_by_role("button", name="Decline").click()
    expect(page.get_by_text("Declined").first).to_be_visible()
    expect(page.get_by_text("Not needed").first).to_be_visible()
    assert study["subject"]


def test_two_codes_are_compared_merged_and_taken_apart_again(visit, lake):
    one, _ = study_of(lake, "TWO-1", "Merged^Margaret")
    two, _ = study_of(lake, "TWO-2", "MARGARET^merged")
    page = visit("custodian", "/patients")
    expect(page.get_by_role("heading", name="May be one patient")).to_be_visible()
    row = page.locator(".suggestion", has_text=one["subject"])
    row.get_by_role("button", name="Compare…").click()
    dialog = page.get_by_role("dialog", name="Are they one patient?")
    dialog.get_by_label("Reason").fill("Duplicates")
    dialog.get_by_role("button", name="Show them").click()
    expect(dialog.get_by_text("Merged^Margaret", exact=True)).to_be_visible()
    expect(dialog.get_by_text("TWO-2", exact=True)).to_be_visible()
    dialog.get_by_role("button", name="One patient: merge").click()
    expect(page.get_by_text(f"{two['subject']} was merged into {one['subject']} (1 study)")).to_be_visible()
    moved = lake.json("GET", f"/api/v1/studies/{two['uid']}", token=lake.tokens["CHEST"])
    assert moved["subject"] == one["subject"]
    page.get_by_role("button", name="Undo…").click()
    dialog = page.get_by_role("dialog", name="Take the merge back")
    dialog.get_by_label("Reason").fill("They are two")
    dialog.get_by_role("button", name="Take it back").click()
    expect(page.get_by_text("was taken out of").first).to_be_visible()
    back = lake.json("GET", f"/api/v1/studies/{two['uid']}", token=lake.tokens["CHEST"])
    assert back["subject"] == two["subject"]


def test_studies_are_taken_out_of_a_code(visit, lake):
    one, _ = study_of(lake, "SHARED-1", "Shared^A")
    two, _ = study_of(lake, "SHARED-1", "Shared^B")
    page = visit("custodian", f"/studies/{one['uid']}")
    viewer_shows(page, 0)
    page.locator(".study-panel").get_by_role("link", name="Merge or split…").click()
    page.get_by_role("heading", name="Patients", exact=True).wait_for()
    boxes = page.locator(".pick input[type=checkbox]")
    expect(boxes).to_have_count(2)
    page.locator(f".pick input[value='{two['uid']}']").check()
    part = page.locator("section", has=page.get_by_role("heading", name="Take studies out of one"))
    part.get_by_label("Reason").fill("Two people, one number")
    part.get_by_role("button", name="Take them out").click()
    expect(page.get_by_text(f"was made of 1 study of {one['subject']}")).to_be_visible()
    expect(boxes).to_have_count(1)


def test_an_identity_is_destroyed_and_the_images_stay(visit, lake):
    study, _ = study_of(lake, "ANON-1", "Anon^One")
    page = visit("custodian", f"/studies/{study['uid']}")
    viewer_shows(page, 0)
    page.locator(".study-panel").get_by_role("button", name="Destroy the identity…").click()
    dialog = page.get_by_role("dialog", name="Destroy the identity")
    dialog.get_by_label("Reason").fill("The project ends")
    dialog.get_by_label("Type the patient code to confirm").fill("wrong")
    dialog.get_by_role("button", name="Destroy for good").click()
    expect(dialog.get_by_text("This is not the code of this patient")).to_be_visible()
    dialog.get_by_label("Type the patient code to confirm").fill(study["subject"])
    dialog.get_by_role("button", name="Destroy for good").click()
    expect(dialog.get_by_text("Nobody can say any more who this is")).to_be_visible(timeout=60_000)
    dialog.get_by_role("button", name="Close").last.click()
    viewer_shows(page, 0)
    expect(page.get_by_text("The identity of this study was destroyed for good")).to_be_visible()
    expect(page.get_by_role("button", name="Original files…")).to_have_count(0)


def test_who_may_not_is_not_asked(visit, lake):
    study, _ = study_of(lake, "NOT-1", "Not^One")
    page = visit("researcher", f"/studies/{study['uid']}", allow=(404,))
    viewer_shows(page, 0)
    for name in ("Original files…", "Destroy the identity…"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)
    status = page.evaluate(
        """uid => fetch("/api/v1/originals", {
            method: "POST", headers: { "X-Tarn": "1", "Content-Type": "application/json" },
            body: JSON.stringify({ project: "CHEST", studies: [uid], reason: "because" }),
        }).then(answer => answer.status)""", study["uid"])
    assert status == 404


@pytest.mark.parametrize("scheme, width, height", LOOKS)
def test_the_pages_have_no_violations(visit, lake, scheme, width, height):
    study, _ = study_of(lake, f"AXE-{scheme}-{width}", "Axe^One")
    study_of(lake, f"AXE2-{scheme}-{width}", "Axe^One")
    a_day_later(lake)
    found = []
    page = visit("custodian", "/originals", width, height, scheme)
    page.locator(".original, .empty").first.wait_for()
    found += violations(page, "originals")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.goto(lake.url + f"/patients?project=CHEST&subject={study['subject']}")
    page.locator(".pick input").first.wait_for()
    found += violations(page, "patients")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.locator(".suggestion button").first.click()
    dialog = page.get_by_role("dialog", name="Are they one patient?")
    dialog.get_by_label("Reason").fill("Duplicates")
    dialog.get_by_role("button", name="Show them").click()
    dialog.locator(".compared").wait_for()
    found += violations(page, "compare")
    page.goto(lake.url + f"/studies/{study['uid']}")
    viewer_shows(page, 0)
    page.locator(".study-panel").get_by_role("button", name="Destroy the identity…").click()
    found += violations(page, "anonymise")
    page.keyboard.press("Escape")
    page.locator(".study-panel").get_by_role("button", name="Original files…").click()
    found += violations(page, "ask")
    assert not found, "\n".join(found)
