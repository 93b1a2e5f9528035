"""From an address to an account: sign-up, mailed links, another address, a forgotten password."""

import re
import subprocess

import pytest
from playwright.sync_api import expect

from conftest import PASSWORD, Lake, sign_in
from mailbox import link, mails, wait_for_mail
from studies import series

NEW_PASSWORD = "a different staple for the battery"
CONFIRM = "Confirm your e-mail address"


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    """A server of its own: how many mails may be asked for from one place is limited."""
    server = Lake(tmp_path_factory.mktemp("signup")).start().furnish()
    yield server
    server.discard()


def let_links_expire(lake):
    """As if a day had passed for every link that was mailed."""
    socket = (lake.database_directory() / "cluster" / "postmaster.pid").read_text().splitlines()[4]
    subprocess.run(
        ["psql", "--quiet", "--host", socket, "--username", "tarn", "--dbname", "tarn", "--set", "ON_ERROR_STOP=1",
         "--command", "UPDATE account_link SET expires_at = now() - interval '1 second'"], check=True)


def ask(page, name, address, password=PASSWORD):
    page.get_by_role("heading", name="Create an account").wait_for()
    page.get_by_label("User name").fill(name)
    page.get_by_label("E-mail address").fill(address)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Create the account").click()


def sign_up(visit, lake, name, address):
    """A sign-up as far as the link."""
    page = visit(None, "/signup", allow=(400, 409))
    ask(page, name, address)
    page.get_by_role("heading", name="Look at your mail").wait_for()
    return page, link(lake, wait_for_mail(lake, address, CONFIRM), "verify")


def account(visit, lake, name, address):
    page, address_link = sign_up(visit, lake, name, address)
    page.goto(address_link)
    page.get_by_role("button", name="Confirm", exact=True).click()
    page.get_by_role("heading", name=f"Welcome, {name}").wait_for()
    return page


def test_from_sign_up_to_a_place_in_the_bar(visit, lake):
    page = visit(None, "/signin")
    page.get_by_role("link", name="Create an account").click()
    ask(page, "ada", "ada@hospital.example")
    page.get_by_role("heading", name="Look at your mail").wait_for()
    page.get_by_text("ada@hospital.example").wait_for()
    page.get_by_text("within 24 hours").wait_for()
    page.get_by_text("tarn mail").wait_for()
    url = link(lake, wait_for_mail(lake, "ada@hospital.example", CONFIRM), "verify")
    # A program that looks into mails opens the link too, and uses nothing up.
    scanner = visit(None, url.removeprefix(lake.url))
    scanner.get_by_role("button", name="Confirm", exact=True).wait_for()
    page.goto(url)
    page.get_by_role("button", name="Confirm", exact=True).wait_for()
    assert page.url == f"{lake.url}/verify"
    page.get_by_role("button", name="Confirm", exact=True).click()
    page.get_by_role("heading", name="Welcome, ada").wait_for()
    page.get_by_role("link", name="Sign in").click()
    page.get_by_label("User name").fill("ada@hospital.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/start")
    assert page.locator(".bar nav a").all_inner_texts() == ["Start"]
    page.get_by_label("Project").select_option("CHEST")
    page.get_by_role("radio", name="Physician").check()
    page.get_by_label("What you need it for").fill("Follow-up of the cohort of 2025.")
    page.get_by_role("button", name="Ask for this role").click()
    page.get_by_text("Waiting for a decision").wait_for()
    expect(page.get_by_role("radio", name="Physician")).to_be_disabled()

    admin = visit("admin", "/accounts")
    admin.locator(".bar").get_by_title("1 open request").wait_for()
    admin.get_by_text("Follow-up of the cohort of 2025.").wait_for()
    admin.get_by_role("button", name="Approve ada as Physician in CHEST").click()
    admin.get_by_text("ada is now Physician in CHEST.").wait_for()
    admin.get_by_text("CHEST: Physician").first.wait_for()
    expect(admin.locator(".bar .waiting")).to_have_count(0)

    page.evaluate("dispatchEvent(new Event('focus'))")
    page.get_by_role("link", name="Go to your project").click()
    page.wait_for_url("**/studies")
    assert page.locator(".bar nav a").all_inner_texts() == ["Studies", "Originals"]
    wait_for_mail(lake, "ada@hospital.example", "(?i)role|request|approved|CHEST")


def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(visit):
    page = visit(None, "/signup")
    ask(page, "ada lovelace", "nobody", "short")
    for field, words in (("User name", "no spaces"), ("E-mail address", "complete"), ("Password", "At least 12")):
        expect(page.get_by_label(field)).to_have_accessible_description(re.compile(words))
        expect(page.get_by_label(field)).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("User name")).to_be_focused()
    assert page.get_by_label("E-mail address").input_value() == "nobody"
    page.get_by_label("User name").fill("ada.lovelace")
    expect(page.get_by_label("User name")).not_to_have_attribute("aria-invalid", "true")
    page.get_by_role("button", name="Show what is typed").click()
    assert page.get_by_label("Password").get_attribute("type") == "text"


def test_a_rule_that_only_the_server_knows_stands_beside_its_field_too(visit):
    page = visit(None, "/signup", allow=(400,))
    ask(page, "grace", "grace@hospital.123")
    expect(page.get_by_label("E-mail address")).to_have_attribute("aria-invalid", "true")
    assert page.get_by_label("User name").input_value() == "grace"


def test_by_keyboard_alone(visit, lake):
    page = visit(None, "/signup")
    expect(page.get_by_label("User name")).to_be_focused()
    for text in ("kay", "kay@hospital.example", PASSWORD):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Look at your mail")).to_be_focused()
    page.goto(link(lake, wait_for_mail(lake, "kay@hospital.example", CONFIRM), "verify"))
    page.get_by_role("button", name="Confirm", exact=True).wait_for()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Welcome, kay")).to_be_focused()


def test_a_mail_that_is_sent_again_has_a_link_that_works(visit, lake):
    page, _ = sign_up(visit, lake, "again", "again@hospital.example")
    page.get_by_role("button", name="Send it again").click()
    page.get_by_text("Sent again.").wait_for()
    expect(page.get_by_role("button", name="Send it again")).to_be_disabled()
    text = wait_for_mail(lake, "again@hospital.example", CONFIRM, count=2)
    page.get_by_role("button", name="use another address").click()
    assert page.get_by_label("User name").input_value() == "again"
    page.goto(link(lake, text, "verify"))
    page.get_by_role("button", name="Confirm", exact=True).click()
    page.get_by_role("heading", name="Welcome, again").wait_for()


def test_a_name_that_was_taken_meanwhile_is_exchanged_and_the_link_stays_good(visit, lake):
    slow, slow_link = sign_up(visit, lake, "twin", "slow@hospital.example")
    account(visit, lake, "twin", "fast@hospital.example")
    slow.goto(slow_link)
    slow.get_by_role("button", name="Confirm", exact=True).click()
    slow.get_by_role("heading", name="This user name is taken").wait_for()
    slow.get_by_label("User name").fill("admin")
    slow.get_by_role("button", name="Confirm with this name").click()
    expect(slow.get_by_label("User name")).to_have_attribute("aria-invalid", "true")
    slow.get_by_label("User name").fill("twin.2")
    slow.get_by_role("button", name="Confirm with this name").click()
    slow.get_by_role("heading", name="Welcome, twin.2").wait_for()
    sign_in(slow, lake, "twin.2")


def test_a_known_address_gets_the_same_answer_and_another_mail(visit, lake):
    account(visit, lake, "known", "known@hospital.example")
    page = visit(None, "/signup")
    ask(page, "somebody", "known@hospital.example")
    page.get_by_role("heading", name="Look at your mail").wait_for()
    text = wait_for_mail(lake, "known@hospital.example", "(?i)account already")
    assert "known" in text and "/verify" not in text


@pytest.mark.parametrize("path, words", [
    ("/verify#forged", "Confirm"), ("/verify#" + "A" * 5000, "Confirm"), ("/verify#%00%3Cscript%3E", "Confirm")])
def test_a_forged_link_is_refused_and_says_what_to_do(visit, path, words):
    page = visit(None, path, allow=(400,))
    page.get_by_role("button", name=words, exact=True).click()
    page.get_by_role("heading", name="This link does not work").wait_for()
    page.get_by_role("link", name="Create the account again").wait_for()


def test_a_link_works_once(visit, lake):
    page, url = sign_up(visit, lake, "once", "once@hospital.example")
    for heading in ("Welcome, once", "This link does not work"):
        page.goto("about:blank")
        page.goto(url)
        page.get_by_role("button", name="Confirm", exact=True).click()
        page.get_by_role("heading", name=heading).wait_for()


def test_a_link_that_is_too_old_is_refused_and_one_begins_anew(visit, lake):
    page, url = sign_up(visit, lake, "late", "late@hospital.example")
    let_links_expire(lake)
    page.goto(url)
    page.get_by_role("button", name="Confirm", exact=True).click()
    page.get_by_role("heading", name="This link does not work").wait_for()
    page.get_by_role("link", name="Create the account again").click()
    ask(page, "late", "late@hospital.example")
    page.get_by_role("heading", name="Look at your mail").wait_for()
    page.goto(link(lake, wait_for_mail(lake, "late@hospital.example", CONFIRM, count=2), "verify"))
    page.get_by_role("button", name="Confirm", exact=True).click()
    page.get_by_role("heading", name="Welcome, late").wait_for()


def test_a_page_without_its_token_says_so(visit):
    for path in ("/verify", "/reset"):
        visit(None, path).get_by_role("heading", name="This link does not work").wait_for()


def test_a_forgotten_password(visit, lake):
    account(visit, lake, "forgetful", "forgetful@hospital.example")
    elsewhere = visit("forgetful", "/start", allow=(401,))
    elsewhere.get_by_role("heading", name="Welcome, forgetful").wait_for()
    page = visit(None, "/signin", allow=(400, 401, 429))
    page.get_by_role("link", name="Forgotten your password?").click()
    page.get_by_role("heading", name="Choose a new password").wait_for()
    page.get_by_label("E-mail address").fill("forgetful@hospital.example")
    page.get_by_role("button", name="Send me a link").click()
    page.get_by_role("heading", name="Look at your mail").wait_for()
    url = link(lake, wait_for_mail(lake, "forgetful@hospital.example", "Set a new password"), "reset")
    page.goto(url)
    page.get_by_label("New password").fill("forgetful forgetful")
    assert page.url == f"{lake.url}/reset"
    page.get_by_role("button", name="Set the password").click()
    expect(page.get_by_label("New password")).to_have_attribute("aria-invalid", "true")
    page.get_by_label("New password").fill(NEW_PASSWORD)
    page.get_by_role("button", name="Set the password").click()
    page.get_by_role("heading", name="Your new password is set").wait_for()
    elsewhere.goto(f"{lake.url}/account")
    elsewhere.wait_for_url("**/signin*")
    page.goto(url)
    page.reload()
    page.goto("about:blank")
    page.goto(url)
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_role("button", name="Set the password").click()
    page.get_by_role("heading", name="This link does not work").wait_for()
    sign_in(page, lake, "forgetful", NEW_PASSWORD)


def test_an_unknown_address_gets_the_same_answer_and_no_mail(visit, lake):
    page = visit(None, "/forgot")
    page.get_by_label("E-mail address").fill("nobody@hospital.example")
    page.get_by_role("button", name="Send me a link").click()
    page.get_by_role("heading", name="Look at your mail").wait_for()
    page.wait_for_timeout(2500)
    assert mails(lake, "nobody@hospital.example") == []


def test_another_address_counts_when_its_link_was_opened(visit, lake):
    account(visit, lake, "mover", "before@hospital.example")
    page = visit("mover", "/account", allow=(403,))
    section = page.get_by_role("region", name="E-mail address")
    section.get_by_label("New e-mail address").fill("after@hospital.example")
    section.get_by_label("Your password").fill("not the password")
    section.get_by_role("button", name="Change the address").click()
    expect(section.get_by_label("Your password")).to_have_attribute("aria-invalid", "true")
    section.get_by_label("Your password").fill(PASSWORD)
    section.get_by_role("button", name="Change the address").click()
    section.get_by_text("until then mails go to before@hospital.example").wait_for()
    wait_for_mail(lake, "before@hospital.example", "about to change")
    page.goto(link(lake, wait_for_mail(lake, "after@hospital.example", CONFIRM), "verify"))
    page.get_by_role("button", name="Confirm", exact=True).click()
    page.get_by_role("heading", name="Your address is confirmed").wait_for()
    page.get_by_role("link", name="Go to your account").click()
    page.get_by_text("Mails go to after@hospital.example").wait_for()


def test_mails_about_what_one_follows_stop_by_their_link_without_signing_in(visit, lake):
    account(visit, lake, "reader", "reader@hospital.example")
    lake.command("user", "grant", "reader", "CHEST", "researcher")
    page = visit("reader", "/studies?project=CHEST")
    page.get_by_role("button", name="Follow this project").click()
    page.get_by_role("dialog").get_by_role("button", name="Follow", exact=True).click()
    page.get_by_text("You follow it now").wait_for()
    lake.store(series(1, PatientID="D1", seed=91))
    admin = visit("admin", "/accounts")
    sent = admin.evaluate("""async () => (await (await fetch("/api/v1/digests", {
        method: "POST", headers: { "X-Tarn": "1", "Content-Type": "application/json" }, body: '{"all":true}',
    })).json()).sent""")
    assert sent == 1
    text = wait_for_mail(lake, "reader@hospital.example", "(?i)new")
    assert "D1" not in text
    url = link(lake, text, "unsubscribe")
    for time in ("first", "second"):
        stranger = visit(None, url.removeprefix(lake.url))
        stranger.get_by_role("heading", name="Stop these mails?").wait_for()
        page.goto(lake.url + "/account")
        following = page.get_by_role("region", name="What you follow")
        # Opening the link ends nothing yet; pressing twice does no harm.
        following.get_by_text("Chest imaging" if time == "first" else "You follow nothing yet").wait_for()
        stranger.get_by_role("button", name="Stop these mails").click()
        stranger.get_by_role("heading", name="No more of these mails").wait_for()


def test_how_often_a_mail_comes_and_that_it_comes_no_more(visit, lake):
    page = visit("reader", "/studies?project=CHEST")
    page.get_by_role("button", name="Follow this project").click()
    page.get_by_role("dialog").get_by_role("button", name="Follow", exact=True).click()
    page.get_by_text("You follow it now").wait_for()
    page.goto(lake.url + "/account")
    every = page.get_by_label("How often: Chest imaging")
    every.select_option("day")
    page.get_by_text("Saved.").wait_for()
    page.reload()
    expect(every).to_have_value("day")
    page.get_by_role("button", name="Stop following Chest imaging").click()
    page.get_by_text("You follow nothing yet").wait_for()


def test_a_server_may_take_some_addresses_only_or_nobody(chromium, tmp_path):
    some, nobody = tmp_path / "some", tmp_path / "nobody"
    for folder, options in ((some, ("--sign-up-domain", "hospital.example")), (nobody, ("--sign-up", "closed"))):
        folder.mkdir()
        server = Lake(folder, *options).start()
        page = chromium.new_context().new_page()
        try:
            server.furnish()
            page.goto(server.url + "/signin")
            link_there = page.get_by_role("link", name="Create an account")
            page.get_by_role("link", name="Forgotten your password?").wait_for()
            expect(link_there).to_have_count(1 if folder == some else 0)
            page.goto(server.url + "/signup")
            if folder == some:
                page.get_by_text("An address at hospital.example.").wait_for()
                ask(page, "ada", "ada@elsewhere.example")
                expect(page.get_by_label("E-mail address")).to_have_accessible_description(
                    re.compile("hospital.example only"))
            else:
                page.get_by_role("heading", name="Accounts are made by an administrator").wait_for()
                assert page.get_by_role("button", name="Create the account").count() == 0
        finally:
            page.context.close()
            server.discard()
