"""A real `tarn serve` for tests: a temporary data directory, a free loopback port, ended by pid."""

import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[1]
BINARY = os.environ.get("TARN_BINARY", str(ROOT / ".build/release/tarn"))
SHARED = ROOT.parent / "shared"
CORPUS = SHARED / "corpus"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def run(*arguments, check=True, **options):
    """Runs a `tarn` command to its end; text in, text out."""
    done = subprocess.run([BINARY, *map(str, arguments)], capture_output=True, text=True, timeout=600, **options)
    if check and done.returncode != 0:
        raise AssertionError(f"tarn {arguments[0]} ended with {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done


class Server:
    """One instance over one data directory; may be killed and started again."""

    def __init__(self, directory, *options):
        self.directory = pathlib.Path(directory)
        self.data = self.directory / "data"
        self.key = self.directory / "key" / "master.key"
        self.log = self.directory / "serve.log"
        self.options = options
        self.port = free_port()
        self.process = None

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def start(self, timeout=60, environment=None):
        self.key.parent.mkdir(parents=True, exist_ok=True)
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [BINARY, "serve", "--data", self.data, "--listen", f"127.0.0.1:{self.port}",
                 "--master-key", self.key, *self.options],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=environment)
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise AssertionError(f"tarn serve ended with {self.process.returncode}\n{self.log.read_text()[-4000:]}")
            try:
                with urllib.request.urlopen(self.url + "/readyz", timeout=2) as answer:
                    if answer.status == 200:
                        return self
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                pass
            time.sleep(0.05)
        raise AssertionError(f"tarn serve was not ready within {timeout} s\n{self.log.read_text()[-4000:]}")

    def said(self, pattern, timeout=20):
        """The first group of `pattern` in what the server said: it answers before it has said all."""
        deadline = time.monotonic() + timeout
        while not (found := re.search(pattern, self.log.read_text())):
            assert time.monotonic() < deadline, f"never said: {pattern}\n{self.log.read_text()[-4000:]}"
            time.sleep(0.05)
        return found.group(1)

    def stop(self, timeout=30):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise AssertionError(f"tarn serve did not stop within {timeout} s") from None

    def database_directory(self):
        """Where the private PostgreSQL lives: beside the lake, or where its user can reach it and the lake's note says."""
        note = self.data / "postgres" / "location"
        return pathlib.Path(note.read_text().strip()) if note.exists() else self.data / "postgres"

    def discard(self):
        """Stops, and removes what lies outside the temporary directory."""
        self.stop()
        if self.data not in (directory := self.database_directory()).parents:
            shutil.rmtree(directory, ignore_errors=True)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def command(self, *arguments, **options):
        """A lake command on this data directory, as the operator."""
        return run(*arguments, "--data", self.data, "--master-key", self.key, **options)

    def request(self, method, path, body=None, token=None, headers=None):
        """(status, headers, body) of one request; errors are answers, not exceptions."""
        headers = dict(headers or {})
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if isinstance(body, (dict, list)):
            body = json.dumps(body).encode()
            headers.setdefault("Content-Type", "application/json")
        request = urllib.request.Request(self.url + path, data=body, method=method, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=300) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read()

    def json(self, method, path, body=None, token=None):
        status, _, answer = self.request(method, path, body, token)
        assert status < 300, f"{method} {path}: {status} {answer[:500]!r}"
        return json.loads(answer) if answer else None

    def project(self, code, *roles):
        """Makes a project, an account with these roles in it, and a token of that account; gives the token."""
        self.command("project", "add", code, f"Project {code}")
        name = f"tester-{code.lower()}"
        password = self.directory / f"{name}.password"
        password.write_text("correct horse battery staple\n")
        roles = ",".join(roles or ("technologist", "researcher", "physician", "custodian"))
        self.command("user", "add", name, "--password-file", password, "--grant", f"{code}={roles}")
        made = self.command("user", "token", name, "--label", "tests", "--project", code, "--json")
        return json.loads(made.stdout)["token"]

    def ingest(self, *paths, project, expect=(0, 1)):
        """`tarn ingest`; gives the verdicts, one a file."""
        done = self.command("ingest", *paths, "--project", project, "--json", check=False)
        assert done.returncode in expect, (done.returncode, done.stderr[-2000:])
        return [entry for entry in verdicts(done.stdout) if "verdict" in entry]


def multipart(parts, boundary="tarn-test"):
    """A STOW-RS body and its headers."""
    body = b"".join(
        f"--{boundary}\r\nContent-Type: application/dicom\r\n\r\n".encode() + part + b"\r\n" for part in parts)
    headers = {
        "Content-Type": f'multipart/related; type="application/dicom"; boundary={boundary}',
        "Accept": "application/x-ndjson",
    }
    return body + f"--{boundary}--\r\n".encode(), headers


def verdicts(answer):
    return [json.loads(line) for line in answer.splitlines() if line.strip()]
