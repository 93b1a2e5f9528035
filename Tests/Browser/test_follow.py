"""Following a list or a project: only with an address that is confirmed."""

import pytest
from playwright.sync_api import expect

from conftest import PASSWORD, sign_in
from mailbox import link, wait_for_mail
from studies import series


@pytest.fixture(scope="module")
def follower(lake):
    """A physician with an address that waits for its confirmation: the link."""
    lake.store(series(1, PatientID="W1", StudyDescription="Followed study", seed=81))
    secret = lake.directory / "follower.password"
    secret.write_text(PASSWORD + "\n")
    lake.command("user", "add", "follower", "--email", "follower@hospital.example", "--grant", "CHEST=physician",
                 "--password-file", secret)
    return link(lake, wait_for_mail(lake, "follower@hospital.example", "."), "verify")


def test_without_an_address_one_is_led_to_the_account(visit, lake):
    page = visit("physician", "/studies")
    page.get_by_role("button", name="Follow this list").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("confirmed e-mail address")
    dialog.get_by_role("link", name="Add an e-mail address").click()
    page.wait_for_url("**/account")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_list_and_a_project_are_followed(visit, lake, follower):
    page = visit(None, follower.removeprefix(lake.url))
    page.get_by_role("button", name="Confirm", exact=True).click()
    page.wait_for_timeout(500)
    sign_in(page, lake, "follower")
    page.goto(lake.url + "/studies?description=Followed")
    page.get_by_role("button", name="Follow this list").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("follower@hospital.example")
    expect(dialog.get_by_label("Name")).to_have_value("description: Followed")
    dialog.get_by_label("Name").fill("<b>Followed</b> studies")
    dialog.get_by_label("A mail at most").select_option("day")
    dialog.get_by_role("button", name="Follow", exact=True).click()
    page.get_by_text("You follow it now").wait_for()

    page.goto(lake.url + "/studies?project=CHEST")
    page.get_by_role("button", name="Follow this project").click()
    expect(dialog.get_by_label("Name")).to_have_value("Chest imaging")
    dialog.get_by_role("button", name="Follow", exact=True).click()
    page.get_by_text("You follow it now").wait_for()

    # Everything one may see, and words of reports with a label.
    for query in ("", "?report=nodule&label=Finding"):
        page.goto(lake.url + "/studies" + query)
        page.get_by_role("button", name="Follow this list").click()
        dialog.get_by_role("button", name="Follow", exact=True).click()
        page.get_by_text("You follow it now").wait_for()

    page.goto(lake.url + "/account")
    page.get_by_role("link", name="Chest imaging").wait_for()
    page.get_by_role("link", name="All my studies").wait_for()
    page.get_by_role("link", name="report: nodule, label: Finding").click()
    page.wait_for_url("**/studies?report=nodule&label=Finding")
    page.go_back()
    page.get_by_role("link", name="<b>Followed</b> studies").click()
    page.wait_for_url("**/studies?description=Followed")
