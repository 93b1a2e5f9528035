"""Uploads in the browser: archives, folders, what is refused and why, and going on after trouble."""

import io
import zipfile

import pytest
from playwright.sync_api import expect

from studies import series

FILES = "input[type=file]:not([webkitdirectory])"


@pytest.fixture
def upload(visit):
    return visit("technologist", "/upload")


def archive(files, compression=zipfile.ZIP_DEFLATED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as target:
        for name, content in files.items():
            target.writestr(name, content)
    return buffer.getvalue()


def drop(page, files):
    """Drops files on the window, as the desktop would."""
    transfer = page.evaluate_handle(
        """(files) => {
            const transfer = new DataTransfer();
            for (const { name, bytes } of files) {
                const raw = Uint8Array.from(atob(bytes), (character) => character.charCodeAt(0));
                transfer.items.add(new File([raw], name));
            }
            return transfer;
        }""",
        [{"name": name, "bytes": __import__("base64").b64encode(content).decode()} for name, content in files.items()])
    page.dispatch_event("body", "dragenter", {"dataTransfer": transfer})
    page.get_by_text("Drop the images here").wait_for()
    page.dispatch_event("body", "drop", {"dataTransfer": transfer})


def test_a_zip_is_unpacked_in_the_browser(upload, tmp_path):
    files = {f"CT/{number}.dcm": content for number, content in enumerate(series(6, seed=21))}
    path = tmp_path / "study.zip"
    path.write_bytes(archive({**files, "CT/notes.txt": b"not DICOM", "__MACOSX/._x": b"litter"}))
    upload.locator(FILES).set_input_files(path)
    upload.get_by_role("button", name="Accepted 6").wait_for(timeout=60_000)
    upload.get_by_role("button", name="Rejected 1").click()
    row = upload.locator(".upload-row")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("notes.txt")
    assert row.locator(".why").inner_text().strip()


def test_a_folder_is_taken_whole(upload, tmp_path):
    folder = tmp_path / "disk"
    for number, content in enumerate(series(4, seed=22)):
        path = folder / f"deep{number % 2}" / f"IM{number}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    upload.locator("input[webkitdirectory]").set_input_files(folder)
    upload.get_by_role("button", name="Accepted 4").wait_for(timeout=60_000)


def test_files_may_be_dropped_on_any_page(visit):
    page = visit("everything", "/studies")
    page.get_by_role("heading", name="Studies").wait_for()
    drop(page, {f"{number}.dcm": content for number, content in enumerate(series(3, rows=16, seed=23))})
    page.wait_for_url("**/upload")
    page.get_by_text("3 files").first.wait_for()
    # With several projects nothing is sent before one is chosen.
    assert page.get_by_role("button", name="Accepted").count() == 0
    page.get_by_label("Project").select_option("NEURO")
    page.get_by_role("button", name="Upload 3 files").click()
    page.get_by_role("button", name="Accepted 3").wait_for(timeout=60_000)


def test_a_zip_bomb_is_refused_in_words(upload, tmp_path):
    bomb = bytearray(archive({"bomb.dcm": b"\0" * 30_000_000}))
    # The directory promises 4 GB for a few kilobytes.
    at = bomb.rindex(b"PK\x01\x02")
    bomb[at + 24:at + 28] = (0xFFFFFFF0).to_bytes(4, "little")
    path = tmp_path / "bomb.zip"
    path.write_bytes(bomb)
    upload.locator(FILES).set_input_files(path)
    upload.get_by_text("beyond all reason").wait_for()


def test_a_lost_connection_is_tried_again(visit, tmp_path):
    # The browser reports the lost request on its console; that is the point of this test.
    upload = visit("technologist", "/upload", allow=("net::ERR_CONNECTION_RESET",))
    lost = []

    def lose_once(route):
        if not lost:
            lost.append(1)
            route.abort("connectionreset")
        else:
            route.continue_()

    upload.route("**/dicom-web/studies?*", lose_once)
    paths = []
    for number, content in enumerate(series(3, seed=24)):
        paths.append(tmp_path / f"{number}.dcm")
        paths[-1].write_bytes(content)
    upload.locator(FILES).set_input_files(paths)
    upload.get_by_role("button", name="Accepted 3").wait_for(timeout=60_000)
    assert lost


def test_thousands_of_files_keep_the_list_light(upload, tmp_path):
    path = tmp_path / "many.zip"
    path.write_bytes(archive({f"{number}.txt": b"no DICOM here" for number in range(3000)}, zipfile.ZIP_STORED))
    upload.locator(FILES).set_input_files(path)
    upload.get_by_text("of 3,000 files").wait_for(timeout=60_000)
    assert upload.locator(".upload-row").count() < 60
    upload.get_by_role("button", name="Rejected 3,000").wait_for(timeout=240_000)
