"""People of a real server: accounts with roles and addresses, and the mail that was written for them."""

import email
import email.policy
import json
import re
import time

PASSWORD = "correct horse battery staple"


def mails(server, to=None):
    """What was written to the lake's mail directory, oldest first."""
    files = sorted((server.data / "mail").glob("*.eml"), key=lambda file: int(file.stem.rsplit("-", 1)[1]))
    read = [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in files]
    return [mail for mail in read if to is None or mail["To"] == to]


def person(server, name, *grants, address=True, administrator=False):
    """An account with `PROJECT=role,role` grants and an address that was verified; gives a token of it."""
    password = server.directory / "password"
    password.write_text(PASSWORD + "\n")
    options = [option for grant in grants for option in ("--grant", grant)]
    if administrator:
        options.append("--administrator")
    if address:
        options += ["--email", f"{name}@example.org"]
    server.command("user", "add", name, "--password-file", password, *options)
    if address:
        mail = wait_for_mail(server, f"{name}@example.org")[-1]
        token = re.search(r"/verify#(\S+)", mail.get_content()).group(1)
        assert server.json("POST", "/api/v1/verify", {"token": token})["name"] == name
    return json.loads(server.command("user", "token", name, "--label", "tests", "--json").stdout)["token"]


def wait_for_mail(server, to, count=1, timeout=30):
    """At least `count` mails to an address."""
    deadline = time.monotonic() + timeout
    while len(found := mails(server, to)) < count:
        assert time.monotonic() < deadline, f"{len(found)} of {count} mails to {to}"
        time.sleep(0.1)
    return found
