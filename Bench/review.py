#!/usr/bin/env python3
"""How long a reviewer waits: from the key that decides on a held image to the next one on the screen, with its boxes.

Usage: Bench/review.py [COUNT]     (60 images of 1024 × 768 unless told; needs Chromium and Playwright)

Every image gets a box by keyboard, as a person would draw it, and is blacked out and published by A. What a person needs
to look is not in the figures: they say what the page adds to it."""

import io
import pathlib
import statistics
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "Tests"), str(ROOT / "Tests" / "Browser")]

import numpy  # noqa: E402
from playwright.sync_api import sync_playwright  # noqa: E402
from pydicom.uid import generate_uid  # noqa: E402

import conftest  # noqa: E402
from studies import SECONDARY_CAPTURE, ct_slice, read  # noqa: E402

ROWS, COLUMNS = 768, 1024
# Resolves once another image than the one before is on the screen.
SHOWN = """before => new Promise((resolve) => {
    const look = () => {
        const image = document.querySelector('.held-sheet img');
        if (image && image.getAttribute('src') !== before && image.complete && image.naturalWidth > 0) resolve();
        else requestAnimationFrame(look);
    };
    look();
})"""


def capture(number):
    data = read(ct_slice(
        generate_uid(), generate_uid(), number, sop_class=SECONDARY_CAPTURE, Modality="OT", Manufacturer="Bench",
        ManufacturerModelName="Review", ImageType=["DERIVED", "SECONDARY"], PatientID=f"BENCH{number}"))
    data.Rows, data.Columns = ROWS, COLUMNS
    row, column = numpy.indices((ROWS, COLUMNS))
    noise = numpy.random.default_rng(number).integers(0, 60, (ROWS, COLUMNS))
    data.PixelData = (500 + (row + column) // 4 + noise).astype(numpy.uint16).tobytes()
    buffer = io.BytesIO()
    data.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def review(page, count):
    """Seconds of each decision."""
    shown = page.locator(".held-sheet img")
    spent = []
    for left in range(count - 1, -1, -1):
        before = shown.get_attribute("src")
        for key in ("n", "ArrowUp", "Shift+ArrowRight"):
            page.keyboard.press(key)
        began = time.monotonic()
        page.keyboard.press("a")
        if left:
            page.evaluate(SHOWN, before)
        else:
            page.get_by_text("Nothing is waiting").wait_for(timeout=60_000)
        spent.append(time.monotonic() - began)
    return spent


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    lake = conftest.Lake(pathlib.Path(tempfile.mkdtemp())).start()
    try:
        lake.tokens = {"REVIEW": lake.project("REVIEW")}
        for start in range(0, count, 10):
            found = lake.store([capture(number) for number in range(start, min(count, start + 10))], "REVIEW")
            assert all(one["verdict"] == "held" for one in found), found
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=conftest.CHROMIUM, args=conftest.ARGUMENTS)
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            conftest.sign_in(page, lake, "tester-review")
            page.goto(lake.url + "/held?project=REVIEW")
            page.locator(".held-sheet img").wait_for()
            page.evaluate(SHOWN, "")
            spent = review(page, count)
            browser.close()
        *each, last = spent
        print(f"{count} images of {COLUMNS} × {ROWS}, a box each, blacked out and published by keyboard")
        print(f"next image on the screen: median {statistics.median(each):.3f} s, slowest {max(each):.3f} s")
        print(f"all decisions sent and answered after the last key: {last:.1f} s")
        print(f"whole run: {sum(spent):.1f} s = {3600 * count / sum(spent):.0f} decisions an hour, looking not counted")
    finally:
        lake.discard()


main()
