"""axe-core finds nothing on any page, light and dark, wide and narrow; the main way works by keyboard alone."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from conftest import viewer_shows

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
    page = visit(None, "/signin", width, height, scheme, allow=(401, 404))
    page.get_by_label("User name").wait_for()
    found += violations(page, "sign-in")
    page.goto(page.lake.url + "/welcome#token")
    page.get_by_label("User name").wait_for()
    found += violations(page, "welcome")
    page = visit("everything", "/studies", width, height, scheme, allow=(404,))
    page.locator(".study-row").first.wait_for()
    found += violations(page, "studies")
    for path in ("/studies?description=zzzz", "/upload", "/held", "/exports", "/studies/2.25.404"):
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
    page = visit("admin", "/accounts", width, height, scheme)
    page.get_by_role("button", name="Add an account").click()
    found += violations(page, "accounts")
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
    for path in ("/studies", "/upload", "/held", "/exports", f"/studies/{ct_study}"):
        page.goto(page.lake.url + path)
        page.wait_for_timeout(600)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
