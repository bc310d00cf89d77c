#!/usr/bin/env python3
"""What strangers can do to the two listeners of a running service, and what must hold meanwhile.
Written from HTTP and FlexFactor's contract alone: it shares no code with what it judges.

Usage: hostile_load.py FOLDER --callbacks HOST:PORT --api HOST:PORT --pid PID [--connections N]
         [--seconds N] [--rss MIB] [--ratio N]

FOLDER/orders       our order ids, one a line: each gets one good callback
FOLDER/signing_key  the key that signs them, base64
FOLDER/api_token    what the local API wants to see

Each kind of fault is one line on stdout: tally, its name, how many were tried, survived, lost. A
lost one is told of on stderr. Exit code 1 if there is any.
"""

import argparse
import base64
import datetime
import hashlib
import hmac
import json
import os
import pathlib
import selectors
import socket
import subprocess
import sys
import time

PATH = "/flexfactor/callbacks"
HOST = "billing.example.com"


def address(text):
    host, _, port = text.rpartition(":")
    return host, int(port)


def callback(order, key, nonce, event="order.completed", host=HOST):
    """A whole request, signed as FlexFactor signs."""
    now = datetime.datetime.now(datetime.timezone.utc)
    body = json.dumps({
        "Event": event, "TimeStamp": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "EventData": None, "ExternalOrderId": order, "OrderId": "", "ConfirmationId": "C1",
        "IsTestMode": True, "IsResent": False}).encode()
    date = now.strftime("%a, %d %b %Y %H:%M:%S GMT")
    digest = base64.b64encode(hashlib.sha512(body).digest()).decode()
    text = f"POST\n{nonce};{date};{host};{digest}".encode()
    signature = base64.b64encode(hmac.new(key, text, hashlib.sha512).digest()).decode()
    head = (f"POST {PATH} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\nx-fc-nonce: {nonce}\r\nx-fc-date: {date}\r\n"
            f"x-fc-content-sha512: {digest}\r\n"
            "x-fc-authorization: HMAC-SHA512 SignedHeaders=x-fc-nonce;x-fc-date;host;"
            f"x-fc-content-sha512&Signature={signature}\r\n\r\n")
    return head.encode() + body


def connect(where, timeout=10):
    made = socket.create_connection(where, timeout=timeout)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return made


def read_reply(reader):
    """The status of one reply, its body read; 0 at the end."""
    line = reader.readline()
    if not line:
        return 0
    length = 0
    while True:
        header = reader.readline()
        if header in (b"\r\n", b""):
            break
        name, _, value = header.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    reader.read(length)
    return int(line.split()[1])


def all_replies(where, sent, patience=6):
    """Every status that comes back for these bytes, and whether the peer hung up afterwards."""
    statuses = []
    with connect(where, patience) as peer:
        try:
            peer.sendall(sent)
        except OSError:
            pass  # refused while we still wrote
        reader = peer.makefile("rb")
        try:
            while status := read_reply(reader):
                statuses.append(status)
        except TimeoutError:
            return statuses, False
        except (OSError, ValueError):
            pass
        return statuses, True


# --- shapes: what no honest client sends ---

def shapes(header_limit=16384):
    """Name, bytes, and how many replies are right at most. Nothing may be answered 2xx, and whoever
    sends what can be read in two ways is refused once and cut off: nothing hides behind it."""
    hidden = f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"

    def post(headers, body=""):
        return f"POST {PATH} HTTP/1.1\r\nHost: {HOST}\r\n{headers}\r\n{body}".encode("latin-1")

    chunked = "Transfer-Encoding: chunked\r\n"
    long = "x" * (header_limit + 1000)
    return [
        ("length and chunks", post("Content-Length: 5\r\n" + chunked, "0\r\n\r\n" + hidden), 1),
        ("chunks and length", post(chunked + "Content-Length: 5\r\n", "0\r\n\r\n" + hidden), 1),
        ("two lengths", post("Content-Length: 0\r\nContent-Length: 40\r\n", hidden), 1),
        ("a list of lengths", post("Content-Length: 0, 40\r\n", hidden), 1),
        ("a length with a sign", post("Content-Length: +5\r\n", "hello" + hidden), 1),
        ("a length in hex", post("Content-Length: 0x5\r\n", "hello" + hidden), 1),
        ("a space before the colon", post("Content-Length : 5\r\n", "hello" + hidden), 1),
        ("a header without a name", post(": x\r\n", hidden), 1),
        ("chunked twice", post("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n" + hidden), 1),
        ("chunked, and something after", post("Transfer-Encoding: chunked, identity\r\n",
                                              "0\r\n\r\n" + hidden), 1),
        ("an odd coding", post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n" + hidden), 1),
        ("a chunk without end", post(chunked, "ffffffffffffffffff\r\n" + "x" * 100), 1),
        ("a chunk of a negative size", post(chunked, "-1\r\n" + hidden), 1),
        ("a chunk that is longer than it says", post(chunked, "1\r\nabc\r\n0\r\n\r\n" + hidden), 1),
        ("a chunk extension of 2 MB", post(chunked, "1;" + "e" * 2000000), 1),
        ("a NUL in a header", post("X-A: b\0c\r\n", hidden), 1),
        ("a bare CR in a header", post("X-A: b\rContent-Length: 9\r\n", hidden), 1),
        ("a header of 17 KB", post(f"X-A: {long}\r\n", hidden), 1),
        ("2000 headers", post("".join(f"X-{n}: 1234567890\r\n" for n in range(2000)), hidden), 1),
        ("a target of 17 KB", f"POST /{long} HTTP/1.1\r\nHost: x\r\n\r\n".encode(), 1),
        ("a body of 3 MB", post("Content-Length: 3000000\r\n", "x" * 3000000), 1),
        ("a body of 2^64", post("Content-Length: 18446744073709551616\r\n", "x"), 1),
        ("HTTP/9.9", f"POST {PATH} HTTP/9.9\r\nHost: x\r\n\r\n".encode() + hidden.encode(), 1),
        ("HTTP/2 without asking", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 1),
        ("rubbish", bytes(range(256)) * 16, 1),
        ("line ends of LF alone", hidden.replace("\r\n", "\n").encode(), 1),
        ("nothing but line ends", b"\r\n" * 4000, 1),
    ]


def pipelines():
    """What may be sent in one go: each request has its own reply."""
    get = f"GET {PATH} HTTP/1.1\r\nHost: {HOST}\r\n"
    last = (get + "Connection: close\r\n\r\n").encode()
    return [
        ("pipelined requests", (get + "\r\n").encode() * 9 + last, [405] * 10),
        # One header with a space in it, so that no length is set (RFC 9112, 5.2).
        ("a folded header", (get + "X-A: b\r\n Content-Length: 3\r\n\r\n").encode() + last,
         [405, 405]),
        ("pipelined, then rubbish", (get + "\r\n").encode() * 3 + b"\x00\x01\x02 rubbish\r\n\r\n",
         [405, 405, 405, 400]),
        ("methods that are none of ours", b"".join(
            f"{method} {PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n".encode()
            for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "FETCH")) +
         f"BREW {PATH} HTTP/1.1\r\nConnection: close\r\n\r\n".encode(), [405] * 7),
    ]


class Report:
    def __init__(self):
        self.lost = 0

    def tally(self, name, tried, complaints):
        for complaint in complaints:
            print(f"LOST {name}: {complaint}", file=sys.stderr)
        self.lost += len(complaints)
        print(f"tally\t{name}\t{tried}\t{tried - len(complaints)}\t{len(complaints)}", flush=True)

    def figure(self, text):
        print(text, flush=True)


def throw_shapes(report, where, who, extra=b""):
    complaints = []
    listed = shapes()
    for name, sent, most in listed:
        statuses, hung_up = all_replies(where, sent + extra)
        if not hung_up:
            complaints.append(f"{name}: not cut off after {statuses}")
        elif len(statuses) > most:
            complaints.append(f"{name}: answered {statuses}, so that something was hidden in it")
        elif any(status < 400 for status in statuses):
            complaints.append(f"{name}: answered {statuses}")
    report.tally(f"hostile-shapes-{who}", len(listed), complaints)


def throw_pipelines(report, where):
    complaints = []
    for name, sent, wanted in pipelines():
        statuses, _ = all_replies(where, sent)
        if statuses != wanted:
            complaints.append(f"{name}: answered {statuses} instead of {wanted}")
    report.tally("hostile-pipelines", len(pipelines()), complaints)


def try_tokens(report, where, token):
    """The API without its token, or with one that is nearly right; then with the right one."""
    def ask(headers):
        text = "GET /v1/subscriptions/S-1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        text += headers + "\r\n"
        return all_replies(where, text.encode("latin-1"))[0]

    wrong = ["", "Authorization: \r\n", "Authorization: Bearer\r\n", "Authorization: Bearer \r\n",
             f"Authorization: Bearer {token[:-1]}\r\n", f"Authorization: Bearer {token}x\r\n",
             f"Authorization: Bearer {token[:-1]}{'0' if token[-1] != '0' else '1'}\r\n",
             f"Authorization: Bearer x{token[1:]}\r\n", f"Authorization: Bearer {token.upper()}\r\n"
             if token.upper() != token else "", f"Authorization: Basic {token}\r\n",
             f"Authorization: {token}\r\n", f"Cookie: token={token}\r\n",
             f"Authorization: Bearer {'x' * 9000}\r\n",
             f"Authorization: Bearer x\r\nAuthorization: Bearer {token}\r\n"]
    complaints = [f"{headers!r} was answered {found}" for headers in wrong
                  if (found := ask(headers)) not in ([401], [400], [431])]
    if (found := ask(f"Authorization: Bearer {token}\r\n")) not in ([200], [404]):
        complaints.append(f"the right token was answered {found}")
    report.tally("hostile-tokens", len(wrong) + 1, complaints)


# --- the service's own state ---

def rss_mib(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise ProcessLookupError(pid)


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def settle(question, seconds=30):
    """Waits until it is true; False if it never was."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if question():
            return True
        select_nothing(0.1)
    return question()


def select_nothing(seconds):
    with selectors.DefaultSelector() as selector:
        selector.select(seconds)


# --- good callbacks, at a steady pace ---

class Good:
    """The honest FlexFactor: one callback after the other on a connection of its own, a new one
    where the old one was cut."""

    def __init__(self, where, key, orders):
        self.where, self.key, self.orders = where, key, iter(orders)
        self.peer = self.reader = None
        self.sent = 0
        self.answered = []

    def one(self):
        """Seconds to the 200, sent again where it was cut; None if there are no orders left."""
        order = next(self.orders, None)
        if order is None:
            return None
        self.sent += 1
        began = time.monotonic()
        for attempt in range(20):
            nonce = f"good-{self.sent}-{attempt}-{os.getpid()}"
            try:
                if self.peer is None:
                    self.peer = connect(self.where, 30)
                    self.reader = self.peer.makefile("rb")
                self.peer.sendall(callback(order, self.key, nonce))
                status = read_reply(self.reader)
            except OSError:
                status = 0
            if status == 200:
                self.answered.append(order)
                return time.monotonic() - began
            if self.peer is not None:
                self.peer.close()
            self.peer = None
            if status not in (0, 503):
                raise RuntimeError(f"a good callback was answered {status}")
        raise RuntimeError("a good callback was not taken in 20 tries")

    def some(self, count, gap=0.01):
        took = []
        for _ in range(count):
            seconds = self.one()
            if seconds is None:
                break
            took.append(seconds)
            select_nothing(gap)
        return sorted(took)


def quantile(values, part):
    return values[min(len(values) - 1, int(len(values) * part))] * 1000


def shown(values):
    return f"p50 {quantile(values, 0.5):.1f} ms, p99 {quantile(values, 0.99):.1f} ms"


# --- crowds ---

def crowd(where, count):
    """Connections that never get anywhere: silent ones, half a header, half a body, one byte now
    and then. Those that were let in stay open until they are dropped here or there."""
    begun = [b"", b"POST ", f"POST {PATH} HTTP/1.1\r\nHost: bill".encode(),
             f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n{{".encode()]
    peers = []
    for index in range(count):
        try:
            peer = socket.socket()
            peer.setblocking(False)
            peer.connect_ex(where)
            peers.append((peer, begun[index % len(begun)]))
        except OSError:
            break
        if index % 100 == 99:
            select_nothing(0.02)  # the kernel's queue is short
    return peers


def drip(peers):
    """The next byte of each; those that were cut are closed."""
    alive = []
    for peer, rest in peers:
        try:
            peer.send(rest or b"x")
            alive.append((peer, b""))
        except BlockingIOError:
            alive.append((peer, rest))
        except OSError:
            peer.close()
    return alive


def flood(where, seconds, connections):
    """Forged callbacks as fast as they are answered, on so many connections; what was answered."""
    forged = callback("00000000-0000-0000-0000-000000000000", b"another key", "forged")
    counts = {}
    end = time.monotonic() + seconds
    with selectors.DefaultSelector() as selector:
        def begin():
            peer = connect(where)
            peer.setblocking(False)
            peer.send(forged)
            selector.register(peer, selectors.EVENT_READ)

        for _ in range(connections):
            begin()
        while time.monotonic() < end:
            for ready, _ in selector.select(0.5):
                peer = ready.fileobj
                try:
                    reply = peer.recv(4096)
                    status = int(reply.split(b" ", 2)[1]) if reply else 0
                    counts[status] = counts.get(status, 0) + 1
                    if reply:
                        peer.send(forged)
                except (BlockingIOError, InterruptedError):
                    continue
                except (OSError, ValueError, IndexError):
                    reply = b""
                if not reply:
                    selector.unregister(peer)
                    peer.close()
                    try:
                        begin()
                    except OSError:
                        pass
    print(json.dumps(counts))


def run_crowd(report, options, good, usual):
    where = address(options.callbacks)
    peers = crowd(where, options.connections)
    opened = len(peers)
    took, complaints = [], []
    try:
        end = time.monotonic() + options.seconds
        while time.monotonic() < end:
            peers = drip(peers)
            some = good.some(5)
            if not some:
                break
            took += some
    except RuntimeError as problem:
        complaints.append(str(problem))
    for peer, _ in peers:
        peer.close()
    took.sort()
    if took:
        report.figure(f"good callbacks among {opened} slow connections: {shown(took)};"
                      f" alone {shown(usual)}")
        # A full listener makes room within a second (README, limits.callback_connections), for as many
        # as it has places: thousands that wait before a good one cost some of those.
        if quantile(took, 0.99) > 10_000:  # callback_deadline: so long a listener is patient
            complaints.append(f"good callbacks wait: {shown(took)}")
    report.tally("hostile-slow-connections", opened, complaints)


def run_flood(report, options, good, usual):
    flooder = subprocess.Popen(
        [sys.executable, __file__, "flood", options.callbacks, str(options.seconds),
         str(options.flooders)], stdout=subprocess.PIPE, text=True)
    took, complaints = [], []
    most = 0.0
    try:
        while flooder.poll() is None:
            some = good.some(5)
            most = max(most, rss_mib(options.pid))
            if not some:
                break
            took += some
    except RuntimeError as problem:
        complaints.append(str(problem))
    counts = json.loads(flooder.communicate()[0])
    refused = counts.get("401", 0)
    took.sort()
    if set(counts) - {"401", "0"}:
        complaints.append(f"forged callbacks were answered {counts}")
    if refused == 0:
        complaints.append("no forged callback got through to be refused")
    if took:
        ratio = quantile(took, 0.5) / max(quantile(usual, 0.5), 1.0)
        report.figure(f"good callbacks beside {refused} forged ones"
                      f" ({refused / options.seconds:.0f}/s): {shown(took)}; alone {shown(usual)};"
                      f" ratio of medians {ratio:.1f}")
        if ratio > options.ratio:
            complaints.append(f"a good callback waits {ratio:.1f} times as long as without a flood")
    else:
        complaints.append("no good callback was measured during the flood")
    report.tally("hostile-forged-callbacks", refused, complaints)
    return refused, most


def main():
    if sys.argv[1:2] == ["flood"]:
        flood(address(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4]))
        return 0
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--callbacks", required=True)
    parser.add_argument("--api", required=True)
    parser.add_argument("--pid", type=int, required=True)
    parser.add_argument("--connections", type=int, default=400)
    parser.add_argument("--flooders", type=int, default=48)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--rss", type=float, default=48, help="MiB that memory may grow by")
    parser.add_argument("--ratio", type=float, default=15, help="of good callbacks' medians")
    options = parser.parse_args()

    key = base64.b64decode((options.folder / "signing_key").read_text())
    token = (options.folder / "api_token").read_text().strip()
    orders = (options.folder / "orders").read_text().split()
    where = address(options.callbacks)
    report = Report()
    good = Good(where, key, orders)
    usual = good.some(min(60, len(orders) // 4))

    throw_shapes(report, where, "callbacks")
    throw_shapes(report, address(options.api), "api")
    throw_pipelines(report, where)
    try_tokens(report, address(options.api), token)
    # What the first use of everything costs is no growth.
    quiet = descriptors(options.pid)
    before = rss_mib(options.pid)
    run_crowd(report, options, good, usual)
    refused, most = run_flood(report, options, good, usual)

    complaints = []
    most = max(most, rss_mib(options.pid))
    report.figure(f"memory: {before:.1f} MiB before, {most:.1f} MiB at most")
    if most - before > options.rss:
        complaints.append(f"memory grew from {before:.1f} MiB to {most:.1f} MiB")
    if not settle(lambda: descriptors(options.pid) <= quiet):
        complaints.append(f"{descriptors(options.pid)} descriptors instead of {quiet}")
    report.tally("hostile-memory-and-descriptors", 2, complaints)
    (options.folder / "answered").write_text("".join(order + "\n" for order in good.answered))
    (options.folder / "forged").write_text(f"{refused}\n")
    return 1 if report.lost else 0


if __name__ == "__main__":
    sys.exit(main())
