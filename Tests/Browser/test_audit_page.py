"""Who looked at this study, what did this person do; and what proves it."""

import csv
import json

import pytest
from conftest import viewer_shows
from playwright.sync_api import expect
from studies import series
from test_accessible import LOOKS, violations


@pytest.fixture(scope="module")
def looked_at(lake, chromium):
    """A study that the physician looked at: its UID."""
    from conftest import sign_in

    uid = lake.store(series(3, rows=64, PatientID="AUDIT-1"))[0]["study"]
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    sign_in(page, lake, "physician")
    page.goto(f"{lake.url}/studies/{uid}")
    viewer_shows(page, 0)
    context.close()
    return uid


def rows(page):
    page.locator(".access").first.wait_for()
    return page.locator(".access").evaluate_all(
        "rows => rows.map(row => [...row.cells].map(cell => cell.innerText.trim()))")


def test_an_auditor_begins_with_the_two_questions(visit, looked_at):
    page = visit("auditor", "/")
    expect(page).to_have_url(f"{page.lake.url}/audit")
    expect(page.locator(".bar nav a")).to_have_text(["Audit"])
    study = page.get_by_label("Study", exact=True)
    study.fill("not a study")
    page.get_by_role("button", name="Show who looked").click()
    expect(page.get_by_text("This is no UID")).to_be_visible()
    # The address of the page, as it is pasted out of a mail.
    study.fill(f"{page.lake.url}/studies/{looked_at}?series=1.2")
    page.get_by_role("button", name="Show who looked").click()
    expect(page).to_have_url(f"{page.lake.url}/audit?study={looked_at}")
    page.get_by_role("heading", name="Who did what with study").wait_for()
    found = rows(page)
    assert any(row[1] == "physician" and row[2].startswith("looked at images") for row in found), found
    assert any(row[1] == "everything" and row[2].startswith("uploaded images") for row in found), found
    # Auditors see no images, so nothing leads there.
    expect(page.get_by_role("link", name="Open study")).to_have_count(0)


def test_what_did_this_person_do(visit, looked_at):
    page = visit("auditor", "/audit")
    page.get_by_role("button", name="Show what they did").click()
    expect(page.get_by_text("Please fill this in")).to_be_visible()
    page.get_by_label("User name of the person").fill("physician")
    page.get_by_role("button", name="Show what they did").click()
    expect(page.get_by_role("heading", name="What physician did")).to_be_visible()
    found = rows(page)
    assert {row[1] for row in found} == {"physician"}, found
    page.goto(f"{page.lake.url}/audit?account=physician&to=2000-01-01")
    expect(page.get_by_role("heading", name="Nothing is recorded")).to_be_visible()


def test_the_answer_as_a_file(visit, looked_at):
    page = visit("auditor", f"/audit?study={looked_at}")
    shown = len(rows(page))
    with page.expect_download() as download:
        page.get_by_role("link", name="Download as CSV").click()
    with open(download.value.path(), newline="") as file:
        lines = list(csv.DictReader(file))
    # That it was downloaded is the newest line.
    assert len(lines) in (shown, shown + 1) and {line["study"] for line in lines} == {looked_at}
    with page.expect_download() as download:
        page.get_by_role("link", name="Download as JSON").click()
    with open(download.value.path()) as file:
        assert {access["study"] for access in json.load(file)["accesses"]} == {looked_at}


def test_older_rows_come_when_they_are_asked_for(visit, lake, looked_at):
    page = visit("custodian", "/audit")
    token = lake.tokens["CHEST"]
    for number in range(105):
        lake.json("PUT", f"/api/v1/studies/{looked_at}/retention",
                  {"scope": "study", "hold": {"reason": f"Case {number}"}}, token)
    lake.json("PUT", f"/api/v1/studies/{looked_at}/retention", {"scope": "study", "hold": None}, token)
    page.goto(f"{lake.url}/audit?study={looked_at}")
    page.get_by_role("button", name="Show older").click()
    page.get_by_text("uploaded images").first.wait_for()
    numbers = [row[4] for row in rows(page) if row[4].startswith("Case ")]
    assert numbers == [f"Case {number}" for number in reversed(range(105))]


def test_the_log_proves_itself(visit, lake, looked_at, tmp_path):
    page = visit("auditor", f"/audit?study={looked_at}")
    expect(page.locator(".checkpoint")).to_contain_text("tarn/")
    checkpoint, key = tmp_path / "tarn.checkpoint", tmp_path / "tarn.vkey"
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the checkpoint").click()
    download.value.save_as(checkpoint)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the key").click()
    download.value.save_as(key)
    page.get_by_text("How to check it").click()
    expect(page.get_by_text("tarn audit verify tarn.log --key @tarn.vkey --expect tarn.checkpoint")).to_be_visible()
    # As the page says it.
    lake.command("audit", "export", "--output", tmp_path / "tarn.log")
    from tarn_server import run

    run("audit", "verify", tmp_path / "tarn.log", "--key", f"@{key}", "--expect", checkpoint)


def test_who_may_see_no_history_sees_none(visit, looked_at):
    page = visit("physician", f"/audit?study={looked_at}", allow=(403, 404))
    expect(page.get_by_text("You may not see who looked at what")).to_be_visible()
    status = page.evaluate("fetch('/api/v1/accesses').then(answer => answer.status)")
    assert status in (403, 404)


def test_what_somebody_typed_is_text(visit, looked_at):
    page = visit("auditor", "/audit?account=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E")
    expect(page.get_by_role("heading", name="What <img src=x onerror=alert(1)> did")).to_be_visible()
    assert page.locator("img[src=x]").count() == 0


@pytest.mark.parametrize("scheme, width, height", LOOKS)
def test_the_audit_page_has_no_violations(visit, looked_at, scheme, width, height):
    found = []
    page = visit("custodian", f"/audit?study={looked_at}", width, height, scheme)
    page.locator(".access").first.wait_for()
    page.get_by_text("How to check it").click()
    found += violations(page, "audit")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("button", name="Show what they did").click()
    found += violations(page, "audit, a field is empty")
    page.goto(f"{page.lake.url}/audit?account=nobody")
    page.get_by_role("heading", name="Nothing is recorded").wait_for()
    found += violations(page, "audit, nothing")
    page.goto(f"{page.lake.url}/archive")
    page.get_by_text("Cold storage is not set up").wait_for()
    found += violations(page, "archive that is not set up")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert not found, "\n".join(found)
