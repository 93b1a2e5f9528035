"""The transit engine of these tests and Tarn's client of it, beside a client that others wrote: hvac."""

import base64
import json

import pytest

from key_services import TransitServer
from tarn_server import run

hvac = pytest.importorskip("hvac")


@pytest.fixture
def service(tmp_path):
    folder = tmp_path / "service"
    folder.mkdir()
    made = TransitServer(folder)
    yield made
    made.close()


@pytest.fixture
def peer(service):
    """hvac's transit, signed in."""
    return client(service).secrets.transit


def client(service, token="hvs.right"):
    return hvac.Client(url=service.address, token=token, verify=str(service.folder / "ca.pem"))


def encoded(data):
    return base64.b64encode(data).decode()


def test_the_peer_gets_on_with_the_server(service, peer):
    peer.create_key("peer", key_type="aes256-gcm96", exportable=False)
    about = peer.read_key("peer")["data"]
    assert (about["type"], about["exportable"], about["latest_version"]) == ("aes256-gcm96", False, 1)
    secret, bound = encoded(b"thirty-two bytes are a whole key"), encoded(b"context")
    first = peer.encrypt_data("peer", plaintext=secret, associated_data=bound)["data"]["ciphertext"]
    assert first.startswith("vault:v1:")
    assert peer.decrypt_data("peer", ciphertext=first, associated_data=bound)["data"]["plaintext"] == secret
    for wrong in ({"associated_data": encoded(b"other")}, {}):
        with pytest.raises(hvac.exceptions.InvalidRequest):
            peer.decrypt_data("peer", ciphertext=first, **wrong)
    peer.rotate_key("peer")
    second = peer.encrypt_data("peer", plaintext=secret, associated_data=bound)["data"]["ciphertext"]
    assert second.startswith("vault:v2:")
    assert peer.decrypt_data("peer", ciphertext=first, associated_data=bound)["data"]["plaintext"] == secret
    peer.update_key_configuration("peer", min_decryption_version=2)
    with pytest.raises(hvac.exceptions.InvalidRequest):
        peer.decrypt_data("peer", ciphertext=first, associated_data=bound)
    assert peer.decrypt_data("peer", ciphertext=second, associated_data=bound)["data"]["plaintext"] == secret
    plain = peer.encrypt_data("peer", plaintext=secret)["data"]["ciphertext"]
    peer.rotate_key("peer")
    assert peer.rewrap_data("peer", ciphertext=plain)["data"]["ciphertext"].startswith("vault:v3:")


def test_refusals_mean_to_the_peer_what_they_mean_to_tarn(service, peer):
    peer.create_key("peer")
    with pytest.raises(hvac.exceptions.Forbidden):
        client(service, "hvs.expired").secrets.transit.read_key("peer")
    with pytest.raises(hvac.exceptions.InvalidPath):
        peer.read_key("nobody")
    with pytest.raises(hvac.exceptions.InvalidPath):
        peer.read_key("peer", mount_point="elsewhere")
    with pytest.raises(hvac.exceptions.InvalidRequest):
        peer.decrypt_data("peer", ciphertext="vault:v1:AAAA")
    service.is_sealed = True
    with pytest.raises(hvac.exceptions.VaultDown):
        peer.read_key("peer")


def context(name):
    """Associated data of a wrapped master key: Docs/Formats/sealed-object.md, the context `master-key`, ID."""
    parts = [b"master-key", name.encode()]
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def test_what_tarn_wrapped_the_peer_unwraps_and_the_other_way_round(service, peer, tmp_path):
    peer.create_key("tarn", key_type="aes256-gcm96", exportable=False)
    key = tmp_path / "master.key"
    run("keys", "create", "--master-key", key, *service.options())
    file = json.loads(key.read_text())
    bound = encoded(context(file["id"]))
    line = run("keys", "backup", "--master-key", key).stdout.strip()
    found = peer.decrypt_data("tarn", ciphertext=file["wrapped"], associated_data=bound)["data"]["plaintext"]
    assert found == line
    peer.rotate_key("tarn")
    file["wrapped"] = peer.encrypt_data("tarn", plaintext=line, associated_data=bound)["data"]["ciphertext"]
    assert file["wrapped"].startswith("vault:v2:")
    key.write_text(json.dumps(file))
    assert run("keys", "check", "--master-key", key).stdout.startswith(file["id"])
    assert run("keys", "backup", "--master-key", key).stdout.strip() == line
    # Bound to another name it does not open, whoever wrapped it.
    other = encoded(context("0" * 16))
    file["wrapped"] = peer.encrypt_data("tarn", plaintext=line, associated_data=other)["data"]["ciphertext"]
    key.write_text(json.dumps(file))
    done = run("keys", "check", "--master-key", key, check=False)
    assert done.returncode == 1 and "does not open it" in done.stderr
