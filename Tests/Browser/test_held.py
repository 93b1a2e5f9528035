"""What may show a name in its pixels waits for a person."""

import pytest
from playwright.sync_api import expect

from studies import series


@pytest.fixture
def held(lake, request):
    """One held image under a description of its own."""
    name = request.node.name[-24:]
    seed = abs(hash(name)) % 1000 + 100
    result = lake.store(series(
        1, seed=seed, PatientID=f"H{seed}", StudyDescription=name, SeriesDescription=name, BurnedInAnnotation="YES"))
    assert result[0]["verdict"] == "held", result
    return result[0]["study"]


def listed(page, study):
    return page.evaluate(
        "async (uid) => (await fetch(`/api/v1/studies/${uid}`)).status", study)


def test_a_held_image_is_seen_by_nobody_until_it_is_released(visit, held):
    everyone = visit("physician", "/studies", allow=(404,))
    assert listed(everyone, held) == 404
    page = visit("custodian", "/held")
    page.locator(".held-item").first.wait_for()
    count = page.locator(".held-item").count()
    picture = page.locator(".held-picture img")
    picture.wait_for()
    expect(picture).to_have_js_property("complete", True)
    assert picture.evaluate("image => image.naturalWidth") > 0
    for left in reversed(range(count)):
        page.keyboard.press("a")
        expect(page.locator(".held-item")).to_have_count(left)
    page.get_by_text("Nothing is waiting").wait_for()
    assert listed(everyone, held) == 200


def test_a_rejected_image_stays_out(visit, held):
    page = visit("custodian", "/held", allow=(404,))
    page.locator(".held-item").first.wait_for()
    count = page.locator(".held-item").count()
    page.keyboard.press("r")
    page.get_by_role("button", name="Name or date in the image").click()
    page.get_by_role("dialog").get_by_role("button", name="Reject", exact=True).click()
    if count > 1:
        expect(page.locator(".held-item")).to_have_count(count - 1)
    else:
        page.get_by_text("Nothing is waiting").wait_for()
    assert listed(page, held) == 404
