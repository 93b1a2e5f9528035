"""The list: filters live in the address, pages follow one another, empty lists say what to do."""

from studies import series


def rows(page):
    return page.locator(".study-row")


def test_filters_stand_in_the_address_and_survive_a_reload(visit, lake):
    lake.store(series(2, PatientID="F1", StudyDescription="Findable thorax", PatientAge="044Y", PatientSex="M", seed=31))
    lake.store(series(2, PatientID="F2", StudyDescription="Findable knee", Modality="MR", BodyPartExamined="KNEE", seed=32))
    page = visit("physician", "/studies")
    page.get_by_label("Description contains").fill("findable")
    page.wait_for_url("**/studies?description=findable")
    page.wait_for_function("document.querySelectorAll('.study-row').length === 2")
    page.get_by_role("button", name="MR", exact=True).click()
    page.wait_for_function("document.querySelectorAll('.study-row').length === 1")
    assert "modality=MR" in page.url and "knee" in rows(page).inner_text()
    page.reload()
    page.wait_for_function("document.querySelectorAll('.study-row').length === 1")
    assert page.get_by_role("button", name="MR", exact=True).get_attribute("aria-pressed") == "true"
    page.get_by_role("button", name="Take away modality: MR").click()
    page.wait_for_function("document.querySelectorAll('.study-row').length === 2")
    page.get_by_label("Description contains").fill("no such thing")
    page.get_by_text("No study fits these filters").wait_for()
    page.get_by_role("link", name="Clear all filters").click()
    rows(page).first.wait_for()
    assert page.url.endswith("/studies")


def test_a_click_on_the_code_shows_that_patient_only(visit, lake):
    lake.store(series(1, PatientID="P9", StudyDescription="First visit", seed=33))
    lake.store(series(1, PatientID="P9", StudyDescription="Second visit", seed=34))
    page = visit("physician", "/studies?description=visit")
    page.wait_for_function("document.querySelectorAll('.study-row').length === 2")
    code = page.locator("a.subject").first.inner_text()
    page.locator("a.subject").first.click()
    page.wait_for_url("**subject=*")
    page.wait_for_function("document.querySelectorAll('.study-row').length === 2")
    assert set(page.locator("a.subject").all_inner_texts()) == {code}


def test_long_lists_come_in_pages(visit, lake):
    lake.store([slice_ for number in range(60) for slice_ in series(
        1, rows=8, PatientID=f"L{number}", StudyDescription="Long list", seed=100 + number)], project="NEURO")
    page = visit("stranger", "/studies?description=Long")
    page.wait_for_function("document.querySelectorAll('.study-row').length >= 50")
    page.mouse.wheel(0, 20_000)
    page.wait_for_function("document.querySelectorAll('.study-row').length === 60")
    page.get_by_text("60 studies").first.wait_for()


def test_hostile_text_stays_text(visit, lake):
    evil = '<img src=x onerror="document.title=1">"\'</script>'
    lake.store(series(1, PatientID="EVIL", StudyDescription=evil[:64], SeriesDescription=evil[:64], seed=35))
    page = visit("physician", "/studies?description=onerror")
    page.locator(".study-row", has_text="onerror").wait_for()
    assert page.locator(".study-row img[src=x]").count() == 0
    page.locator(".study-row a.title").first.click()
    page.locator("tarn-viewer").wait_for()
    assert page.title() != "1"
