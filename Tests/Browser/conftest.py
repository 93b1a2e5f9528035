"""A real browser on a real `tarn serve`. A page fails its test by a console error or a CSP violation too."""

import io
import json
import pathlib
import shutil
import sys
from urllib.parse import urlencode

import numpy
import pydicom
import pytest
from playwright.sync_api import sync_playwright

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from studies import PLANTED, read, series  # noqa: E402
from tarn_server import CORPUS, Server, multipart, verdicts  # noqa: E402

PASSWORD = "correct horse battery staple"
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
# Software GL gives the same pixels on every machine.
ARGUMENTS = ["--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--no-sandbox"]

# One account for each way of seeing the lake: roles in the projects CHEST and NEURO.
PEOPLE = {
    "physician": {"CHEST": "physician"},
    "technologist": {"CHEST": "technologist"},
    "annotator": {"CHEST": "annotator"},
    "annotator2": {"CHEST": "annotator"},
    "researcher": {"CHEST": "researcher"},
    "custodian": {"CHEST": "custodian"},
    "auditor": {"CHEST": "auditor"},
    "stranger": {"NEURO": "physician"},
    "everything": {role: "technologist,researcher,physician,custodian" for role in ("CHEST", "NEURO")},
}


class Lake(Server):
    """The server with projects and people in it."""

    def furnish(self):
        for code, name in {"CHEST": "Chest imaging", "NEURO": "Neuro imaging"}.items():
            self.command("project", "add", code, name)
        secret = self.directory / "password"
        secret.write_text(PASSWORD + "\n")
        for name, roles in PEOPLE.items():
            grants = [word for project, role in roles.items() for word in ("--grant", f"{project}={role}")]
            self.command("user", "add", name, *grants, "--password-file", secret)
        self.command("user", "add", "admin", "--administrator", "--password-file", secret)
        return self

    def token(self, name, project):
        made = self.command("user", "token", name, "--label", "tests", "--project", project, "--json")
        return json.loads(made.stdout)["token"]

    def store(self, files, project="CHEST"):
        """Files through STOW-RS; their verdicts in order."""
        self.tokens = getattr(self, "tokens", {})
        if project not in self.tokens:
            self.tokens[project] = self.token("everything", project)
        body, headers = multipart(files)
        status, _, answer = self.request(
            "POST", f"/dicom-web/studies?project={project}", body, self.tokens[project], headers)
        assert status in (200, 202, 409), (status, answer[:500])
        return sorted(verdicts(answer), key=lambda verdict: verdict["index"])

    def studies(self, **query):
        token = getattr(self, "tokens", {}).get("CHEST") or self.token("everything", "CHEST")
        return self.json("GET", "/api/v1/studies?" + urlencode(query), token=token)["studies"]


@pytest.fixture(scope="session")
def lake(tmp_path_factory):
    server = Lake(tmp_path_factory.mktemp("tarn")).start().furnish()
    yield server
    server.discard()


@pytest.fixture(scope="session")
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def visit(lake, chromium):
    """Opens pages as somebody: `visit("physician", "/studies")`. What the console says is judged at the end."""
    contexts, troubles = [], []

    def open_page(name=None, path="/studies", width=1440, height=900, scheme="light", allow=()):
        context = chromium.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, accept_downloads=True, locale="en-GB")
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)

        def said(message):
            # Status codes that the test provokes are said by the browser as errors.
            expected = any((f"status of {one}" if isinstance(one, int) else one) in message.text for one in allow)
            if message.type == "error" and not expected:
                troubles.append(f"{page.url}: {message.text}")

        page.on("console", said)
        page.on("pageerror", lambda error: troubles.append(f"{page.url}: {error}"))
        page.lake = lake
        if name:
            sign_in(page, lake, name)
        page.goto(lake.url + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not troubles, "the console said: " + "\n".join(troubles)


def sign_in(page, lake, name, password=PASSWORD):
    page.goto(lake.url + "/signin")
    page.get_by_label("User name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/signin" not in url)


@pytest.fixture(scope="session")
def ct_files(tmp_path_factory):
    """A real CT series with planted, invented PHI in its headers; a generated one where the corpus is not here."""
    folder = tmp_path_factory.mktemp("ct")
    source = CORPUS / "01_series_ct" / "philips_phantom_5mm_28"
    if source.is_dir():
        for path in sorted(source.iterdir()):
            data = pydicom.dcmread(path)
            for keyword, value in PLANTED.items():
                setattr(data, keyword, value)
            data.StudyDescription = "CT Thorax"
            data.Modality = "CT"
            buffer = io.BytesIO()
            data.save_as(buffer)
            (folder / f"{path.name}.dcm").write_bytes(buffer.getvalue())
    else:
        for number, content in enumerate(series(28, rows=256)):
            (folder / f"{number:03}.dcm").write_bytes(with_discs(content, number))
    return sorted(folder.iterdir())


def with_discs(content, number):
    """The slice with flat areas in the place of noise: air, a body, and something in it that moves from slice to slice."""
    data = read(content)
    row, column = numpy.indices((data.Rows, data.Columns))
    pixels = numpy.full((data.Rows, data.Columns), 24, numpy.uint16)
    pixels[numpy.hypot(row - 128, column - 128) < 100] = 1064
    pixels[numpy.hypot(row - 128, column - 70 - 4 * number) < 20] = 1400
    data.PixelData = pixels.tobytes()
    buffer = io.BytesIO()
    data.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


@pytest.fixture(scope="session")
def ct_study(lake, ct_files):
    """The series above in the lake: UID of the study."""
    result = lake.store([path.read_bytes() for path in ct_files])
    assert {verdict["verdict"] for verdict in result} <= {"accepted", "alreadyThere", "already there"}, result[:3]
    return result[0]["study"]


def viewer_shows(page, index, timeout=15_000):
    """Waits until the frame with this index is on the canvas."""
    page.wait_for_selector(f'tarn-viewer[data-shown="{index}"]', timeout=timeout)


def canvas_pixels(page):
    """The stage as it is on the screen, as a grey array."""
    from PIL import Image

    page.wait_for_timeout(150)
    picture = page.locator("tarn-viewer .stage").screenshot()
    return numpy.asarray(Image.open(io.BytesIO(picture)).convert("L"))
