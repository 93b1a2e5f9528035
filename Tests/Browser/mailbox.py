"""The mails that a server without a mail server writes into its data directory."""

import email
import email.policy
import re
import time


def mails(server, to):
    """Everything that was written to this address, oldest first."""
    folder = server.data / "mail"
    found = [email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
             for path in sorted(folder.glob("*.eml"))]
    return [mail for mail in found if mail["To"] == to]


def wait_for_mail(server, to, subject, count=1, timeout=30):
    """The text of the newest of at least `count` mails with this subject, a pattern."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        fitting = [mail for mail in mails(server, to) if re.search(subject, mail["Subject"])]
        if len(fitting) >= count:
            return fitting[-1].get_content()
        time.sleep(0.2)
    raise AssertionError(f"no mail “{subject}” came: {[mail['Subject'] for mail in mails(server, to)]}")


def link(server, text, path):
    """The link in a mail that leads to this page of the server."""
    found = re.search(rf"{re.escape(server.url)}/{path}[#/]([\w.~-]+)", text)
    assert found, text
    return found.group(0)
