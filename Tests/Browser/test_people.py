"""Who sees what: places by role, the first start, accounts and tokens."""

import pytest

from conftest import PASSWORD, sign_in
from tarn_server import Server

PLACES = {
    "physician": ["Studies", "Originals"],
    "researcher": ["Studies", "Labels", "Exports"],
    "technologist": ["Upload"],
    "custodian": ["Studies", "Held", "Labels", "Originals", "Patients", "Archive", "Audit", "Projects"],
    "auditor": ["Audit"],
    "admin": ["Accounts", "Projects"],
    "everything": ["Studies", "Upload", "Held", "Labels", "Exports", "Originals", "Patients", "Archive", "Audit", "Projects"],
}


@pytest.mark.parametrize("name", PLACES)
def test_the_bar_holds_only_what_the_role_may(visit, name):
    page = visit(name, "/")
    page.locator(".bar nav a").first.wait_for()
    # Behind a name may stand how many requests wait there.
    assert page.locator(".bar nav a").evaluate_all("links => links.map(a => a.firstChild.textContent)") == PLACES[name]


def test_a_researcher_cannot_upload(visit):
    page = visit("researcher", "/upload", allow=(403, 404))
    page.get_by_text("You may not upload here").wait_for()
    status = page.evaluate("""async () => (await fetch("/dicom-web/studies?project=CHEST", {
        method: "POST", headers: { "X-Tarn": "1", "Content-Type": "application/dicom" }, body: new Uint8Array(200),
    })).status""")
    assert status in (403, 404)


def test_a_form_of_another_site_can_do_nothing(visit):
    page = visit("admin", "/accounts", allow=(400, 403, 404))
    page.get_by_role("heading", name="Accounts").wait_for()
    status = page.evaluate("""async () => (await fetch("/api/v1/projects", {
        method: "POST", headers: { "Content-Type": "application/json" }, body: '{"code":"EVIL","name":"x"}',
    })).status""")
    assert status in (400, 403)


def test_a_wrong_password_is_refused_in_words_and_the_right_one_leads_where_one_wanted(visit, ct_study):
    page = visit(None, f"/studies/{ct_study}", allow=(401, 429))
    page.wait_for_url("**/signin?next=*")
    page.get_by_label("User name").fill("physician")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("alert").wait_for()
    page.wait_for_timeout(1500)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"**/studies/{ct_study}")


def test_signing_out_leaves_nothing_behind(visit):
    page = visit("physician", "/studies", allow=(401,))
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/signin")
    page.goto(page.lake.url + "/studies")
    page.wait_for_url("**/signin*")


def test_an_administrator_makes_accounts_projects_and_roles(visit):
    page = visit("admin", "/projects")
    page.get_by_role("button", name="Add a project").click()
    page.get_by_label("Short code").fill("knee")
    page.get_by_label("Name", exact=True).fill("Knees")
    page.get_by_role("dialog").get_by_role("button", name="Add", exact=True).click()
    page.wait_for_url("**/projects/KNEE")
    page.get_by_role("heading", name="Knees").wait_for()
    page.get_by_role("link", name="Accounts").click()
    page.get_by_role("button", name="Add an account").click()
    page.get_by_label("User name").fill("nova")
    page.get_by_role("dialog").get_by_label("Password").fill(PASSWORD)
    page.get_by_role("dialog").get_by_role("button", name="Add", exact=True).click()
    page.get_by_role("button", name="Roles: nova").click()
    page.get_by_role("dialog").get_by_label("Project").select_option("KNEE")
    page.get_by_role("checkbox", name="Physician").check()
    page.get_by_role("checkbox", name="Technologist").check()
    page.get_by_role("button", name="Save").click()
    page.get_by_text("KNEE: Physician").wait_for()
    page.get_by_role("button", name="Disable: nova").click()
    page.get_by_role("dialog").get_by_role("button", name="Disable", exact=True).click()
    page.get_by_role("button", name="Enable: nova").wait_for()
    refused = visit(None, "/signin", allow=(401, 429))
    refused.get_by_label("User name").fill("nova")
    refused.get_by_label("Password").fill(PASSWORD)
    refused.get_by_role("button", name="Sign in").click()
    refused.get_by_role("alert").wait_for()


def test_a_token_is_shown_once_works_and_can_be_revoked(visit, lake):
    page = visit("researcher", "/studies")
    page.get_by_role("link", name="Your account: researcher").click()
    page.get_by_label("What it is for").fill("a script")
    page.get_by_role("button", name="Make a token").click()
    token = page.locator("code.token").inner_text()
    assert lake.json("GET", "/api/v1/session", token=token)["account"]["name"] == "researcher"
    page.reload()
    page.get_by_role("button", name="Revoke a script").wait_for()
    assert token not in page.content()
    page.get_by_role("button", name="Revoke a script").click()
    page.get_by_text("Revoked.").wait_for()
    assert lake.request("GET", "/api/v1/session", token=token)[0] == 401


def test_the_first_start_makes_the_administrator_once(chromium, tmp_path):
    server = Server(tmp_path).start()
    try:
        token = server.said(r"/welcome#([\w.~-]+)")
        page = chromium.new_context().new_page()
        page.goto(f"{server.url}/welcome#{token}")
        page.get_by_label("User name").fill("chief")
        page.get_by_label("Password", exact=False).first.fill(PASSWORD)
        page.get_by_label("The same password again").fill(PASSWORD)
        assert token not in page.url
        page.get_by_role("button", name="Create the administrator").click()
        page.wait_for_url("**/accounts")
        page.context.clear_cookies()
        page.goto(f"{server.url}/welcome#{token}")
        page.get_by_label("User name").fill("thief")
        page.get_by_label("Password", exact=False).first.fill(PASSWORD)
        page.get_by_label("The same password again").fill(PASSWORD)
        page.get_by_role("button", name="Create the administrator").click()
        page.get_by_role("alert").wait_for()
        sign_in(page, server, "chief")
        page.context.close()
    finally:
        server.stop()
