"""Erasing a patient in the browser: what goes and stays, why it is forbidden, and what is said afterwards."""

import pytest
from cold import archive_of, cold_lake, offload, stored_study
from conftest import viewer_shows
from playwright.sync_api import expect
from test_accessible import LOOKS, violations


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    server = cold_lake(tmp_path_factory.mktemp("erase"))
    yield server
    server.discard()


def open_question(page):
    page.locator(".study-panel").get_by_role("button", name="Erase this patient…").click()
    return page.get_by_role("dialog", name="Erase this patient")


def test_a_patient_is_erased_after_their_code_was_typed(visit, lake):
    study = stored_study(lake, "ERASE-1")
    other = stored_study(lake, "STAYS-1")
    page = visit("custodian", f"/studies/{study['uid']}", allow=(404,))
    viewer_shows(page, 0)
    dialog = open_question(page)
    dialog.get_by_label("Reason").fill("Request 12/2026")
    dialog.get_by_label("Type the patient code to confirm").fill(other["subject"])
    dialog.get_by_role("button", name="Erase for good").click()
    expect(dialog.get_by_text("This is not the code of this patient")).to_be_visible()
    assert lake.request("GET", f"/api/v1/studies/{study['uid']}", token=lake.tokens["CHEST"])[0] == 200
    dialog.get_by_label("Type the patient code to confirm").fill(study["subject"])
    dialog.get_by_role("button", name="Erase for good").click()
    expect(page.get_by_role("heading", name="A patient was erased")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("1 study with 4 images")).to_be_visible()
    expect(page.get_by_text("Reason: Request 12/2026")).to_be_visible()
    expect(page.get_by_text(study["subject"])).to_have_count(0)
    expect(page.get_by_text("Everything is done")).to_be_visible(timeout=60_000)
    assert lake.request("GET", f"/api/v1/studies/{study['uid']}", token=lake.tokens["CHEST"])[0] == 404
    assert lake.request("GET", f"/api/v1/studies/{other['uid']}", token=lake.tokens["CHEST"])[0] == 200
    page.get_by_role("link", name="Erased patients").click()
    expect(page.get_by_text("by custodian: Request 12/2026")).to_be_visible()


def test_a_legal_hold_forbids_it_and_says_why(visit, lake):
    study = stored_study(lake, "ERASE-2")
    lake.json("PUT", f"/api/v1/studies/{study['uid']}/retention",
              {"scope": "subject", "hold": {"reason": "Case 7 O 12/26"}}, lake.tokens["CHEST"])
    page = visit("custodian", f"/studies/{study['uid']}")
    viewer_shows(page, 0)
    dialog = open_question(page)
    expect(dialog.get_by_text("This patient may not be erased now")).to_be_visible()
    expect(dialog.get_by_text("Case 7 O 12/26")).to_be_visible()
    expect(dialog.get_by_role("button", name="Erase for good")).to_have_count(0)


def test_a_study_in_cold_storage_is_erased_too(visit, lake):
    study = stored_study(lake, "ERASE-3")
    offload(lake, study["uid"])
    cid = archive_of(lake, study["uid"])["copies"][0]["cid"]
    vault = lake.directory / "vault"
    assert any(cid in path.name for path in vault.rglob("*"))
    page = visit("custodian", f"/studies/{study['uid']}", allow=(404, 409))
    dialog = open_question(page)
    dialog.get_by_label("Reason").fill("Request 13/2026")
    dialog.get_by_label("Type the patient code to confirm").fill(study["subject"])
    dialog.get_by_role("button", name="Erase for good").click()
    expect(page.get_by_text("Everything is done")).to_be_visible(timeout=60_000)
    assert not any(cid in path.name for path in vault.rglob("*"))


def test_who_may_not_erase_is_not_asked(visit, lake):
    study = stored_study(lake, "ERASE-4")
    page = visit("physician", f"/studies/{study['uid']}", allow=(403, 404))
    viewer_shows(page, 0)
    expect(page.get_by_role("button", name="Erase this patient…")).to_have_count(0)
    status = page.evaluate(
        """code => fetch(`/api/v1/subjects/CHEST/${code}/erase`, {
            method: "POST", headers: { "X-Tarn": "1", "Content-Type": "application/json" },
            body: JSON.stringify({ reason: "because", confirm: code }),
        }).then(answer => answer.status)""", study["subject"])
    assert status in (403, 404)
    assert lake.request("GET", f"/api/v1/studies/{study['uid']}", token=lake.tokens["CHEST"])[0] == 200


@pytest.mark.parametrize("scheme, width, height", LOOKS)
def test_erasing_has_no_violations(visit, lake, scheme, width, height):
    study = stored_study(lake, f"ERASE-{scheme}-{width}")
    found = []
    page = visit("custodian", f"/studies/{study['uid']}", width, height, scheme, allow=(404,))
    viewer_shows(page, 0)
    dialog = open_question(page)
    dialog.get_by_label("Reason").fill("Request 14/2026")
    dialog.get_by_role("button", name="Erase for good").click()
    found += violations(page, "erase")
    dialog.get_by_label("Type the patient code to confirm").fill(study["subject"])
    dialog.get_by_role("button", name="Erase for good").click()
    page.get_by_role("heading", name="What was erased").wait_for(timeout=60_000)
    found += violations(page, "erased")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert not found, "\n".join(found)
