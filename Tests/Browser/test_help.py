"""The user guide in the app: one source, a table of contents, and text that stays text."""

import pathlib

from playwright.sync_api import expect

GUIDE = pathlib.Path(__file__).resolve().parents[2] / "Docs" / "Guides" / "user-guide.md"


def test_the_guide_of_the_documentation_is_in_the_app(visit):
    page = visit("physician", "/studies")
    page.get_by_role("link", name="Help").click()
    page.wait_for_url("**/help")
    titles = [line[3:] for line in GUIDE.read_text().splitlines() if line.startswith("## ")]
    contents = page.get_by_role("navigation", name="Contents").get_by_role("link")
    expect(contents).to_have_count(len(titles))
    assert contents.all_inner_texts() == titles
    page.get_by_role("link", name="Look at images").click()
    heading = page.get_by_role("heading", name="Look at images")
    expect(heading).to_be_in_viewport()
    expect(page.get_by_role("link", name="Look at images")).to_have_attribute("aria-current", "true")
    expect(page.get_by_role("cell", name="go through the images")).to_be_visible()
    assert "**" not in page.locator("article").inner_text()


def test_nothing_in_a_guide_becomes_markup_or_script(visit):
    page = visit("physician", "/help")
    page.locator("article h2").first.wait_for()
    seen = page.evaluate("""async () => {
        const { markdown } = await import("/web/core/markdown.js");
        const source = [
            "# <img src=x onerror=alert(1)>", "", "**<b>bold</b>** and `a|b` and [x](javascript:alert(1))",
            "[y](//evil.example) [z](/studies) [w](https://dicom.nema.org)", "",
            "| a | b |", "|---|---|", "| 1 \\\\| 2 | `<i>` |", "", "1. one", "   more", "2. two", "", "```", "# no", "", "x", "```",
        ].join("\\n");
        const place = document.createElement("div");
        const { content, headings } = markdown(source);
        place.append(...content);
        return {
            tags: [...place.querySelectorAll("*")].map(({ localName }) => localName),
            links: [...place.querySelectorAll("a")].map((link) => link.getAttribute("href")),
            text: place.textContent,
            headings: headings.length,
            items: place.querySelectorAll("ol > li").length,
            cells: [...place.querySelectorAll("td")].map(({ textContent }) => textContent),
        };
    }""")
    assert not {"img", "b", "i", "script"} & set(seen["tags"])
    assert seen["links"] == ["/studies", "https://dicom.nema.org"]
    assert "<img src=x onerror=alert(1)>" in seen["text"] and "# no" in seen["text"]
    assert (seen["headings"], seen["items"], seen["cells"]) == (1, 2, ["1 | 2", "<i>"])


def test_only_guides_are_served_beside_the_pages(visit, lake):
    for path in ("/web/guides/../../Makefile", "/web/guides/%2e%2e/Operations/backup.md", "/web/guides/.md", "/web/guides/"):
        assert lake.request("GET", path)[0] in (400, 404), path
    assert lake.request("GET", "/web/guides/user-guide.md")[0] == 200
