"""What a project says about texts, and both readings of a report that come of it."""

import pytest
from playwright.sync_api import expect

from conftest import PASSWORD
from studies import series
from test_accessible import violations


@pytest.fixture(scope="module")
def project(lake):
    """A project of its own: its profile changes."""
    lake.command("project", "add", "WORDS", "Words in texts")
    secret = lake.directory / "words.password"
    secret.write_text(PASSWORD + "\n")
    lake.command("user", "add", "wordsmith", "--grant", "WORDS=custodian,physician,technologist", "--password-file", secret)
    lake.command("user", "add", "wordreader", "--grant", "WORDS=researcher", "--password-file", secret)
    lake.command("user", "grant", "everything", "WORDS", "technologist")
    return lake.store(series(1, PatientID="W1", StudyDescription="Words", seed=77), project="WORDS")[0]["study"]


def open_profile(visit, **options):
    page = visit("wordsmith", "/projects/WORDS", **options)
    page.get_by_role("heading", name="Versions").wait_for()
    return page


def test_words_languages_and_surrogates_are_saved_and_come_back(visit, project):
    page = open_profile(visit)
    save = page.get_by_role("button", name="Save as a new version")
    expect(save).to_be_disabled()
    page.get_by_label("Words that may stay").fill("Vraxelquon\ntwo words")
    page.get_by_label("Words that always go").fill("Haus Sonnenblick\n")
    page.get_by_label("Names that are also words").fill("Bone")
    page.get_by_label("Places that are also words").fill("Ward Seven\n7")
    page.get_by_label("Deutsch").check()
    page.get_by_label("Where something was taken out").select_option("kinds")
    save.click()
    expect(page.locator(".profile-texts .rule-trouble")).to_contain_text("Words that may stay, line 2: write one word")
    expect(page.locator(".profile-texts .rule-trouble")).to_contain_text("Places that are also words, line 2: write")
    page.get_by_label("Words that may stay").fill("Vraxelquon")
    page.get_by_label("Places that are also words").fill("Ward Seven")
    save.click()
    expect(page.get_by_text("Version 2 is in force")).to_be_visible()
    page.reload()
    expect(page.get_by_label("Words that may stay")).to_have_value("Vraxelquon")
    expect(page.get_by_label("Words that always go")).to_have_value("Haus Sonnenblick")
    expect(page.get_by_label("Names that are also words")).to_have_value("Bone")
    expect(page.get_by_label("Places that are also words")).to_have_value("Ward Seven")
    expect(page.get_by_label("Deutsch")).to_be_checked()
    expect(page.get_by_label("Where something was taken out")).to_have_value("kinds")
    expect(save).to_be_disabled()
    # What the first version did not say is not said again by bringing it back.
    page.get_by_role("button", name="Bring version 1 back").click()
    expect(page.get_by_label("Words that may stay")).to_have_value("")
    expect(page.get_by_label("Deutsch")).not_to_be_checked()


def test_who_wrote_a_report_sees_both_readings_and_others_one(visit, project, lake):
    page = visit("wordsmith", f"/studies/{project}")
    page.get_by_role("tab", name="Reports").click()
    page.get_by_role("button", name="Write a report").click()
    page.get_by_label("Text of the report").fill("Befund: Vraxelquon im Haus Sonnenblick, Dr. Rose.")
    page.get_by_role("button", name="Save").click()
    card = page.locator(".report").last
    expect(card.locator(".report-text")).to_have_text("Befund: Vraxelquon im Haus Sonnenblick, Dr. Rose.")
    expect(card.locator(".read-differently")).to_have_text(["Haus Sonnenblick", "Rose"])
    toggle = card.get_by_role("button", name="As others read it")
    toggle.press("Enter")
    expect(toggle).to_have_attribute("aria-pressed", "true")
    expect(card.locator(".report-text")).to_have_text("Befund: Vraxelquon im name, Dr. name.")
    reader = visit("wordreader", f"/studies/{project}")
    reader.get_by_role("tab", name="Reports").click()
    theirs = reader.locator(".report").last
    expect(theirs.locator(".report-text")).to_have_text("Befund: Vraxelquon im name, Dr. name.")
    expect(theirs.get_by_role("button", name="As others read it")).to_have_count(0)
    expect(reader.get_by_text("Sonnenblick")).to_have_count(0)


@pytest.mark.parametrize("scheme, width", [("light", 1440), ("dark", 390)])
def test_the_fields_fit_and_are_named(visit, project, scheme, width):
    page = open_profile(visit, scheme=scheme, width=width)
    page.get_by_label("Words that may stay").scroll_into_view_if_needed()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page, "profile") == []
