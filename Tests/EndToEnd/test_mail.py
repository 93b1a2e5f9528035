"""Mail from a real server to a real server: sign-up, reset, TLS, what is down, what refuses, what is killed."""

import json
import os
import re
import stat
import time

import pytest

from mail_sink import MailSink, PlainServer, links
from tarn_server import Server, free_port, run

PASSWORD = "correct horse battery staple"
LATER = 202


def with_mail(tmp_path, *options, sink=None, **settings):
    """A lake with an administrator that sends its mail to a sink; the sink is not started."""
    sink = sink or MailSink(tmp_path, free_port(), **settings)
    server = Server(tmp_path, *sink.options(), "--public-url", "https://tarn.example.org/", *options)
    return server, sink


def begin(server, environment=None):
    server.start(environment=environment)
    password = server.directory / "password"
    password.write_text(PASSWORD + "\n")
    server.command("user", "add", "boss", "--administrator", "--password-file", password)
    return server


def ask(server, path, expect=LATER, **body):
    status, _, answer = server.request("POST", f"/api/v1/{path}", body)
    assert status == expect, (path, status, answer)
    return json.loads(answer) if answer else None


def sign_up(server, name, expect=LATER, **changes):
    body = {"name": name, "password": PASSWORD, "email": f"{name}@example.org"} | changes
    return ask(server, "sign-up", expect, **body)


@pytest.fixture
def mailing(tmp_path):
    server, sink = with_mail(tmp_path)
    with sink:
        begin(server)
        yield server, sink
        server.discard()


def test_sign_up_reset_and_another_address_over_starttls(mailing):
    server, sink = mailing
    assert server.json("GET", "/api/v1/site") == {"signUp": "open", "domains": [], "mail": "smtp"}
    assert sign_up(server, "ada") == {}
    (mail,) = sink.wait(1, to="ada@example.org")
    assert sink.envelopes[0] == ("tarn@example.org", ["ada@example.org"])
    assert mail["From"] == "Tarn <tarn@example.org>" and mail["Auto-Submitted"] == "auto-generated"
    assert not mail.defects and mail.get_content_type() == "text/plain"
    assert re.fullmatch(r"<[0-9a-f]{32}@example\.org>", mail["Message-ID"])
    assert server.request("POST", "/api/v1/session", {"name": "ada", "password": PASSWORD})[0] == 401
    (token,) = links(mail, "verify")
    assert ask(server, "verify", 200, token=token) == {"purpose": "sign-up", "name": "ada"}
    assert ask(server, "verify", 400, token=token)["code"] == "link-invalid"
    status, headers, answer = server.request("POST", "/api/v1/session", {"name": "Ada@example.org", "password": PASSWORD})
    assert status == 200 and json.loads(answer)["account"]["email"] == "ada@example.org"
    cookie = {"Cookie": headers["Set-Cookie"].split(";")[0], "X-Tarn": "1"}

    body = {"email": "ada@new.example.org", "password": PASSWORD}
    assert server.request("POST", "/api/v1/account/email", body, headers=cookie)[0] == LATER
    (notice,) = sink.wait(2, to="ada@example.org")[1:]
    assert not links(notice, "verify")
    (token,) = links(sink.wait(1, to="ada@new.example.org")[0], "verify")
    assert ask(server, "verify", 200, token=token) == {"purpose": "email", "name": "ada"}

    ask(server, "password-reset", email="ada@new.example.org")
    (token,) = links(sink.wait(2, to="ada@new.example.org")[1], "reset")
    assert ask(server, "password-reset/complete", 400, token=token, password="short")["code"] == "invalid"
    assert ask(server, "password-reset/complete", 204, token=token, password="another long passphrase") is None
    assert ask(server, "password-reset/complete", 400, token=token, password=PASSWORD)["code"] == "link-invalid"
    assert server.request("GET", "/api/v1/session", headers=cookie)[0] == 401
    assert server.request("POST", "/api/v1/session", {"name": "ada", "password": "another long passphrase"})[0] == 200
    assert "@example" not in server.log.read_text() and "@new" not in server.log.read_text()
    assert not (server.data / "mail").exists()


def test_answers_do_not_tell_who_is_known(mailing):
    server, sink = mailing
    sign_up(server, "ada")
    ask(server, "verify", 200, token=links(sink.wait(1)[0], "verify")[0])
    answers = []
    for path in ("password-reset", "sign-up/resend"):
        for address in ("ada@example.org", "nobody@example.org"):
            status, headers, body = server.request("POST", f"/api/v1/{path}", {"email": address})
            answers.append((status, sorted(k for k in headers if k != "Date"), body))
    assert len({str(answer) for answer in answers}) == 1, answers
    one = server.request("POST", "/api/v1/sign-up", {"name": "ada", "password": PASSWORD, "email": "ada@example.org"})
    two = server.request("POST", "/api/v1/sign-up", {"name": "new", "password": PASSWORD, "email": "new@example.org"})
    assert (one[0], one[2]) == (two[0], two[2]) == (LATER, b"{}")
    told = sink.wait(4, to="ada@example.org")
    assert [bool(links(mail, "verify")) for mail in told] == [True, False, False, False]
    assert len(sink.wait(1, to="new@example.org")) == 1
    assert not [mail for mail in sink.mails if mail["To"] == "nobody@example.org"]


@pytest.fixture(scope="module")
def shared_mailing(tmp_path_factory):
    server, sink = with_mail(tmp_path_factory.mktemp("mailing"))
    with sink:
        begin(server)
        yield server, sink
        server.discard()


HOSTILE = [
    ("email", "ada@example.org\r\nBcc: eve@example.org"), ("email", "ada@example.org\nRCPT TO:<eve@example.org>"),
    ("email", "ada@example.org>\r\nRCPT TO:<eve@example.org"), ("email", "ada@example.org,eve@example.org"),
    ("email", "ada@example.org\0"), ("email", '"ada\r\n"@example.org'), ("email", "ada(\r\n)@example.org"),
    ("name", "ada\r\nBcc: eve@example.org"), ("name", "ada\u2028Bcc"), ("name", "<script>alert(1)</script>"),
    ("name", "ada@example.org"), ("password", "short"),
]


def test_what_could_become_a_header_is_refused(shared_mailing):
    server, sink = shared_mailing
    before = len(sink.mails)
    for field, value in HOSTILE:
        body = {"name": "ada", "password": PASSWORD, "email": "ada@example.org"} | {field: value}
        answer = ask(server, "sign-up", 400, **body)
        assert answer["code"] == "invalid" and value not in answer["detail"]
        if field == "email":
            for path in ("password-reset", "sign-up/resend"):
                assert ask(server, path, 400, email=value)["code"] == "invalid"
    time.sleep(2)
    assert len(sink.mails) == before


def test_links_begin_where_the_site_is_whatever_a_request_says(shared_mailing):
    server, sink = shared_mailing
    hostile = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example",
               "Origin": "https://evil.example", "Referer": "https://evil.example/"}
    body = {"name": "hosted", "password": PASSWORD, "email": "hosted@example.org"}
    assert server.request("POST", "/api/v1/sign-up", body, headers=hostile)[0] == LATER
    (mail,) = sink.wait(1, to="hosted@example.org")
    assert "evil" not in mail.as_string()
    assert "https://tarn.example.org/verify#" in mail.get_content()


def test_a_recipient_who_is_refused_holds_up_nobody_and_is_not_named(shared_mailing):
    server, sink = shared_mailing
    sink.refusals = {"gone@example.org": "550 5.1.1 no such user", "full@example.org": "452 4.2.2 mailbox full"}
    for name in ("gone", "full", "fine"):
        sign_up(server, name)
    sink.wait(1, to="fine@example.org")
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and "was put off" not in server.log.read_text():
        time.sleep(0.1)
    log = server.log.read_text()
    assert "was refused" in log and "550" in log and "was put off" in log and "452" in log
    assert "@example.org" not in log
    assert not [mail for mail in sink.mails if mail["To"] in sink.refusals]


def test_mail_waits_for_a_server_that_is_down_and_outlives_kill_9(tmp_path):
    server, sink = with_mail(tmp_path)
    try:
        begin(server)
        sign_up(server, "ada")
        server.kill()
        server.start()
        server.said("(no mail can be sent)")
        sign_up(server, "bob")
        with sink:
            sink.wait(1, to="ada@example.org")
            sink.wait(1, to="bob@example.org")
            # Killed while the server thinks about a mail: it is sent again, with the same Message-ID.
            sink.began.clear()
            sink.delay = 3
            sign_up(server, "eve")
            assert sink.began.wait(30)
            server.kill()
            sink.delay = 0
            server.start()
            mails = sink.wait(1, to="eve@example.org")
            assert len({mail["Message-ID"] for mail in mails}) == 1
            ask(server, "verify", 200, token=links(mails[0], "verify")[0])
            time.sleep(4)
            assert len([m for m in sink.mails if m["To"] in ("ada@example.org", "bob@example.org")]) == 2
    finally:
        server.discard()


@pytest.mark.parametrize("starttls", [None, b"454 4.7.0 not now", b"500 what?"])
def test_nothing_is_sent_in_the_clear(tmp_path, starttls):
    with PlainServer(starttls) as plain:
        server = Server(tmp_path, "--smtp", f"smtp://127.0.0.1:{plain.port}", "--mail-from", "tarn@example.org")
        try:
            environment = dict(os.environ, TARN_SMTP_USER="tarn", TARN_SMTP_PASSWORD="the mail password")
            begin(server, environment)
            sign_up(server, "ada")
            deadline = time.monotonic() + 20
            while time.monotonic() < deadline and "no mail can be sent" not in server.log.read_text():
                time.sleep(0.1)
            assert "no mail can be sent" in server.log.read_text()
            assert {line.split()[0].upper() for line in plain.lines} <= {"EHLO", "STARTTLS", "QUIT"}, plain.lines
            assert "the mail password" not in server.log.read_text()
        finally:
            server.discard()


def test_a_server_with_a_certificate_of_nobody_gets_nothing(tmp_path):
    sink = MailSink(tmp_path, free_port())
    server = Server(tmp_path, "--smtp", sink.url, "--mail-from", "tarn@example.org")
    with sink:
        try:
            begin(server)
            sign_up(server, "ada")
            deadline = time.monotonic() + 20
            while time.monotonic() < deadline and "no mail can be sent" not in server.log.read_text():
                time.sleep(0.1)
            assert "certificate" in server.log.read_text()
            assert sink.mails == []
        finally:
            server.discard()


@pytest.mark.parametrize("implicit_tls", [False, True])
def test_signing_in_at_the_mail_server(tmp_path, implicit_tls):
    server, sink = with_mail(tmp_path, implicit_tls=implicit_tls, user="tarn", password="the mail password")
    with sink:
        try:
            begin(server, dict(os.environ, TARN_SMTP_USER="tarn", TARN_SMTP_PASSWORD="a wrong password"))
            sign_up(server, "ada")
            deadline = time.monotonic() + 20
            while time.monotonic() < deadline and "no mail can be sent" not in server.log.read_text():
                time.sleep(0.1)
            assert sink.mails == []
            server.stop()
            server.start(environment=dict(os.environ, TARN_SMTP_USER="tarn", TARN_SMTP_PASSWORD="the mail password"))
            sink.wait(1, to="ada@example.org")
            assert "password" not in server.log.read_text()
        finally:
            server.discard()


def test_without_a_mail_server_mail_is_written_and_shown(tmp_path):
    server = begin(Server(tmp_path))
    try:
        assert server.json("GET", "/api/v1/site")["mail"] == "directory"
        assert server.command("mail").stdout == ""
        assert run("mail", "show", "--latest", "--data", server.data, check=False).returncode == 1
        sign_up(server, "ada")
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and not list(server.data.glob("mail/*.eml")):
            time.sleep(0.1)
        (file,) = server.data.glob("mail/*.eml")
        assert stat.S_IMODE(file.stat().st_mode) == 0o600 and stat.S_IMODE(file.parent.stat().st_mode) == 0o700
        (listed,) = [json.loads(line) for line in run("mail", "--json", "--data", server.data).stdout.splitlines()]
        assert (listed["to"], listed["file"]) == ("ada@example.org", file.name) and "text" not in listed
        shown = json.loads(run("mail", "show", str(listed["id"]), "--json", "--data", server.data).stdout)
        (token,) = re.findall(rf"{server.url}/verify#([0-9a-f]+)", shown["text"])
        assert token in run("mail", "show", "--latest", "--data", server.data).stdout
        assert ask(server, "verify", 200, token=token)["name"] == "ada"
        password = tmp_path / "password"
        server.command("user", "add", "carl", "--email", "Carl@example.org", "--password-file", password)
        wrong = server.command("user", "add", "cora", "--email", "cora", "--password-file", password, check=False)
        assert wrong.returncode == 1 and "cora" not in server.command("user", "list").stdout
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and len(list(server.data.glob("mail/*.eml"))) < 2:
            time.sleep(0.1)
        (token,) = re.findall(r"/verify#([0-9a-f]+)", run("mail", "show", "--latest", "--data", server.data).stdout)
        assert ask(server, "verify", 200, token=token) == {"purpose": "email", "name": "carl"}
        assert run("mail", "show", "77", "--data", server.data, check=False).returncode == 1
        assert run("mail", "show", "--data", server.data, check=False).returncode == 2
        assert run("mail", "--data", tmp_path, check=False).returncode == 1
    finally:
        server.discard()


def test_a_thousand_attempts_from_one_address(shared_mailing):
    """Slowed down, and few mails; from elsewhere people still get through."""
    server, sink = shared_mailing
    before = len(sink.mails)
    statuses = []
    for number in range(1000):
        elsewhere = {"X-Forwarded-For": "192.0.2.7"}
        body = {"name": f"n{number}", "password": PASSWORD, "email": f"n{number}@example.org"}
        status, headers, _ = server.request("POST", "/api/v1/sign-up", body, headers=elsewhere)
        statuses.append(status)
        assert status == LATER or (status == 429 and int(headers["Retry-After"]) > 0)
    taken = statuses.count(LATER)
    assert 20 <= taken <= 30 and statuses[-1] == 429
    body = {"name": "patient", "password": PASSWORD, "email": "patient@example.org"}
    assert server.request("POST", "/api/v1/sign-up", body, headers={"X-Forwarded-For": "192.0.2.8"})[0] == LATER
    sink.wait(1, to="patient@example.org")
    assert len(sink.mails) - before <= taken + 1


@pytest.mark.parametrize("options", [
    ("--smtp", "smtp://127.0.0.1:25"), ("--smtp", "http://x", "--mail-from", "t@example.org"),
    ("--smtp", "smtp://u:p@x", "--mail-from", "t@example.org"), ("--mail-from", "nobody"),
    ("--mail-from", "Tarn\r\nBcc: x <t@example.org>"), ("--smtp-ca", "/nowhere"), ("--public-url", "ftp://x"),
    ("--public-url", "https://x/path"), ("--public-url", "https://x\r\ny"), ("--sign-up", "maybe"),
    ("--sign-up-domain", "not a domain"),
])
def test_settings_that_make_no_sense_are_said_before_the_start(tmp_path, options):
    done = run("serve", "--data", tmp_path / "a", "--master-key", tmp_path / "key", *options, check=False)
    assert done.returncode == 2 and options[0] in done.stderr and not (tmp_path / "a").exists()


def test_a_closed_site_and_one_of_some_domains(tmp_path):
    server = begin(Server(tmp_path, "--sign-up-domain", "Example.org", "--sign-up-domain", "uni.example"))
    try:
        assert server.json("GET", "/api/v1/site")["domains"] == ["example.org", "uni.example"]
        assert sign_up(server, "ada", expect=400, email="ada@example.com")["code"] == "invalid"
        sign_up(server, "ada", email="ada@UNI.example")
    finally:
        server.stop()
    server.options = ("--sign-up", "closed")
    server.start()
    try:
        assert server.json("GET", "/api/v1/site")["signUp"] == "closed"
        assert sign_up(server, "ada", expect=403)["code"] == "sign-up-closed"
    finally:
        server.discard()
