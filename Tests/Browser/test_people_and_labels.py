"""The whole way, as a newcomer goes it: from a mail over SMTP to labels that a colleague downloads at a tag."""

import csv
import io
import json
import zipfile

import pytest
from playwright.sync_api import expect

from conftest import PASSWORD, Lake
from labelling import Hand, Labels, make_set, number, open_labels, phantom, save, texts
from mail_sink import MailSink
from tarn_server import free_port, run


@pytest.fixture(scope="module")
def sink(tmp_path_factory):
    with MailSink(tmp_path_factory.mktemp("smtp"), free_port()) as sink:
        yield sink


@pytest.fixture(scope="module")
def lake(tmp_path_factory, sink):
    server = Lake(tmp_path_factory.mktemp("tarn"), *sink.options()).start().furnish()
    yield server
    server.discard()


def mailed_link(lake, sink, address):
    """The link of the newest mail to an address."""
    text = sink.wait(1, to=address)[-1].get_content()
    return next(word for word in text.split() if word.startswith(f"{lake.url}/verify#"))


def becomes_annotator(visit, lake, sink):
    """Signs up, opens the mailed link, signs in, asks for a role and is given it. The clash comes later on this page."""
    page = visit(None, "/signup", allow=(412,))
    page.get_by_label("User name").fill("nora")
    page.get_by_label("E-mail address").fill("nora@hospital.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create the account").click()
    page.get_by_role("heading", name="Look at your mail").wait_for()
    page.goto(mailed_link(lake, sink, "nora@hospital.example"))
    page.get_by_role("button", name="Confirm", exact=True).click()
    page.get_by_role("link", name="Sign in").click()
    page.get_by_label("User name").fill("nora")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/start")
    page.get_by_label("Project").select_option("CHEST")
    page.get_by_role("radio", name="Annotator").check()
    page.get_by_label("What you need it for").fill("To mark discs.")
    page.get_by_role("button", name="Ask for this role").click()
    page.get_by_text("Waiting for a decision").wait_for()
    admin = visit("admin", "/accounts")
    admin.get_by_role("button", name="Approve nora as Annotator in CHEST").click()
    admin.get_by_text("nora is now Annotator in CHEST.").wait_for()
    assert len(sink.wait(2, to="nora@hospital.example")) == 2
    return page


def version(page, number):
    return page.locator(".ann-version").filter(has_text=f"Version {number}").first


def test_from_a_mailed_link_to_an_export_at_a_tag(visit, lake, sink):
    verdict = lake.store([phantom(PatientID="WHOLE1", StudyDescription="The whole way", PixelSpacing=[0.7, 0.7])])[0]
    study = verdict["study"]
    page = becomes_annotator(visit, lake, sink)

    # Open a study from the list; measure, annotate, save.
    page.goto(lake.url + "/studies")
    page.get_by_role("link", name="The whole way").first.click()
    open_labels(page)
    hand = Hand(page)
    make_set(page, "Discs")
    hand.draw("m", (88, 128), (168, 128))
    hand.draw("e", (88, 88), (168, 168))
    page.keyboard.press("Escape")
    length, ellipse = texts(page)
    assert number(length[0], "mm") == pytest.approx(56, abs=0.07)
    assert float(ellipse[1].split()[1]) == pytest.approx(100, abs=1)
    save(page, "First look")
    expect(page.locator(".ann-state")).to_contain_text("Saved")

    # Edit: a second save is a second version. A reload shows everything.
    hand.draw("b", (100, 110), (150, 140))
    page.keyboard.press("Escape")
    save(page, "A box as well")
    expect(page.locator(".ann-state")).to_contain_text("Saved")
    page.reload()
    open_labels(page)
    expect(page.locator(".ann-all h3")).to_have_text("3 annotations")

    # Restore the first as a third.
    page.locator(".ann-history > summary").click()
    version(page, 1).get_by_role("button", name="Restore").click()
    page.get_by_role("dialog").get_by_role("button", name="Restore").click()
    expect(page.locator(".ann-all h3")).to_have_text("2 annotations")
    labels = Labels(lake)
    assert [one["kind"] for one in labels.commits("Discs", study)] == ["restore", "save", "save"]

    # A tag on what is there now.
    version(page, 3).get_by_role("button", name="Tag").click()
    page.get_by_role("dialog").get_by_label("Name").fill("reading-1")
    page.get_by_role("button", name="Set the tag").click()
    page.locator(".ann-version .badge.accent", has_text="reading-1").wait_for()

    # Somebody else saves while this page still draws: nothing is lost.
    hand = Hand(page)
    hand.draw("a", (60, 60))
    page.keyboard.press("Escape")
    _, theirs = labels.study("Discs", study)
    labels.save("Discs", study, theirs["annotations"][:1], message="Only the length")
    save(page, "A point")
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("saved this study while you worked").wait_for()
    dialog.get_by_role("button", name="Keep both").click()
    expect(page.locator(".ann-state")).to_contain_text("Saved")
    _, now = labels.study("Discs", study)
    assert sorted(one["type"] for one in now["annotations"]) == ["length", "point"]
    assert [one["version"] for one in labels.commits("Discs", study)] == [5, 4, 3, 2, 1]

    # A researcher takes the study along with the labels at the tag, by the page; the command checks it.
    reader = visit("researcher", f"/exports?project=CHEST&study={study}&new=1")
    reader.get_by_label("Labels to take along").select_option(label="Discs")
    reader.get_by_label("Version of the labels").select_option("reading-1")
    reader.get_by_role("button", name="Make the export").click()
    with reader.expect_download() as download:
        reader.get_by_role("link", name="Download").first.click()
    path = lake.directory / "whole.zip"
    download.value.save_as(path)
    run("verify", path)
    with zipfile.ZipFile(path) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        named = manifest["labels"][0]
        assert (named["name"], named["version"], named["tag"]) == ("Discs", 3, "reading-1")
        rows = list(csv.DictReader(io.StringIO(archive.read(named["folder"] + "/annotations.csv").decode("utf-8-sig"))))
        assert sorted(row["type"] for row in rows) == ["ellipse", "length"]
        document = json.loads(archive.read(named["folder"] + "/annotations.json"))
        assert named["digest"] in json.dumps(document)
