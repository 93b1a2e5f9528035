"""Reports beside the image: written, checked, amended, in conflict, read without what identifies, found again."""

import re

import pytest
from playwright.sync_api import expect

from conftest import PASSWORD, sign_in
from studies import PLANTED, series
from test_accessible import violations

FAMILY = PLANTED["PatientName"].split("^")[0]
EVIL = '<img src=x onerror="document.title=1"><script>document.title=2</script>'


@pytest.fixture(scope="module")
def study(lake):
    """A study of its own for each test would cost seconds; each test writes a report of its own words."""
    return lake.store(series(2, PatientID="R1", StudyDescription="Reported study", seed=61))[0]["study"]


@pytest.fixture(scope="module")
def colleague(lake):
    """A second physician of the project."""
    secret = lake.directory / "colleague.password"
    secret.write_text(PASSWORD + "\n")
    lake.command("user", "add", "colleague", "--grant", "CHEST=physician", "--password-file", secret)
    return "colleague"


def open_reports(page, study):
    page.goto(f"{page.lake.url}/studies/{study}")
    page.get_by_role("tab", name="Reports").click()
    page.locator(".report-list").wait_for()
    expect(page.get_by_text("Fetching the reports")).to_have_count(0)
    return page


def visit_reports(visit, name, study, **options):
    return open_reports(visit(name, "/studies", **options), study)


def write(page, text, final=False):
    page.get_by_role("button", name="Write a report").click()
    page.get_by_label("Text of the report").fill(text)
    if final:
        page.get_by_label("Final").check()
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".report-editor")).to_have_count(0)


def card(page, words):
    return page.locator("article.report", has_text=words)


def change(page, words):
    card(page, words).get_by_role("button", name="Change").click()
    area = page.get_by_label("Text of the report")
    expect(area).to_have_value(re.compile(re.escape(words)))
    return area


def test_written_checked_saved_and_amended_with_both_versions_to_compare(visit, study):
    page = visit_reports(visit, "physician", study)
    page.get_by_role("button", name="Write a report").click()
    text = f"Nodule of 6 mm in the right lung.\nThe patient {FAMILY} was informed."
    page.get_by_label("Text of the report").fill(text)
    page.get_by_label("Final").check()
    page.get_by_role("button", name="Check").click()
    expect(page.locator(".will-go", has_text=FAMILY)).to_be_visible()
    expect(page.locator(".checked .report-text")).to_contain_text("Nodule of 6 mm")
    page.get_by_role("button", name="Save").click()
    one = card(page, "Nodule of 6 mm")
    expect(one).to_contain_text("Final")
    expect(one).to_contain_text(FAMILY)

    area = change(page, "Nodule of 6 mm")
    area.fill(text.replace("6 mm", "8 mm"))
    page.get_by_role("button", name="Save").click()
    one = card(page, "Nodule of 8 mm")
    expect(one).to_contain_text("Amended")

    one.get_by_role("button", name="All 2 versions").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator(".compared del")).to_have_text("6")
    expect(dialog.locator(".compared ins")).to_have_text("8")
    expect(dialog.get_by_text("1 change since version 1")).to_be_visible()
    dialog.get_by_role("button", name="Version 1").click()
    dialog.get_by_role("button", name="Bring version 1 back").click()
    one = card(page, "Nodule of 6 mm")
    expect(one).to_contain_text("Amended")
    expect(one.get_by_role("button", name="All 3 versions")).to_be_visible()


def test_who_may_not_read_what_identifies_sees_that_something_was_taken_out(visit, study):
    page = visit_reports(visit, "physician", study)
    write(page, f"Fracture of the left rib. The patient {FAMILY} was informed.")
    page = visit_reports(visit, "researcher", study)
    one = card(page, "Fracture of the left rib")
    expect(one.locator(".taken-out").first).to_be_visible()
    expect(one).to_contain_text("were taken out")
    assert FAMILY not in page.content()
    expect(page.get_by_role("button", name="Write a report")).to_have_count(0)
    expect(one.get_by_role("button", name="Change")).to_have_count(0)


def test_what_is_typed_survives_a_reload_and_leaves_with_the_person(visit, study):
    # What the page still asks for when the person signs out is refused.
    page = visit_reports(visit, "physician", study, allow=(401,))
    page.get_by_role("button", name="Write a report").click()
    area = page.get_by_label("Text of the report")
    area.press_sequentially("Effusion kept?")
    expect(page.get_by_text("Not saved yet")).to_be_visible()
    page.reload()
    expect(area).to_have_value("Effusion kept?")
    expect(page.get_by_text("is here again")).to_be_visible()
    page.get_by_role("link", name="Studies", exact=True).click()
    page.locator(".study-row").first.wait_for()
    page.go_back()
    expect(area).to_have_value("Effusion kept?")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/signin**")
    sign_in(page, page.lake, "physician")
    open_reports(page, study)
    expect(page.get_by_role("button", name="Write a report")).to_be_visible()
    expect(area).to_have_count(0)


def test_a_draft_is_not_shown_to_another_person_in_the_same_tab(visit, study, colleague):
    page = visit_reports(visit, "physician", study, allow=(401,))
    page.get_by_role("button", name="Write a report").click()
    page.get_by_label("Text of the report").fill("Private thought")
    # The session ends without a sign-out, and somebody else signs in.
    page.context.clear_cookies()
    page.get_by_role("link", name="Studies", exact=True).click()
    page.wait_for_url("**/signin**")
    sign_in(page, page.lake, colleague)
    open_reports(page, study)
    expect(page.get_by_role("button", name="Write a report")).to_be_visible()
    assert "Private thought" not in page.evaluate("JSON.stringify(sessionStorage)")


def test_a_session_that_ends_while_writing_costs_no_word(visit, study):
    page = visit_reports(visit, "physician", study, allow=(401,))
    page.get_by_role("button", name="Write a report").click()
    page.get_by_label("Text of the report").fill("Written over the end of a session")
    page.context.clear_cookies()
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/signin?next=**")
    page.get_by_label("User name").fill("physician")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"**/studies/{study}")
    expect(page.get_by_label("Text of the report")).to_have_value("Written over the end of a session")
    page.get_by_role("button", name="Save").click()
    expect(card(page, "Written over the end of a session")).to_be_visible()


@pytest.mark.parametrize("decision, expected", [
    ("Save mine", ["mine"]), ("Keep theirs", ["theirs"]), ("Put both together", ["theirs", "mine"]),
])
def test_two_people_change_a_report_at_once(visit, study, colleague, decision, expected):
    words = f"Conflict {decision.split()[0].lower()}"
    one = visit_reports(visit, "physician", study, allow=(412,))
    write(one, f"{words} begun")
    other = visit_reports(visit, colleague, study)
    mine, theirs = change(one, f"{words} begun"), change(other, f"{words} begun")
    theirs.fill(f"{words} theirs")
    other.get_by_role("button", name="Save").click()
    expect(card(other, f"{words} theirs")).to_be_visible()

    mine.fill(f"{words} mine")
    one.get_by_role("button", name="Save").click()
    dialog = one.get_by_role("dialog")
    expect(dialog).to_contain_text(f"{colleague} saved version 2")
    expect(dialog.get_by_role("region", name="What you wrote")).to_contain_text(f"{words} mine")
    expect(dialog.get_by_role("region", name=f"What {colleague} saved")).to_contain_text(f"{words} theirs")
    dialog.get_by_text("Compare word by word").click()
    expect(dialog.locator(".compared ins")).to_have_text("mine")
    assert not violations(one, "conflict")
    # Leaving the question open loses nothing either.
    one.keyboard.press("Escape")
    expect(mine).to_have_value(f"{words} mine")
    one.get_by_role("button", name="Save").click()
    dialog.get_by_role("button", name=decision).click()
    if decision == "Put both together":
        expect(mine).to_have_value(f"{words} theirs\n\n{words} mine")
        one.get_by_role("button", name="Save").click()
    expect(one.locator(".report-editor")).to_have_count(0)
    for text in expected:
        expect(card(one, f"{words} {text}")).to_be_visible()
    last = card(one, f"{words} {expected[-1]}")
    if decision != "Keep theirs":
        last.get_by_role("button", name="All 3 versions").click()
        one.get_by_role("button", name="Version 2").click()
        expect(one.get_by_role("dialog").locator(".compared")).to_contain_text(f"{words} ")
        expect(one.get_by_role("dialog").locator("ins").last).to_have_text("theirs")


def test_a_report_withdrawn_meanwhile_does_not_take_the_text_with_it(visit, study, colleague):
    one = visit_reports(visit, "physician", study, allow=(412,))
    write(one, "Withdrawal begun")
    other = visit_reports(visit, colleague, study)
    mine = change(one, "Withdrawal begun")
    card(other, "Withdrawal begun").get_by_role("button", name="Withdraw").click()
    other.get_by_role("button", name="Withdraw it").click()
    expect(card(other, "Withdrawal begun")).to_contain_text("Entered in error")
    mine.fill("Withdrawal survived")
    one.get_by_role("button", name="Save").click()
    expect(one.get_by_text("withdrew this report while you were writing")).to_be_visible()
    one.get_by_role("button", name="Save").click()
    expect(card(one, "Withdrawal survived")).to_be_visible()
    expect(card(one, "Withdrawal begun")).to_contain_text("Entered in error")


def test_an_empty_text_is_not_sent_and_a_discarded_one_is_gone(visit, study):
    page = visit_reports(visit, "physician", study)
    page.get_by_role("button", name="Write a report").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("There is no text yet")).to_be_visible()
    page.get_by_label("Text of the report").fill("ä" * 33_000)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("longer than a report may be")).to_be_visible()
    page.get_by_label("Text of the report").fill("Dropped words")
    page.get_by_role("button", name="Discard").click()
    page.get_by_role("button", name="Discard it").click()
    expect(page.get_by_label("Text of the report")).to_have_count(0)
    page.reload()
    expect(page.get_by_role("button", name="Write a report")).to_be_visible()
    expect(card(page, "Dropped words")).to_have_count(0)


def test_without_a_network_the_text_waits(visit, study):
    page = visit_reports(visit, "physician", study, allow=("ERR_INTERNET_DISCONNECTED",))
    page.get_by_role("button", name="Write a report").click()
    page.get_by_label("Text of the report").fill("Written in the cellar")
    page.context.set_offline(True)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Your text is still here")).to_contain_text("can't be reached")
    page.context.set_offline(False)
    page.get_by_role("button", name="Save").click()
    expect(card(page, "Written in the cellar")).to_be_visible()


def test_going_back_closes_the_question(visit, study):
    page = visit_reports(visit, "physician", study)
    page.get_by_role("button", name="Write a report").click()
    page.get_by_label("Text of the report").fill("Half a sentence")
    page.get_by_role("button", name="Discard").click()
    page.get_by_role("dialog").wait_for()
    page.go_back()
    page.locator(".study-row").first.wait_for()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_hostile_text_stays_text(visit, study):
    page = visit_reports(visit, "physician", study)
    write(page, f"Hostile {EVIL}")
    expect(card(page, "Hostile")).to_contain_text(EVIL)
    change(page, "Hostile").fill(f"Hostile twice {EVIL}{EVIL}")
    page.get_by_role("button", name="Check").click()
    page.locator(".checked > *").first.wait_for()
    page.get_by_role("button", name="Save").click()
    card(page, "Hostile twice").get_by_role("button", name="All 2 versions").click()
    expect(page.get_by_role("dialog").locator(".compared")).to_contain_text("<script>")
    page = visit_reports(visit, "researcher", study)
    card(page, "Hostile twice").wait_for()
    assert page.locator("img[src=x]").count() == 0
    assert page.title() not in ("1", "2")


def test_a_search_finds_the_study_and_marks_what_it_found(visit, study):
    page = visit_reports(visit, "physician", study)
    write(page, "Pneumothorax on the left side, small. No other finding.")
    page = visit("researcher", "/studies")
    page.locator(".study-row").first.wait_for()
    page.get_by_label("Report contains").fill("pneumothorax")
    page.wait_for_url("**/studies?report=pneumothorax")
    expect(page.locator(".study-row")).to_have_count(1)
    expect(page.locator(".report-hit mark")).to_have_text(re.compile("pneumothorax", re.IGNORECASE))
    page.reload()
    expect(page.get_by_label("Report contains")).to_have_value("pneumothorax")
    expect(page.locator(".study-row")).to_have_count(1)
    page.get_by_role("button", name="Take away report: pneumothorax").click()
    expect(page.locator(".report-hit")).to_have_count(0)
    page.goto(page.lake.url + f"/studies?report={FAMILY}")
    page.get_by_text("No study fits these filters").wait_for()


def test_keys_of_the_viewer_do_not_act_while_somebody_writes(visit, study):
    page = visit_reports(visit, "physician", study)
    page.get_by_role("button", name="Write a report").click()
    area = page.get_by_label("Text of the report")
    expect(area).to_be_focused()
    page.keyboard.type("d i ? 3 r [ c")
    expect(area).to_have_value("d i ? 3 r [ c")
    expect(area).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_who_may_read_no_reports_is_not_asked_to(visit, study):
    page = visit("auditor", "/start", allow=(403, 404))
    status = page.evaluate("uid => fetch(`/api/v1/studies/${uid}/reports`).then(answer => answer.status)", study)
    assert status in (403, 404)
