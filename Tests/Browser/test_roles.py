"""Who asks for a role, who decides, and what a project's page shows to whom."""

import datetime

import pytest
from playwright.sync_api import expect

from conftest import PASSWORD

HOSTILE = "<img src=x onerror=alert(1)>\"'<script>alert(2)</script>"


@pytest.fixture
def newcomer(lake, request):
    """An account of nobody's project, with a name of its own for each test."""
    name = "new-" + str(abs(hash(request.node.name)) % 10**8)
    secret = lake.directory / "password"
    secret.write_text(PASSWORD + "\n")
    lake.command("user", "add", name, "--password-file", secret)
    return name


def ask(page, role, reason, project="CHEST"):
    page.get_by_label("Project").select_option(project)
    page.get_by_role("radio", name=role).check()
    page.get_by_label("What you need it for").fill(reason)
    page.get_by_role("button", name="Ask for this role").click()
    page.get_by_text("Waiting for a decision").wait_for()


def requested(admin, name):
    return admin.locator(".waiting-requests .request").filter(has_text=name)


def test_without_a_role_one_begins_where_one_can_ask_for_it(visit, newcomer):
    page = visit(newcomer, "/")
    page.wait_for_url("**/start")
    page.get_by_role("heading", name=f"Welcome, {newcomer}").wait_for()
    expect(page.locator(".steps [aria-current]")).to_have_text("Ask for a role in a project")
    page.get_by_role("button", name="Ask for this role").click()
    page.get_by_text("Please choose one.").wait_for()
    expect(page.get_by_text("Please choose one.")).to_have_count(1)
    page.goto(page.lake.url + "/studies")
    page.get_by_role("link", name="Ask for a role").click()
    page.wait_for_url("**/start")


def test_a_request_can_be_withdrawn_and_made_again(visit, newcomer):
    page = visit(newcomer, "/start")
    ask(page, "Annotator", "To label nodules.")
    expect(page.locator(".steps [aria-current]")).to_have_text("An administrator decides")
    page.get_by_role("button", name="Withdraw the request: Annotator in CHEST").click()
    expect(page.get_by_text("Waiting for a decision")).to_have_count(0)
    ask(page, "Annotator", "To label nodules, again.")


def test_declined_with_a_word(visit, newcomer):
    page = visit(newcomer, "/start")
    ask(page, "Custodian", "To clean up.")
    admin = visit("admin", "/accounts")
    waiting = requested(admin, newcomer)
    waiting.locator("summary").click()
    waiting.get_by_label("Note").fill("Please talk to us first.")
    waiting.get_by_role("button", name="Decline").click()
    expect(requested(admin, newcomer)).to_have_count(0)
    page.reload()
    page.get_by_text("Please talk to us first.").wait_for()
    page.get_by_text("Declined").wait_for()
    assert page.locator(".bar nav a").all_inner_texts() == ["Start"]


def test_approved_until_a_day(visit, newcomer):
    page = visit(newcomer, "/start")
    ask(page, "Researcher", "A thesis.")
    admin = visit("admin", "/projects/CHEST")
    waiting = requested(admin, newcomer)
    waiting.locator("summary").click()
    day = datetime.date.today() + datetime.timedelta(days=40)
    waiting.get_by_label("Last day").fill((day - datetime.timedelta(days=50)).isoformat())
    waiting.get_by_role("button", name="Approve").click()
    waiting.get_by_text("This day is over.").wait_for()
    waiting.get_by_label("Last day").fill(day.isoformat())
    waiting.get_by_role("button", name="Approve").click()
    row = admin.get_by_role("row").filter(has_text=newcomer)
    expect(row).to_contain_text("Researcher")
    expect(row).to_contain_text(f"Until {day.day} {day:%b}")
    page.evaluate("dispatchEvent(new Event('focus'))")
    page.get_by_role("link", name="Go to your project").wait_for()
    page.get_by_text(f"Approved until {day.day} {day:%b}").wait_for()
    assert "Exports" in page.locator(".bar nav a").all_inner_texts()
    # Another role later does not take the last day away unseen.
    admin.get_by_role("button", name=f"Change: {newcomer}").click()
    expect(admin.get_by_role("dialog").get_by_label("Last day")).to_have_value(day.isoformat())
    expect(admin.get_by_role("dialog").get_by_role("checkbox", name="Researcher")).to_be_checked()
    admin.keyboard.press("Escape")
    admin.get_by_role("button", name=f"Remove: {newcomer}").click()
    admin.get_by_role("dialog").get_by_role("button", name="Remove", exact=True).click()
    expect(admin.get_by_role("row").filter(has_text=newcomer)).to_have_count(0)
    page.goto(page.lake.url + "/")
    page.wait_for_url("**/start")


def test_two_administrators_decide_once(visit, newcomer):
    page = visit(newcomer, "/start")
    ask(page, "Technologist", "Night shift.")
    first, second = visit("admin", "/accounts"), visit("admin", "/accounts", allow=(409,))
    requested(second, newcomer).wait_for()
    requested(first, newcomer).get_by_role("button", name="Approve").click()
    expect(requested(first, newcomer)).to_have_count(0)
    requested(second, newcomer).get_by_role("button", name="Decline").click()
    second.get_by_text("decided or withdrawn meanwhile").wait_for()
    expect(requested(second, newcomer)).to_have_count(0)


def test_a_project_that_is_not_listed_takes_no_requests(visit, newcomer):
    admin = visit("admin", "/projects")
    admin.get_by_role("button", name="Add a project").click()
    admin.get_by_label("Short code").fill("quiet")
    admin.get_by_label("Name", exact=True).fill("Quiet one")
    admin.get_by_role("dialog").get_by_role("button", name="Add", exact=True).click()
    admin.get_by_role("heading", name="Quiet one").wait_for()
    page = visit(newcomer, "/start")
    expect(page.get_by_label("Project").locator("option", has_text="Quiet one")).to_have_count(1)
    admin.get_by_role("checkbox", name="Listed").uncheck()
    admin.get_by_role("button", name="Save the settings").click()
    admin.get_by_text("Saved.").wait_for()
    page.reload()
    expect(page.get_by_label("Project").locator("option", has_text="Chest")).to_have_count(1)
    expect(page.get_by_label("Project").locator("option", has_text="Quiet one")).to_have_count(0)
    admin.goto(admin.lake.url + "/projects")
    expect(admin.get_by_role("listitem").filter(has_text="Quiet one")).to_contain_text("Not listed")


def test_hostile_text_is_shown_as_text(visit, newcomer):
    page = visit(newcomer, "/start")
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    ask(page, "Annotator", HOSTILE, project="NEURO")
    page.get_by_text(HOSTILE).wait_for()
    admin = visit("admin", "/projects/NEURO")
    admin.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    waiting = requested(admin, newcomer)
    waiting.get_by_text(HOSTILE).wait_for()
    waiting.locator("summary").click()
    waiting.get_by_label("Note").fill(HOSTILE)
    waiting.get_by_role("button", name="Approve").click()
    name = admin.get_by_label("Name", exact=True)
    before = name.input_value()
    name.fill(HOSTILE)
    admin.get_by_role("button", name="Save the settings").click()
    admin.get_by_text("Saved.").wait_for()
    try:
        for path in ("/projects", "/projects/NEURO"):
            admin.goto(admin.lake.url + path)
            admin.get_by_text(HOSTILE).first.wait_for()
        page.goto(page.lake.url + "/account")
        # The project, the reason and the note.
        expect(page.get_by_role("region", name="Your roles").get_by_text(HOSTILE)).to_have_count(3)
        page.get_by_label("What it is for").fill(HOSTILE)
        page.get_by_role("button", name="Make a token").click()
        page.get_by_role("button", name=f"Revoke {HOSTILE}").wait_for()
        for one in (page, admin):
            assert one.evaluate("document.querySelectorAll('main img[src=x], main script').length") == 0
    finally:
        admin.goto(admin.lake.url + "/projects/NEURO")
        admin.get_by_label("Name", exact=True).fill(before)
        admin.get_by_role("button", name="Save the settings").click()
        admin.get_by_text("Saved.").wait_for()


@pytest.mark.parametrize("name, path", [
    ("physician", "/accounts"), ("physician", "/projects/NEURO"), ("stranger", "/projects/CHEST"),
    ("technologist", "/projects/..%2Faccounts"), ("physician", "/projects/%3Cscript%3E")])
def test_what_is_not_meant_for_somebody_is_not_there(visit, name, path):
    page = visit(name, path, allow=(400, 404))
    page.get_by_text("Nothing to see here").wait_for()
    assert page.get_by_role("button", name="Approve").count() == 0


def test_a_member_sees_the_project_and_not_its_people(visit):
    page = visit("custodian", "/projects")
    page.get_by_role("link", name="Chest imaging").click()
    page.get_by_role("heading", name="Labels").wait_for()
    for name in ("People", "Settings"):
        assert page.get_by_role("heading", name=name).count() == 0
    assert page.get_by_text("physician", exact=True).count() == 0


def test_ones_own_roles_and_password(visit, lake, newcomer):
    page = visit(newcomer, "/account", allow=(403,))
    page.get_by_text("You have no role in a project yet.").wait_for()
    page.get_by_text("There is no confirmed address").wait_for()
    section = page.get_by_role("region", name="Password")
    section.get_by_label("Current password").fill("not the password")
    section.get_by_label("New password").fill("another horse with a battery")
    section.get_by_role("button", name="Change the password").click()
    expect(section.get_by_label("Current password")).to_have_attribute("aria-invalid", "true")
    assert section.get_by_label("New password").input_value() == "another horse with a battery"
    section.get_by_label("Current password").fill(PASSWORD)
    section.get_by_role("button", name="Change the password").click()
    page.get_by_text("The password is changed.").wait_for()
    page = visit("everything", "/account")
    roles = page.get_by_role("region", name="Your roles")
    for word in ("Chest imaging", "Neuro imaging", "Technologist", "Upload images"):
        roles.get_by_text(word).first.wait_for()
