"""A mail server for tests: real SMTP with STARTTLS, which keeps what it takes."""

import asyncio
import email
import email.policy
import re
import socketserver
import ssl
import subprocess
import threading
import time

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult


def certificate(directory):
    """A key and a certificate for 127.0.0.1 that is its own authority; gives their files."""
    key, chain = directory / "smtp.key", directory / "smtp.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-subj", "/CN=mail of a test", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", chain],
        check=True, capture_output=True)
    return key, chain


def links(message, page):
    """The secrets of links to `page` in the text of a mail."""
    return re.findall(rf"/{page}#([0-9a-f]+)", message.get_content())


class MailSink:
    """Keeps every mail that it takes in `mails`, parsed; `raw` has the bytes."""

    def __init__(self, directory, port, implicit_tls=False, user=None, password=None):
        self.key, self.authorities = certificate(directory)
        self.port, self.implicit_tls, self.credentials = port, implicit_tls, (user, password)
        self.mails, self.raw, self.envelopes = [], [], []
        # What to answer to a recipient (address → line), and how long to think before a mail is taken.
        self.refusals, self.delay = {}, 0
        self.began = threading.Event()
        self.controller = None

    @property
    def url(self):
        return f"{'smtps' if self.implicit_tls else 'smtp'}://127.0.0.1:{self.port}"

    def options(self, sender="Tarn <tarn@example.org>"):
        """What `tarn serve` is told to send its mail here."""
        return ["--smtp", self.url, "--smtp-ca", str(self.authorities), "--mail-from", sender]

    def start(self):
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.authorities, self.key)
        options = {"ssl_context": context} if self.implicit_tls else {"tls_context": context, "require_starttls": True}
        if self.credentials[0]:
            options |= {"authenticator": self._authenticate, "auth_required": True}
            if self.implicit_tls:
                options |= {"auth_require_tls": False}
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port, **options)
        self.controller.start()
        return self

    def stop(self):
        if self.controller:
            self.controller.stop()
            self.controller = None

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    def wait(self, count=1, timeout=30, to=None):
        """The mails (to one address), as soon as there are `count`."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            found = [mail for mail in self.mails if to is None or mail["To"] == to]
            if len(found) >= count:
                return found
            time.sleep(0.05)
        raise AssertionError(f"{len(self.mails)} mails came, not {count}")

    # What aiosmtpd calls.

    def _authenticate(self, server, session, envelope, mechanism, data):
        given = (data.login.decode(), data.password.decode())
        return AuthResult(success=given == self.credentials)

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.refusals:
            return self.refusals[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.began.set()
        if self.delay:
            await asyncio.sleep(self.delay)
        self.raw.append(envelope.content)
        self.envelopes.append((envelope.mail_from, envelope.rcpt_tos))
        self.mails.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return "250 OK"


class PlainServer:
    """Speaks SMTP without TLS and writes down every line that is sent to it: nothing of a mail may be among them.

    `starttls` is what it answers to STARTTLS; None: it does not offer it."""

    def __init__(self, starttls=None):
        lines = self.lines = []

        class Conversation(socketserver.StreamRequestHandler):
            def handle(self):
                self.wfile.write(b"220 plain ESMTP\r\n")
                for line in self.rfile:
                    lines.append(line.strip().decode("latin-1"))
                    verb = line[:4].upper()
                    if verb == b"EHLO":
                        offers = [b"plain"] + ([b"STARTTLS"] if starttls else []) + [b"8BITMIME"]
                        self.wfile.write(b"".join(b"250-" + o + b"\r\n" for o in offers[:-1]) + b"250 8BITMIME\r\n")
                    elif verb == b"STAR" and starttls:
                        self.wfile.write(starttls + b"\r\n")
                    elif verb == b"QUIT":
                        self.wfile.write(b"221 bye\r\n")
                        return
                    elif verb == b"DATA":
                        self.wfile.write(b"354 go on\r\n")
                    else:
                        self.wfile.write(b"250 OK\r\n")

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Conversation)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
