"""The list: filters live in the address, pages follow one another, empty lists say what to do."""

from playwright.sync_api import expect

from studies import series


def rows(page):
    return page.locator(".study-row")


def test_filters_stand_in_the_address_and_survive_a_reload(visit, lake):
    lake.store(series(2, PatientID="F1", StudyDescription="Routine abdomen", PatientAge="044Y", PatientSex="M", seed=31))
    lake.store(series(2, PatientID="F2", StudyDescription="Routine knee", Modality="MR", BodyPartExamined="KNEE", seed=32))
    page = visit("physician", "/studies")
    page.get_by_label("Description contains").fill("routine")
    page.wait_for_url("**/studies?description=routine")
    expect(rows(page)).to_have_count(2)
    page.get_by_role("button", name="MR", exact=True).click()
    expect(rows(page)).to_have_count(1)
    assert "modality=MR" in page.url and "knee" in rows(page).inner_text()
    page.reload()
    expect(rows(page)).to_have_count(1)
    assert page.get_by_role("button", name="MR", exact=True).get_attribute("aria-pressed") == "true"
    page.get_by_role("button", name="Take away modality: MR").click()
    expect(rows(page)).to_have_count(2)
    page.get_by_label("Description contains").fill("no such thing")
    page.get_by_text("No study fits these filters").wait_for()
    page.get_by_role("link", name="Clear all filters").click()
    rows(page).first.wait_for()
    assert page.url.endswith("/studies")


def test_a_click_on_the_code_shows_that_patient_only(visit, lake):
    lake.store(series(1, PatientID="P9", StudyDescription="First visit", seed=33))
    lake.store(series(1, PatientID="P9", StudyDescription="Second visit", seed=34))
    lake.store(series(1, PatientID="P8", StudyDescription="Visit of another", seed=37))
    page = visit("physician", "/studies?description=visit")
    expect(rows(page)).to_have_count(3)
    codes = page.locator("a.subject").all_inner_texts()
    code = next(one for one in codes if codes.count(one) == 2)
    page.locator("a.subject", has_text=code).first.click()
    page.wait_for_url("**/studies?*subject=*")
    expect(rows(page)).to_have_count(2)
    assert set(page.locator("a.subject").all_inner_texts()) == {code}


def test_long_lists_come_in_pages(visit, lake):
    lake.store([slice_ for number in range(60) for slice_ in series(
        1, rows=8, PatientID=f"L{number}", StudyDescription="Long list", seed=100 + number)], project="NEURO")
    page = visit("stranger", "/studies?description=Long")
    expect(rows(page)).to_have_count(50)
    page.mouse.wheel(0, 20_000)
    expect(rows(page)).to_have_count(60)
    page.get_by_text("60 studies").first.wait_for()


def test_hostile_text_stays_text(visit, lake, tmp_path):
    evil = '<img src=x onerror="document.title=1">'
    lake.command("project", "add", "EVIL", evil)
    lake.command("user", "grant", "everything", "EVIL", "technologist", "physician")
    lake.store(series(1, PatientID="EVIL", StudyDescription=evil, SeriesDescription=evil, BodyPartExamined=evil[:16], seed=35))
    path = tmp_path / f"{evil}.txt"
    path.write_text("no image")
    page = visit("everything", "/studies")
    rows(page).first.wait_for()
    page.goto(page.lake.url + "/upload")
    page.locator("input[type=file]:not([webkitdirectory])").set_input_files(path)
    page.get_by_label("Project").select_option("EVIL")
    page.get_by_role("button", name="Upload 1 file").click()
    page.get_by_role("button", name="Rejected 1").wait_for()
    expect(page.locator(".upload-row .file")).to_contain_text(evil)
    assert page.locator("img[src=x]").count() == 0
    assert page.title() != "1"
