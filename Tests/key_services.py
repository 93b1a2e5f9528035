"""Key services for tests: a token of SoftHSM, and a server of our own that speaks the transit engine's wire form."""

import base64
import ctypes.util
import http.server
import json
import os
import pathlib
import shutil
import ssl
import subprocess
import threading

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tarn_server import run

SOFTHSM = pathlib.Path("/usr/lib/softhsm/libsofthsm2.so")


class SoftToken:
    """PKCS#11: a token of SoftHSM of its own. The environment says where it is: `SOFTHSM2_CONF`."""

    kind = "pkcs11"
    label = "tarn test"
    module = SOFTHSM

    def __init__(self, folder):
        self.folder = folder
        self.configuration = folder / "softhsm.conf"
        self.pin = folder / "pin"
        self.pin.write_text("4711\n")
        self.pin.chmod(0o600)
        self.credential = self.pin
        self.up()
        self.set_up()

    def set_up(self):
        (self.folder / "tokens").mkdir()
        subprocess.run(
            ["softhsm2-util", "--init-token", "--free", "--label", self.label, "--so-pin", "so-pin", "--pin", "4711"],
            env=os.environ | {"SOFTHSM2_CONF": str(self.configuration)}, check=True, capture_output=True)

    def options(self, key="tarn"):
        return ["--pkcs11-module", self.module, "--pkcs11-token", self.label, "--pin-file", self.pin, "--kms-key", key]

    def up(self):
        self.configuration.write_text(f"directories.tokendir = {self.folder}/tokens\nobjectstore.backend = file\n")

    def down(self):
        (self.folder / "nothing").mkdir(exist_ok=True)
        self.configuration.write_text(f"directories.tokendir = {self.folder}/nothing\n")

    down_words = "no token is called tarn test"

    def lock_out(self):
        self.pin.write_text("0815\n")

    locked_out_words = "refuses the PIN"

    def let_in(self):
        self.pin.write_text("4711\n")

    def forget_key(self, name="tarn"):
        """The same name, another key: as after a token was set up again."""
        shutil.rmtree(self.folder / "tokens")
        self.set_up()
        (self.folder / "other.key").unlink(missing_ok=True)
        run("keys", "create", "--master-key", self.folder / "other.key", *self.options(name), "--make-key")

    def keep(self):
        """Copies of the token's own file, which SoftHSM writes in place at each sign-in."""
        self.kept = {path: path.read_bytes() for path in self.folder.glob("tokens/*/token.object")}

    def mend(self):
        """What kill -9 did to that file is SoftHSM's affair and no hardware's."""
        for path, content in self.kept.items():
            if path.stat().st_size < len(content):
                path.write_bytes(content)

    def close(self):
        pass


class NSSToken(SoftToken):
    """PKCS#11 as Mozilla wrote it: the software token of NSS, behind a module that the C compiler makes of
    nss_module.c. The environment says where its files are: `TEST_NSS_PARAMETERS`."""

    label = "NSS Certificate DB"
    down_words = "failed: PKCS#11 error"

    @staticmethod
    def missing():
        """What this token needs and is not here."""
        wanted = [tool for tool in ("cc", "certutil") if not shutil.which(tool)]
        return wanted if ctypes.util.find_library("softokn3") else [*wanted, "libnss3"]

    def set_up(self):
        self.module = self.folder / "nss_module.so"
        source = pathlib.Path(__file__).with_name("nss_module.c")
        subprocess.run(["cc", "-shared", "-fPIC", "-o", self.module, source, "-ldl"], check=True, capture_output=True)
        (self.folder / "tokens").mkdir()
        subprocess.run(
            ["certutil", "-N", "-d", f"sql:{self.folder}/tokens", "-f", self.pin], check=True, capture_output=True)

    @property
    def parameters(self):
        return f"configdir='sql:{self.folder}/tokens' certPrefix='' keyPrefix='' secmod='secmod.db' flags="

    def up(self):
        if (self.folder / "away").exists():
            (self.folder / "away").rename(self.folder / "tokens")

    def down(self):
        (self.folder / "tokens").rename(self.folder / "away")


class TransitServer:
    """The transit engine's requests and answers over HTTPS, with real AES-256-GCM behind them. It is ours and not
    HashiCorp's: what it checks is the wire form as their documentation gives it. A client that others wrote gets on with
    it (test_transit_peer.py)."""

    kind = "transit"
    down_words = "does not answer"
    locked_out_words = "refuses the token"

    def __init__(self, folder):
        self.folder = folder
        self.token = folder / "token"
        self.token.write_text("hvs.right\n")
        self.token.chmod(0o600)
        self.credential = self.token
        self.keys, self.seen, self.is_sealed = {}, [], False
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
             "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", folder / "tls.key", "-out", folder / "ca.pem"],
            check=True, capture_output=True)
        self.server, self.port = None, 0
        self.up()

    @property
    def address(self):
        return f"https://127.0.0.1:{self.port}"

    def options(self, key="tarn"):
        return ["--transit", self.address, "--token-file", self.token, "--transit-ca", self.folder / "ca.pem",
                "--kms-key", key]

    def up(self):
        service = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self):
                length = int(self.headers.get("Content-Length") or 0)
                body = json.loads(self.rfile.read(length)) if length else {}
                status, answer = service.answer(self.command, self.path, self.headers, body)
                data = json.dumps(answer).encode() if answer is not None else b""
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = handle_any

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.folder / "ca.pem", self.folder / "tls.key")
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def down(self):
        self.server.shutdown()
        self.server.server_close()
        self.server = None

    def lock_out(self):
        self.token.write_text("hvs.expired\n")

    def let_in(self):
        self.token.write_text("hvs.right\n")

    def forget_key(self, name="tarn"):
        self.keys[name]["versions"] = [os.urandom(32)]

    def rotate(self, name="tarn"):
        self.keys[name]["versions"].append(os.urandom(32))

    def keep(self):
        pass

    def mend(self):
        pass

    def close(self):
        if self.server:
            self.down()

    def answer(self, method, path, headers, body):
        self.seen.append((method, path))
        if self.is_sealed:
            return 503, {"errors": ["Vault is sealed"]}
        if headers.get("X-Vault-Token") != "hvs.right":
            return 403, {"errors": ["permission denied"]}
        parts = path.split("/")
        if parts[:3] != ["", "v1", "transit"] or len(parts) not in (5, 6):
            return 404, {"errors": [f"no handler for route \"{path}\""]}
        operation, name = parts[3:5]
        if len(parts) == 6:
            operation += "/" + parts[5]
        if operation == "keys" and method == "POST":
            self.keys.setdefault(name, {
                "type": body.get("type", "aes256-gcm96"), "exportable": body.get("exportable", False),
                "versions": [os.urandom(32)], "minimum": 1})
            return 204, None
        key = self.keys.get(name)
        if operation == "keys" and method == "GET":
            if key is None:
                return 404, {"errors": []}
            return 200, {"data": {
                "type": key["type"], "exportable": key["exportable"], "allow_plaintext_backup": False, "name": name,
                "latest_version": len(key["versions"]), "min_decryption_version": key["minimum"]}}
        if method != "POST":
            return 405, {"errors": []}
        if key is None:
            return 400, {"errors": ["encryption key not found"]}
        return self.use(operation, name, key, body)

    def use(self, operation, name, key, body):
        """What is asked of a key that is there."""
        data = base64.b64decode(body.get("associated_data") or "")
        if operation == "keys/rotate":
            self.rotate(name)
            return 204, None
        if operation == "keys/config":
            key["minimum"] = body.get("min_decryption_version", key["minimum"])
            return 204, None
        if operation == "encrypt":
            return self.encrypt(key, base64.b64decode(body["plaintext"]), data)
        if operation == "decrypt":
            return self.decrypt(key, body["ciphertext"], data)
        if operation == "rewrap":
            status, answer = self.decrypt(key, body["ciphertext"], data)
            return self.encrypt(key, base64.b64decode(answer["data"]["plaintext"]), data) if status == 200 else (status, answer)
        return 404, {"errors": [f"no handler for route \"{operation}\""]}

    @staticmethod
    def encrypt(key, plain, data):
        nonce, version = os.urandom(12), len(key["versions"])
        sealed = nonce + AESGCM(key["versions"][-1]).encrypt(nonce, plain, data)
        return 200, {"data": {"ciphertext": f"vault:v{version}:{base64.b64encode(sealed).decode()}", "key_version": version}}

    @staticmethod
    def decrypt(key, text, data):
        try:
            word, version, sealed = text.split(":")
            version, sealed = int(version.removeprefix("v")), base64.b64decode(sealed, validate=True)
            assert word == "vault" and key["minimum"] <= version <= len(key["versions"])
            plain = AESGCM(key["versions"][version - 1]).decrypt(sealed[:12], sealed[12:], data)
        except (AssertionError, ValueError, InvalidTag):
            return 400, {"errors": ["invalid ciphertext or version disallowed by policy"]}
        return 200, {"data": {"plaintext": base64.b64encode(plain).decode()}}
