#!/usr/bin/env python3
"""Callbacks as fast as they are answered, on a number of connections, for so many seconds: of each
five one says that an order was completed, the others that something was paid out.

Usage: soak_load.py FOLDER HOST:PORT PID SECONDS CONNECTIONS NAME

FOLDER/orders.NAME   our order ids, one a line: each is completed once
FOLDER/signing_key   the key that signs, base64
FOLDER/answered.NAME those that were answered 200, once it is over

Prints one line of JSON: what was answered, latencies, and memory and descriptors of the process,
sampled once a second.
"""

import base64
import json
import pathlib
import selectors
import sys
import time

from hostile_load import address, callback, connect, descriptors, rss_mib


class Line:
    """A connection with one callback under way."""

    def __init__(self, where):
        self.peer = connect(where)
        self.peer.setblocking(False)
        self.order = None
        self.began = 0.0

    def send(self, order, key, nonce):
        self.order = order
        request = callback(order or "none", key, nonce)
        if order is None:
            request = callback("none", key, nonce, event="payout.sent")
        self.began = time.monotonic()
        self.peer.send(request)


def main():
    folder, where, pid = pathlib.Path(sys.argv[1]), address(sys.argv[2]), int(sys.argv[3])
    seconds, connections, name = float(sys.argv[4]), int(sys.argv[5]), sys.argv[6]
    key = base64.b64decode((folder / "signing_key").read_text())
    orders = iter((folder / f"orders.{name}").read_text().split())
    answered, took, counts, samples = [], [], {}, []
    sent = 0
    began = time.monotonic()
    end, next_sample = began + seconds, began
    with selectors.DefaultSelector() as selector:
        def go_on(line):
            nonlocal sent
            sent += 1
            order = next(orders, None) if sent % 5 == 0 else None
            line.send(order, key, f"soak-{name}-{sent}-{began}")

        for _ in range(connections):
            line = Line(where)
            selector.register(line.peer, selectors.EVENT_READ, line)
            go_on(line)
        open_lines = connections
        while open_lines > 0:
            now = time.monotonic()
            if now >= next_sample and now < end:
                samples.append([round(rss_mib(pid), 1), descriptors(pid)])
                next_sample = now + 1
            for ready, _ in selector.select(0.2):
                line = ready.data
                reply = line.peer.recv(4096)
                status = int(reply.split(b" ", 2)[1]) if reply else 0
                counts[status] = counts.get(status, 0) + 1
                took.append(time.monotonic() - line.began)
                if status == 200 and line.order:
                    answered.append(line.order)
                if status == 0 or time.monotonic() >= end:
                    selector.unregister(line.peer)
                    line.peer.close()
                    open_lines -= 1
                else:
                    go_on(line)
    took.sort()
    (folder / f"answered.{name}").write_text("".join(order + "\n" for order in answered))
    print(json.dumps({
        "counts": counts, "completed": len(answered), "per_second": round(len(took) / seconds),
        "p50_ms": round(took[len(took) // 2] * 1000, 2),
        "p99_ms": round(took[int(len(took) * 0.99)] * 1000, 2),
        "most_ms": round(took[-1] * 1000, 2),
        "rss_first": samples[len(samples) // 4][0], "rss_last": samples[-1][0],
        "rss_most": max(sample[0] for sample in samples),
        "descriptors_first": samples[0][1], "descriptors_most": max(s[1] for s in samples)}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
