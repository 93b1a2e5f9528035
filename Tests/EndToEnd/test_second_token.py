"""The master key in a PKCS#11 token of another author than SoftHSM's: Mozilla's NSS. The same is expected of both."""

import json

import pytest

from key_services import NSSToken
from tarn_server import run
# Collected here once more, with this file's service.
from test_key_services import (  # noqa: F401
    bring, check, shown,
    test_a_key_in_the_service_that_was_changed_wraps_anew,
    test_the_key_of_a_lake_moves_into_a_service_and_back_while_it_is_used,
    test_what_an_operator_mistypes_is_said_and_leaves_the_key_as_it_is,
    test_what_is_said_when_the_service_does_not_open_the_key, wrapped)

pytestmark = pytest.mark.skipif(
    bool(NSSToken.missing()), reason=f"not installed: {' '.join(NSSToken.missing())} (libnss3-tools)")


@pytest.fixture
def service(tmp_path, monkeypatch):
    folder = tmp_path / "service"
    folder.mkdir()
    made = NSSToken(folder)
    monkeypatch.setenv("TEST_NSS_PARAMETERS", made.parameters)
    return made


def test_kill_9_and_rotations_leave_the_lake_whole(service, wrapped):  # noqa: F811
    wrapped.start()
    token = wrapped.project("SECOND")
    bring(wrapped, token, 2)
    for _ in range(3):
        json.loads(wrapped.command("keys", "rotate", "--json").stdout)
        wrapped.kill()
        wrapped.start()
    for path in wrapped.key.parent.glob("master.key*"):
        if ".journal" not in path.name:
            assert run("keys", "check", "--master-key", path).stdout.startswith(shown(path))
    check(wrapped, 2)
