#!/usr/bin/env python3
"""A receiver of Standard Webhooks, written from the standard alone: it shares no code with what it
judges. Usage: receiver.py FOLDER

FOLDER/webhook_key   the secret it knows, "whsec_…"; read anew for each request
FOLDER/mode          what it answers: a status such as 200, or "hold": never anything
FOLDER/got.jsonl     one line for each request, written before it is answered
FOLDER/receiver.ready  its address, once it listens
"""

import base64
import hashlib
import hmac
import http.server
import json
import pathlib
import sys
import threading
import time

folder = pathlib.Path(sys.argv[1])
writing = threading.Lock()


def objection(headers, body):
    """Why the request is not believed; empty if it is."""
    for name in ("webhook-id", "webhook-timestamp", "webhook-signature"):
        if not headers.get(name):
            return "no " + name
    if abs(time.time() - int(headers["webhook-timestamp"])) > 300:
        return "old"
    secret = (folder / "webhook_key").read_text().strip()
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    wanted = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    for signature in headers["webhook-signature"].split(" "):
        version, _, value = signature.partition(",")
        if version == "v1" and hmac.compare_digest(value, wanted):
            return ""
    return "no signature of ours"


class Receiver(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        mode = (folder / "mode").read_text().strip()
        told = {
            "id": self.headers.get("webhook-id"),
            "path": self.path,
            "objection": objection(self.headers, body),
            "mode": mode,
            "signatures": len(self.headers.get("webhook-signature", "").split(" ")),
            "body": body.decode(),
        }
        with writing, (folder / "got.jsonl").open("a") as got:
            got.write(json.dumps(told) + "\n")
        if mode == "hold":
            threading.Event().wait()  # until the test ends us
        self.send_response(int(mode))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
server.daemon_threads = True
(folder / "got.jsonl").touch()
ready = folder / "receiver.ready"
(folder / "receiver.ready.new").write_text(f"127.0.0.1:{server.server_port}\n")
(folder / "receiver.ready.new").rename(ready)
server.serve_forever()
