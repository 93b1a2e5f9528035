"""Cold storage in the browser: a study goes, says that it is away, comes back; retention and legal holds."""

import re

import pytest
from cold import archive_of, cold_lake, offload, stored_study, study_of, wait_for
from conftest import canvas_pixels, viewer_shows
from playwright.sync_api import expect
from test_accessible import LOOKS, violations


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    server = cold_lake(tmp_path_factory.mktemp("cold"), rules=["DE"])
    yield server
    server.discard()


def open_study(visit, name, uid, **options):
    page = visit(name, f"/studies/{uid}", **options)
    page.locator(".study-panel .storage .badge").first.wait_for()
    return page


def test_a_study_goes_to_cold_storage_and_comes_back_when_it_is_looked_at(visit, lake):
    uid = stored_study(lake, "COLD-1")["uid"]
    page = open_study(visit, "custodian", uid, allow=(409,))
    viewer_shows(page, 0)
    before = canvas_pixels(page)
    page.get_by_role("button", name="Archive…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Free the space on this server").check()
    dialog.get_by_role("button", name="Copy to cold storage").click()
    storage = page.locator(".storage")
    expect(storage.get_by_text("In cold storage", exact=True)).to_be_visible(timeout=30_000)
    expect(storage.locator(".copies .badge").first).to_have_text("verified")
    storage.get_by_text("Identifiers").click()
    cid = archive_of(lake, uid)["copies"][0]["cid"]
    expect(storage.get_by_text(cid)).to_be_visible()
    assert study_of(lake, uid)["local"] == "offloaded"

    # A physician, who may not archive, asks for it with one click.
    page = open_study(visit, "physician", uid, allow=(409,))
    expect(page.locator(".storage").get_by_role("button", name="Archive…")).to_have_count(0)
    expect(page.locator(".storage").get_by_text(cid)).to_have_count(0)
    page.get_by_role("button", name="Bring it back").click()
    viewer_shows(page, 0, timeout=30_000)
    expect(page.locator(".storage").get_by_text("On this server")).to_be_visible()
    assert study_of(lake, uid)["local"] == "here"
    after = canvas_pixels(page)
    assert before.shape == after.shape and (abs(before.astype(int) - after) < 3).mean() > 0.9


def test_the_list_marks_what_is_away(visit, lake):
    uid = stored_study(lake, "COLD-2")["uid"]
    offload(lake, uid)
    page = visit("physician", "/studies")
    row = page.locator(".study-row", has=page.locator(f"a[href='/studies/{uid}']"))
    expect(row.get_by_text("Cold storage", exact=True)).to_be_visible()
    # No picture is asked for that is not there: the console would say so.
    expect(row.locator(".thumbnail img")).to_have_count(0)


def test_a_copy_that_is_damaged_is_said_in_words(visit, lake):
    uid = stored_study(lake, "COLD-3")["uid"]
    offload(lake, uid)
    cid = archive_of(lake, uid)["copies"][0]["cid"]
    copies = [path for path in (lake.directory / "vault").rglob("*") if path.is_file() and cid in path.name]
    assert copies, list((lake.directory / "vault").rglob("*"))
    kept = [path.read_bytes() for path in copies]
    for path in copies:
        path.chmod(0o600)
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    page = open_study(visit, "physician", uid, allow=(409,))
    page.get_by_role("button", name="Bring it back").click()
    again = page.get_by_role("button", name="Try again")
    again.wait_for(timeout=60_000)
    expect(page.locator("tarn-viewport .message")).to_contain_text("could not be brought back")
    for path, content in zip(copies, kept):
        path.write_bytes(content)
    again.click()
    viewer_shows(page, 0, timeout=30_000)


def test_the_archive_page_says_how_long_and_holds(visit, lake):
    study = stored_study(lake, "COLD-4")
    offload(lake, study["uid"])
    page = visit("custodian", "/archive")
    card = page.locator(".archive-card", has=page.get_by_text(study["subject"], exact=True))
    expect(card.get_by_text("de-examination")).to_be_visible()
    expect(card.get_by_text("In cold storage", exact=True)).to_be_visible()
    card.get_by_role("button", name=re.compile("^Legal hold")).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Set the hold").click()
    expect(dialog.get_by_text("Please fill this in")).to_be_visible()
    dialog.get_by_label("Reason").fill("Case 7 O 12/26")
    dialog.get_by_role("button", name="Set the hold").click()
    expect(card.get_by_text("Case 7 O 12/26")).to_be_visible()
    retention = lake.json("GET", f"/api/v1/studies/{study['uid']}/retention", token=lake.tokens["CHEST"])
    assert [hold["reason"] for hold in retention["holds"]] == ["Case 7 O 12/26"]
    card.get_by_role("button", name="Lift the hold").click()
    page.get_by_role("dialog").get_by_role("button", name="Lift the hold").click()
    expect(card.locator(".hold")).to_have_count(0)
    card.get_by_role("button", name="Bring back").click()
    expect(card.get_by_text("On this server")).to_be_visible(timeout=30_000)
    page.get_by_label("Which studies").select_option("restoring")
    expect(page.get_by_text("No study here")).to_be_visible()


def test_who_may_not_archive_finds_no_archive(visit, lake):
    page = visit("physician", "/archive")
    expect(page.get_by_text("You may not manage the archive")).to_be_visible()
    expect(page.locator(".bar").get_by_role("link", name="Archive")).to_have_count(0)


@pytest.mark.parametrize("scheme, width, height", LOOKS)
def test_no_page_about_cold_storage_has_violations(visit, lake, scheme, width, height):
    uid = stored_study(lake, f"LOOK-{scheme}-{width}")["uid"]
    offload(lake, uid)
    found = []
    page = visit("custodian", "/archive", width, height, scheme, allow=(409,))

    def look(place):
        page.wait_for_timeout(300)
        found.extend(violations(page, place))
        assert page.evaluate("document.documentElement.scrollWidth") <= width, place

    page.get_by_role("button", name=re.compile("^Legal hold")).first.click()
    look("legal hold")
    page.goto(lake.url + f"/studies/{uid}")
    page.get_by_role("button", name="Bring it back").wait_for()
    page.locator(".study-panel .storage .badge").first.wait_for(state="attached")
    look("study that is away")
    page.get_by_role("button", name="Bring it back").click()
    viewer_shows(page, 0, timeout=30_000)
    wait_for(lambda: archive_of(lake, uid)["job"]["state"] == "done")
    page.get_by_role("button", name="Archive…").click()
    look("archive dialog")
    page.goto(lake.url + "/erased")
    page.get_by_text("Nobody was erased").wait_for()
    look("erased")
    assert not found, "\n".join(found)
