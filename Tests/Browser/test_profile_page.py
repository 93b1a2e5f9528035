"""A custodian says what de-identification takes out, tries it on a file, and sees what came of it."""

import json

from playwright.sync_api import expect

from studies import PLANTED, series


def section(page):
    return page.locator("section", has=page.get_by_role("heading", name="De-identification"))


def visit_profile(visit, name="everything", **options):
    page = visit(name, "/projects/NEURO", **options)
    section(page).get_by_role("heading", name="Versions").wait_for()
    return page


def add_rule(page, number, attribute, action, **fields):
    page.get_by_role("button", name="Add a rule").click()
    page.get_by_label(f"Attribute of rule {number}").fill(attribute)
    page.get_by_label(f"What rule {number} does").select_option(action)
    for label, value in fields.items():
        page.get_by_label(f"{label.replace('_', ' ').capitalize()} of rule {number}").fill(value)


def try_on(page, data, name="slice.dcm"):
    page.get_by_label("DICOM file to try the profile on").set_input_files(
        {"name": name, "mimeType": "application/dicom", "buffer": data})


def test_a_rule_is_tried_saved_and_followed(visit, lake):
    page = visit_profile(visit)
    save = page.get_by_role("button", name="Save as a new version")
    expect(save).to_be_disabled()
    add_rule(page, 1, "StudyDescription", "replace", new_value="OUR STUDY")
    data = series(1)[0]
    try_on(page, data)
    row = page.get_by_role("row").filter(has_text="StudyDescription")
    expect(row).to_contain_text("OUR STUDY")
    name = page.get_by_role("row").filter(has_text="PatientName")
    expect(name).to_contain_text(str(PLANTED["PatientName"]))
    page.get_by_label("What changed").fill("our own word")
    save.click()
    expect(page.get_by_text("Version 2 is in force")).to_be_visible()
    expect(section(page).locator(".profile-version").first).to_contain_text("our own word")
    lake.store([data], project="NEURO")
    page.reload()
    expect(section(page).locator(".profile-version").first).to_contain_text("1 image")
    expect(page.get_by_label("Attribute of rule 1")).to_have_value("StudyDescription")
    # Back to the first, as a third.
    page.get_by_role("button", name="Bring version 1 back").click()
    expect(page.get_by_label("Attribute of rule 1")).to_have_count(0)
    save.click()
    expect(page.get_by_text("Version 3 is in force")).to_be_visible()


def test_what_is_wrong_stands_beside_its_rule_and_nothing_is_saved(visit):
    page = visit_profile(visit)
    before = section(page).locator(".profile-version").count()
    add_rule(page, 1, "PatientName", "keep")
    add_rule(page, 2, "NoSuchThing", "remove")
    page.get_by_role("button", name="Save as a new version").click()
    expect(page.locator(".profile-rule").nth(0)).to_contain_text("subject's code")
    expect(page.locator(".profile-rule").nth(1)).to_contain_text("no attribute of this keyword")
    page.reload()
    expect(section(page).locator(".profile-version")).to_have_count(before)


def test_a_file_that_is_none_is_said_to_be_none(visit):
    page = visit_profile(visit, allow=(400,))
    try_on(page, b"These are no images", "letter.txt")
    expect(section(page).get_by_text("no DICOM file")).to_be_visible()


def test_hostile_text_of_a_file_stays_text(visit):
    page = visit_profile(visit)
    evil = "<img src=x onerror=alert(1)>"
    try_on(page, series(1, StudyDescription=evil)[0])
    expect(page.get_by_role("row").filter(has_text="StudyDescription")).to_contain_text(evil)


def test_dates_are_kept_as_they_are_or_moved_but_not_both(visit):
    page = visit_profile(visit)
    moved, full = page.get_by_label("Keep dates, moved"), page.get_by_label("Keep dates as they are")
    expect(moved).to_be_checked()
    full.check()
    expect(moved).not_to_be_checked()


def test_who_may_not_say_it_does_not_see_it(visit, lake):
    page = visit("physician", "/projects/CHEST")
    page.get_by_role("heading", name="Labels").wait_for()
    expect(page.get_by_role("heading", name="De-identification")).to_have_count(0)
    status, _, _ = lake.request("GET", "/api/v1/projects/CHEST/profile", token=lake.token("physician", "CHEST"))
    assert status == 404


def test_of_two_who_save_the_second_is_told(visit):
    first, second = visit_profile(visit, allow=(412,)), visit_profile(visit, allow=(412,))
    for page, word in ((first, "FIRST"), (second, "SECOND")):
        number = page.locator(".profile-rule").count() + 1
        add_rule(page, number, "SeriesDescription", "replace", new_value=word)
        page.get_by_role("button", name="Save as a new version").click()
        page.wait_for_timeout(500)
    expect(section(second).get_by_text("Somebody else saved a version meanwhile")).to_be_visible()
    document = json.loads(first.evaluate(
        "fetch('/api/v1/projects/NEURO/profile').then((answer) => answer.json())")["document"])
    assert [rule["value"] for rule in document["rules"]] == ["FIRST"]
