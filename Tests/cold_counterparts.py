"""A small Kubo RPC and trustless gateway for tests: every block is compared with its CID, and both can misbehave.

    python3 Tests/cold_counterparts.py      prints {"rpc": URL, "gateway": URL} and serves until its input ends

POST /faults {"gateway": NAME|null, "kubo": NAME|null} on either sets what goes wrong:
    gateway: lie, truncate, cut-header, stall, fail, other, no-car, missing, too-much, missing-block
    kubo:    fail, other-root, pin-error, stall, break
"""

import base64
import hashlib
import http.server
import json
import sys
import threading
import time
import urllib.parse

ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def encode_varint(value):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(out + bytes([value]))


def cid_text(cid):
    return "b" + base64.b32encode(cid).decode().lower().rstrip("=")


def cid_bytes(text):
    if not text.startswith("b"):
        raise ValueError("not a base32 CID")
    body = text[1:].upper()
    return base64.b32decode(body + "=" * (-len(body) % 8))


def digest_of(cid):
    """CIDv1, any codec, SHA-256."""
    version, at = varint(cid, 0)
    _codec, at = varint(cid, at)
    function, at = varint(cid, at)
    length, at = varint(cid, at)
    if (version, function, length) != (1, 0x12, 32) or len(cid) != at + 32:
        raise ValueError("not a CIDv1 under SHA-256")
    return cid[at:]


def read_car(data):
    """(roots, [(cid, block)]), every block compared."""
    length, at = varint(data, 0)
    header = data[at:at + length]
    at += length
    roots, marker = [], header.find(b"\xd8\x2a\x58\x25\x00")
    while marker >= 0:
        roots.append(header[marker + 5:marker + 41])
        marker = header.find(b"\xd8\x2a\x58\x25\x00", marker + 41)
    blocks = []
    while at < len(data):
        length, at = varint(data, at)
        if length < 36 or at + length > len(data):
            raise ValueError("a section is cut")
        cid, block = data[at:at + 36], data[at + 36:at + length]
        if hashlib.sha256(block).digest() != digest_of(cid):
            raise ValueError("a block is not what its CID names")
        blocks.append((cid, block))
        at += length
    return roots, blocks


def links_of(cid, block):
    """CIDs that a dag-pb node links to."""
    if cid[1] != 0x70:
        return []
    links, at = [], 0
    while at < len(block):
        key, at = varint(block, at)
        length, at = varint(block, at)
        if key == 0x12:
            link, inner = block[at:at + length], 0
            while inner < len(link):
                field, inner = varint(link, inner)
                if field & 7 == 2:
                    size, inner = varint(link, inner)
                    if field == 0x0A:
                        links.append(link[inner:inner + size])
                    inner += size
                else:
                    _, inner = varint(link, inner)
        at += length
    return links


class Node:
    """Blocks and pins, shared by both servers."""

    def __init__(self):
        self.blocks, self.pins, self.faults, self.requests = {}, set(), {}, []

    def walk(self, root):
        """Depth first, the root first; each block once."""
        seen, waiting = set(), [root]
        while waiting:
            cid = waiting.pop()
            if cid in seen:
                continue
            seen.add(cid)
            yield cid, self.blocks[cid]
            waiting.extend(reversed(links_of(cid, self.blocks[cid])))

    def car(self, root):
        body = b"\xa2\x65roots\x81\xd8\x2a\x58\x25\x00" + root + b"\x67version\x01"
        out = bytearray(encode_varint(len(body)) + body)
        for cid, block in self.walk(root):
            out += encode_varint(len(cid) + len(block)) + cid + block
        return bytes(out)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    node = None

    def log_message(self, *_):
        pass

    def answer(self, status, body=b"", kind="application/json", length=None):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def body(self):
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def do_POST(self):
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        self.node.requests.append(f"POST {url.path}")
        if url.path == "/faults":
            self.node.faults = json.loads(self.body())
            return self.answer(200)
        fault = self.node.faults.get("kubo")
        if fault == "fail":
            self.body()
            return self.answer(500, b'{"Message":"failed"}')
        if fault == "stall":
            time.sleep(600)
        if url.path == "/api/v0/dag/import":
            return self.dag_import(self.body(), query, fault)
        self.body()
        try:
            cid = cid_bytes(query.get("arg", ""))
        except ValueError:
            return self.answer(500, b'{"Message":"invalid path"}')
        if url.path == "/api/v0/pin/ls":
            if cid not in self.node.pins:
                return self.answer(500, b'{"Message":"path is not pinned"}')
            return self.answer(200, json.dumps({"Keys": {cid_text(cid): {"Type": "recursive"}}}).encode())
        if url.path == "/api/v0/pin/rm":
            if cid not in self.node.pins:
                return self.answer(500, b'{"Message":"not pinned or pinned indirectly"}')
            self.node.pins.discard(cid)
            # As Kubo's garbage collection would.
            kept = {found for pin in self.node.pins for found, _ in self.node.walk(pin)}
            self.node.blocks = {found: block for found, block in self.node.blocks.items() if found in kept}
            return self.answer(200, json.dumps({"Pins": [cid_text(cid)]}).encode())
        if url.path == "/api/v0/pin/add":
            self.node.pins.add(cid)
            return self.answer(200, json.dumps({"Pins": [cid_text(cid)]}).encode())
        if url.path == "/api/v0/block/stat":
            if cid not in self.node.blocks:
                return self.answer(500, b'{"Message":"block was not found locally"}')
            return self.answer(
                200, json.dumps({"Key": cid_text(cid), "Size": len(self.node.blocks[cid])}).encode())
        self.answer(404)

    def dag_import(self, body, query, fault):
        boundary = self.headers["Content-Type"].split("boundary=")[1].encode()
        start = body.index(b"\r\n\r\n") + 4
        end = body.rindex(b"\r\n--" + boundary + b"--")
        try:
            roots, blocks = read_car(body[start:end])
        except (ValueError, IndexError) as error:
            return self.answer(500, json.dumps({"Message": str(error)}).encode())
        if fault == "break":
            return self.answer(200, b'{"Message":"import failed: disk"}\n')
        self.node.blocks.update(blocks)
        lines = []
        for root in roots:
            if fault != "pin-error" and query.get("pin-roots") == "true":
                list(self.node.walk(root))
                self.node.pins.add(root)
            shown = blocks[0][0] if fault == "other-root" else root
            error = "pin failed" if fault == "pin-error" else ""
            lines.append({"Root": {"Cid": {"/": cid_text(shown)}, "PinErrorMsg": error}})
        lines.append({"Stats": {"BlockCount": len(blocks), "BlockBytesCount": sum(len(b) for _, b in blocks)}})
        self.answer(200, "".join(json.dumps(line) + "\n" for line in lines).encode())

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        fault = self.node.faults.get("gateway")
        if url.path == "/state":
            state = {"pins": [cid_text(cid) for cid in self.node.pins], "blocks": len(self.node.blocks),
                     "requests": self.node.requests}
            return self.answer(200, json.dumps(state).encode())
        if fault == "fail":
            return self.answer(502)
        if fault == "stall":
            self.send_response(200)
            self.send_header("Content-Length", "100000")
            self.end_headers()
            self.wfile.flush()
            time.sleep(600)
        cid = cid_bytes(url.path.removeprefix("/ipfs/"))
        if cid not in self.node.blocks or fault == "missing":
            return self.answer(404)
        if query.get("format") == "raw":
            block = self.node.blocks[cid]
            if fault == "missing-block" and cid[1] == 0x55:
                return self.answer(404)
            if fault in ("lie", "raw-lie"):
                block = block[:-1] + bytes([block[-1] ^ 1])
            return self.answer(200, block, "application/vnd.ipld.raw")
        if fault == "no-car" or query.get("format") != "car":
            return self.answer(406)
        if fault == "other":
            others = [found for found in self.node.blocks if found != cid]
            return self.answer(200, self.node.car(others[0]), "application/vnd.ipld.car")
        car = bytearray(self.node.car(cid))
        if fault == "lie":
            car[-1] ^= 1
        if fault == "too-much":
            car += bytes(64 << 20)
        if fault in ("truncate", "missing-block"):
            # Ends as if that were all: chunked answers of real gateways do.
            car = car[:len(car) * 2 // 3]
        if fault == "cut-header":
            car = car[:20]
        self.answer(200, bytes(car), "application/vnd.ipld.car; version=1")


def serve(node=None):
    """Starts both; gives (rpc URL, gateway URL, node)."""
    node = node or Node()
    handler = type("Bound", (Handler,), {"node": node})
    urls = []
    for _ in range(2):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        urls.append(f"http://127.0.0.1:{server.server_port}")
    return *urls, node


if __name__ == "__main__":
    rpc, gateway, _ = serve()
    print(json.dumps({"rpc": rpc, "gateway": gateway}), flush=True)
    sys.stdin.read()
