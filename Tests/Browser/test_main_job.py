"""The main job: sign in, upload, see without PHI, scroll and window, export, download, check the digests."""

import hashlib
import io
import json
import zipfile

import numpy
import pydicom

from conftest import canvas_pixels, viewer_shows
from studies import words

# The project's profile cleans comments rather than emptying them: everyday words of a planted sentence may stay.
EVERYDAY = {b"Daughter", b"visits"}


def found_words(content):
    return [word for word in words() if word in content and word not in EVERYDAY]


def seen_words(page):
    return found_words(page.evaluate("document.documentElement.outerHTML").encode())


def test_a_ct_goes_in_is_seen_and_comes_out(visit, lake, ct_files, tmp_path):
    page = visit("everything", "/upload")
    page.get_by_label("Project").select_option("CHEST")
    page.locator("input[type=file]:not([webkitdirectory])").set_input_files(ct_files)
    page.get_by_role("button", name=f"Upload {len(ct_files)} files").click()
    opens = page.get_by_role("link", name="Open the study")
    opens.wait_for(timeout=60_000)
    study = opens.get_attribute("href").rsplit("/", 1)[-1]
    stored = page.get_by_role("button", name="Accepted", exact=False)
    again = page.get_by_role("button", name="Already there", exact=False)
    assert stored.count() + again.count() >= 1
    assert page.locator(".badge.bad").count() == 0

    # In the list, under a code, with nothing that names the patient.
    page.get_by_role("link", name="Studies").first.click()
    page.wait_for_url("**/studies")
    # What was added last stands first, however many studies other tests left.
    page.goto(lake.url + "/studies?sort=added")
    row = page.locator(f'.study-row:has(a[href$="{study}"])')
    row.wait_for()
    assert seen_words(page) == []
    row.locator("a.title").click()
    viewer_shows(page, 0)
    page.get_by_text("Details", exact=True).wait_for()
    assert seen_words(page) == []

    # Scroll by wheel and key.
    stage = page.locator("tarn-viewer .stage")
    box = stage.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    for _ in range(5):
        page.mouse.wheel(0, 100)
        page.wait_for_timeout(30)
    viewer_shows(page, 5)
    page.keyboard.press("ArrowDown")
    viewer_shows(page, 6)
    page.keyboard.press("End")
    viewer_shows(page, len(ct_files) - 1)
    page.keyboard.press("Home")
    viewer_shows(page, 0)

    # Window by preset and by dragging: the picture changes, and the numbers say so.
    page.keyboard.press("4")
    bone = canvas_pixels(page)
    page.keyboard.press("5")
    brain = canvas_pixels(page)
    assert numpy.abs(bone.astype(int) - brain).mean() > 3
    assert page.get_by_label("Window width").input_value() == "80"
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2 + 120, box["y"] + box["height"] / 2 + 10, steps=4)
    page.mouse.up()
    assert float(page.get_by_label("Window width").input_value()) > 100

    # Export.
    page.get_by_role("link", name="Export this study").click()
    page.get_by_role("button", name="Make the export").click()
    page.get_by_role("link", name="Download").first.wait_for()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").first.click()
    archive = tmp_path / "export.zip"
    download.value.save_as(archive)
    page.get_by_text("Checksum, and download by command").first.click()
    digest = page.locator(".copy-line code").first.inner_text()
    with page.expect_download() as download:
        page.get_by_role("link", name="Manifest").first.click()
    manifest_bytes = open(download.value.path(), "rb").read()
    assert hashlib.sha256(manifest_bytes).hexdigest() == digest.strip()
    check_archive(archive, json.loads(manifest_bytes), study, len(ct_files))


def check_archive(path, manifest, study, count):
    text = json.dumps(manifest)
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        images = [name for name in archive.namelist() if name.lower().endswith(".dcm")]
        assert len(images) == count
        for name in images:
            content = archive.read(name)
            assert hashlib.sha256(content).hexdigest() in text, f"{name} is not in the manifest with its digest"
            assert found_words(content) == []
            data = pydicom.dcmread(io.BytesIO(content))
            assert data.StudyInstanceUID == study
            assert data.PatientIdentityRemoved == "YES"


def test_the_same_files_again_are_already_there(visit, ct_files, ct_study):
    page = visit("technologist", "/upload")
    page.locator("input[type=file]:not([webkitdirectory])").set_input_files(ct_files[:5])
    page.get_by_role("button", name="Already there 5").wait_for(timeout=60_000)


def test_who_looked_at_a_study_is_on_record(visit, ct_study):
    looking = visit("physician", f"/studies/{ct_study}")
    viewer_shows(looking, 0)
    page = visit("custodian", f"/studies/{ct_study}")
    viewer_shows(page, 0)
    page.locator(".accesses li", has_text="physician").first.wait_for()
