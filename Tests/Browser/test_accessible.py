"""axe-core finds nothing on any page, light and dark, wide and narrow; the main way works by keyboard alone."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from conftest import viewer_shows
from labelling import Labels

LOOKS = [("light", 1440, 900), ("dark", 1440, 900), ("light", 390, 844)]


def violations(page, place):
    result = Axe().run(page).response
    assert result["passes"], "axe looked at nothing"
    return [
        f"{place}: {one['id']}: {node['html'][:160]}" for one in result["violations"] for node in one["nodes"]
    ]


@pytest.mark.parametrize("scheme, width, height", LOOKS)
def test_no_page_has_violations(visit, ct_study, scheme, width, height):
    found = []
    page = visit("everything", "/studies", width, height, scheme, allow=(404,))
    page.locator(".study-row").first.wait_for()
    found += violations(page, "studies")
    for path in ("/studies?description=zzzz", "/upload", "/uploads", "/quarantine", "/held", "/exports", "/audit", "/archive", "/erased", "/studies/2.25.404"):
        page.goto(page.lake.url + path)
        page.locator("h1").first.wait_for(state="attached")
        page.wait_for_timeout(500)
        found += violations(page, path)
    page.goto(f"{page.lake.url}/studies/{ct_study}")
    viewer_shows(page, 0)
    page.wait_for_timeout(800)
    found += violations(page, "study")
    if width > 700:
        page.keyboard.press("?")
        page.get_by_role("dialog").wait_for()
        found += violations(page, "shortcuts")
    assert not found, "\n".join(found)


@pytest.mark.parametrize("scheme, width, height", LOOKS)
def test_no_page_for_whoever_is_not_signed_in_has_violations(visit, scheme, width, height):
    found = []
    page = visit(None, "/signin", width, height, scheme, allow=(400, 401, 404))

    def look(path, heading, button=None, then=None):
        page.goto(page.lake.url + path)
        page.get_by_role("heading", name=heading).wait_for()
        found.extend(violations(page, path))
        if button:
            page.get_by_role("button", name=button, exact=True).click()
            page.get_by_text(then).first.wait_for()
            found.extend(violations(page, f"{path}, then {then}"))
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path

    look("/signin", "Sign in to Tarn", "Sign in", "Please fill this in")
    look("/welcome#token", "Welcome to Tarn")
    look("/signup", "Create an account", "Create the account", "Please fill this in")
    look("/verify#forged", "Confirm your e-mail address", "Confirm", "This link does not work")
    look("/forgot", "Choose a new password")
    look("/reset#forged", "Choose a new password")
    look("/reset", "This link does not work")
    look("/unsubscribe/forged", "Stop these mails?", "Stop these mails", "This link does not work")
    page.goto(page.lake.url + "/forgot")
    page.get_by_label("E-mail address").fill("nobody@hospital.example")
    page.get_by_role("button", name="Send me a link").click()
    page.get_by_role("heading", name="Look at your mail").wait_for()
    found += violations(page, "mail sent")
    assert not found, "\n".join(found)


@pytest.mark.parametrize("scheme, width, height", LOOKS)
def test_no_page_about_people_has_violations(visit, scheme, width, height):
    found = []

    def look(page, place, ready, button=None):
        ready.first.wait_for()
        found.extend(violations(page, place))
        assert page.evaluate("document.documentElement.scrollWidth") <= width, place
        if button:
            page.get_by_role("button", name=button).first.click()
            page.get_by_role("dialog").wait_for()
            found.extend(violations(page, f"{place}: {button}"))

    page = visit("auditor", "/start", width, height, scheme)
    page.get_by_label("Project").select_option("NEURO")
    if page.get_by_role("radio", name="Technologist").is_enabled():
        page.get_by_role("radio", name="Technologist").check()
        page.get_by_label("What you need it for").fill("To be looked at by a program.")
        page.get_by_role("button", name="Ask for this role").click()
    look(page, "start", page.get_by_text("Waiting for a decision"))
    page.goto(page.lake.url + "/account")
    look(page, "account", page.get_by_text("Waiting for a decision"), "Ask for a role")
    page = visit("admin", "/accounts", width, height, scheme)
    page.locator(".waiting-requests summary").first.click()
    look(page, "accounts", page.get_by_role("button", name="Roles: custodian"), "Roles: custodian")
    page.goto(page.lake.url + "/accounts")
    look(page, "accounts", page.get_by_role("button", name="Roles: custodian"), "Add an account")
    page.goto(page.lake.url + "/projects")
    look(page, "projects", page.get_by_role("link", name="Chest imaging"), "Add a project")
    page.goto(page.lake.url + "/projects/CHEST")
    look(page, "project", page.get_by_role("button", name="Change: custodian"), "Change: custodian")
    page = visit("custodian", "/projects/CHEST", width, height, scheme)
    look(page, "project, by a member", page.get_by_role("heading", name="Labels"))
    assert not found, "\n".join(found)


def test_from_sign_in_to_the_second_image_without_a_mouse(visit, ct_study):
    page = visit(None, "/signin")
    expect(page.get_by_label("User name")).to_be_focused()
    page.keyboard.type("physician")
    page.keyboard.press("Tab")
    page.keyboard.type("correct horse battery staple")
    page.keyboard.press("Enter")
    page.locator(".study-row").first.wait_for()
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('a.title')"):
            break
    page.keyboard.press("Enter")
    viewer_shows(page, 0)


def test_nothing_is_wider_than_a_phone(visit, ct_study):
    page = visit("everything", "/studies", 390, 844)
    page.locator(".study-row").first.wait_for()
    for path in ("/studies", "/upload", "/held", "/exports", "/audit", "/archive", f"/studies/{ct_study}"):
        page.goto(page.lake.url + path)
        page.wait_for_timeout(600)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path


@pytest.mark.parametrize("scheme, width, height", LOOKS)
def test_no_label_page_has_violations(visit, lake, ct_study, scheme, width, height):
    labels = Labels(lake)
    name = f"Looked at {scheme} {width}"
    made = labels.make(name)
    labels.save(name, ct_study, [], "Nothing to mark")
    lake.json("POST", f"/api/v1/label-sets/{made['id']}/tags", {"name": "looked"}, labels.token)
    found = []
    page = visit("annotator", "/labels", width, height, scheme, allow=(404,))

    def look(place):
        page.wait_for_timeout(300)
        found.extend(violations(page, place))
        assert page.evaluate("document.documentElement.scrollWidth") <= width, place

    page.get_by_role("button", name="Add a label").click()
    look("labels")
    page.get_by_role("button", name="New label set").click()
    look("new label set")
    page.goto(f"{lake.url}/labels/{made['id']}")
    page.locator(".commit").first.wait_for()
    look("label set")
    page.get_by_role("button", name="Name this version (1)").click()
    look("name of a version")
    page.goto(lake.url + "/labels/unknown")
    page.get_by_text("Nothing to see here").wait_for()
    look("unknown label set")
    page = visit("researcher", "/exports?project=CHEST&new=1", width, height, scheme)
    page.get_by_label("Labels to take along").select_option(label=name)
    look("export with labels")
    page.goto(lake.url + "/studies?label=Finding&report=lung")
    page.get_by_role("button", name="Follow").click()
    look("follow")
    assert not found, "\n".join(found)


@pytest.mark.parametrize("scheme, width, height", LOOKS)
def test_no_report_has_violations(visit, lake, ct_study, scheme, width, height):
    found = []
    page = visit("physician", f"/studies/{ct_study}", width, height, scheme)

    def look(place):
        page.wait_for_timeout(300)
        found.extend(violations(page, place))
        assert page.evaluate("document.documentElement.scrollWidth") <= width, place

    def write(text):
        page.get_by_label("Text of the report").fill(text)
        page.get_by_label("Final").check() if page.get_by_label("Final").count() else None
        page.get_by_role("button", name="Save").click()
        expect(page.locator(".report-editor")).to_have_count(0)

    page.get_by_role("tab", name="Reports").click()
    page.get_by_role("button", name="Write a report").click()
    page.get_by_label("Text of the report").fill("Lungs without a finding. Told Mrs Quibblefrost.\n" * 20)
    page.get_by_role("button", name="Check").click()
    page.locator(".will-go").first.wait_for()
    look("writing")
    write("Lungs without a finding. Told Mrs Quibblefrost.")
    page.get_by_role("button", name="Change this report").first.click()
    write("Lungs without a finding at all. Told Mrs Quibblefrost.")
    page.get_by_role("button", name="versions of this report").first.click()
    page.locator(".compared").wait_for()
    look("versions")
    page.keyboard.press("Escape")
    look("reports")
    page = visit("researcher", f"/studies/{ct_study}", width, height, scheme)
    page.get_by_role("tab", name="Reports").click()
    page.locator(".taken-out").first.wait_for()
    look("reports without what identifies")
    assert not found, "\n".join(found)
