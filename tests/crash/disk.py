#!/usr/bin/env python3
"""Fills the ledger's disk, or makes it read-only, under the worker and its commands.

The disk is a small tmpfs in a mount namespace of its own: run it under `unshare --mount` as root, or
`unshare --map-root-user --mount`; scripts/crash does. Where not even that is allowed, it says so and
ends with 77. With no room or no right to write, nothing may be answered as done nor sent that is not
in the ledger; with room again everything goes on, and `verify` finds nothing.
"""

import argparse
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time

from books import check_ledger, check_promises, settle
from points import CARDS, Tally
from world import NO_FAULTS, Broken, World, wait_until

SIZE = 24 * 1024 * 1024


def mount(*arguments):
    done = subprocess.run(["mount", *arguments], stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        print(f"skipped: no small disk can be mounted here: {done.stderr.strip()}")
        sys.exit(77)


class Disk:
    """The disk of a world, of its own from before its first file on."""

    def __init__(self, world):
        self.world = world
        self.filler = world.disk / "filler"
        mount("-t", "tmpfs", "-o", f"size={SIZE},mode=700", "tmpfs", str(world.disk))

    def fill(self, left):
        """All but so many bytes."""
        room = os.statvfs(self.world.disk)
        size = room.f_bavail * room.f_frsize - left
        while size > 0:
            try:
                with self.filler.open("ab") as file:
                    os.posix_fallocate(file.fileno(), file.tell(), size)
                return
            except OSError:  # the service was faster
                size //= 2

    def empty(self):
        self.filler.unlink(missing_ok=True)

    def read_only(self):
        mount("-o", "remount,ro", str(self.world.disk))

    def writable(self):
        mount("-o", "remount,rw", str(self.world.disk))

    def unmount(self):
        subprocess.run(["umount", "-l", str(self.world.disk)], check=False)


def expect(condition, what):
    if not condition:
        raise Broken(what)


def serve(world):
    world.start_worker()
    expect(world.wait_for_listeners(), f"the worker ended with {world.worker.returncode}")


def import_rows(world, count, status="recycle_billing"):
    rows = [world.declined("approve", status=status) for _ in range(count)]
    names = list(rows[0])
    lines = [",".join(names)] + [",".join(str(row[name]) for name in names) for row in rows]
    (world.dir / "rows.csv").write_text("\n".join(lines) + "\n")
    return world.command("import", "subscriptions", "rows.csv")


def says(world, words):
    text = (world.dir / "commands.out").read_text() + (world.dir / "worker.log").read_text()
    return all(word in text for word in words)


def fill_under_service(world, disk, chance):
    """While everything is going on the disk fills up, at a random byte."""
    serve(world)
    shoppers = world.feed(CARDS)
    disk.fill(chance.randrange(0, 400_000))
    world.feed_until_dead(20, CARDS)  # a store that fails stops the worker
    for shopper in shoppers:
        shopper.join()
    expect(world.is_dead(), "the worker went on without room")
    expect(world.worker.returncode == 1, f"it ended with {world.worker.returncode}, not 1")
    expect(world.events("store.failed"), "the log names no store.failed")
    before = world.simulate("statistics")["orders"]
    world.start_worker()  # as a supervisor would: with no room it sends nothing
    if world.wait_for_listeners():
        world.feed_until_dead(5)
        world.kill_worker()
    orders = world.simulate("statistics")["orders"]
    disk.empty()
    check_promises(world)
    known = world.query("SELECT count(*) FROM recovery")[0][0]
    expect(orders <= known, f"{orders} orders there ({before} before), {known} claims here")


def fill_under_callbacks(world, disk, chance):
    """A callback that cannot be stored is not answered 200, and comes in once there is room."""
    serve(world)
    disk.fill(0)
    answers = []
    nonces = [f"full-{world.seed}-{world.next_id('nonce')}" for _ in range(200)]
    for nonce in nonces:
        if world.is_dead():
            break
        answers.append(world.call_back(nonce, nonce))
        if answers[-1] == 200:
            world.promises.note("nonces", nonce)
    expect(any(answer != 200 for answer in answers), "every callback found room")
    expect(set(answers) <= {200, 503, 0}, f"callbacks were answered {set(answers)}")
    disk.empty()
    check_promises(world)
    room = world.next_id("room")  # it may be about to end, having had something to write itself
    wait_until(20, "room again", lambda: world.is_dead() or world.call_back(room, room) == 200)
    if world.is_dead():
        serve(world)
    repeated = [world.call_back(nonce + "-again", nonce) for nonce in nonces[:20]]
    expect(set(repeated) == {200}, f"with room again: {set(repeated)}")
    world.stop_worker()


def fill_under_import(world, disk, chance):
    """Whole batches go in; the same import does the rest."""
    expect(import_rows(world, 5) == 0, "an import with room")
    before = world.query("SELECT count(*) FROM subscription")[0][0]
    disk.fill(chance.randrange(0, 300_000))
    code = import_rows(world, 3000, status="active")
    expect(code == 1, f"an import without room ended with {code}")
    expect(says(world, ["full"]), "the error does not say that the disk is full")
    disk.empty()
    check_ledger(world)
    went_in = world.query("SELECT count(*) FROM subscription")[0][0] - before
    expect(went_in % 500 == 0, f"{went_in} rows went in: no whole batches")
    expect(world.command("import", "subscriptions", "rows.csv") == 0, "the same import with room")
    now = world.query("SELECT count(*) FROM subscription")[0][0] - before
    expect(now == 3000, f"{now} rows after it")


def fill_under_once(world, disk, chance):
    """A pass that claims, and finds no room for it or for what is answered."""
    expect(import_rows(world, 300) == 0, "an import with room")
    disk.fill(chance.randrange(0, 1_000_000))
    code = world.command("once")
    expect(code in (0, 1, 3), f"once ended with {code}")
    disk.empty()
    check_promises(world)
    check_ledger(world)


def read_only_disk(world, disk, chance):
    """Every command says so and ends with 1; nothing is sent."""
    expect(import_rows(world, 20) == 0, "an import")
    before = world.simulate("statistics")["calls"]
    said = (world.dir / "commands.out").stat().st_size
    disk.read_only()
    try:
        for words in (["once"], ["run"], ["status"], ["import", "subscriptions", "rows.csv"]):
            code = world.command(*words, seconds=60)
            expect(code == 1, f"{words[0]} ended with {code}, not 1")
        text = (world.dir / "commands.out").read_text()[said:].lower()
        expect(text.count("read-only") >= 4, "not each error says that the disk is read-only")
        expect(world.simulate("statistics")["calls"] == before, "FlexFactor was called")
    finally:
        disk.writable()


KINDS = {
    "full disk under the service": fill_under_service,
    "full disk under callbacks": fill_under_callbacks,
    "full disk under an import": fill_under_import,
    "full disk under once": fill_under_once,
    "read-only disk": read_only_disk,
}


def try_all(world, disk, chance, tally):
    for kind, work in KINDS.items():
        try:
            work(world, disk, chance)
            world.simulate("faults", NO_FAULTS)
            settle(world)
            tally.note(kind)
        except Broken as broken:
            tally.note(kind, broken)
            tail = (world.dir / "worker.log").read_text()[-1500:]
            print(tail, (world.dir / "commands.out").read_text()[-800:], file=sys.stderr)
            if world.worker is not None:
                world.kill_worker()
        disk.empty()


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", type=pathlib.Path, required=True)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--seconds", type=int, default=3600, help="begin no round after so many")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    tally, deadline = Tally(), time.monotonic() + options.seconds
    with tempfile.TemporaryDirectory() as folder:
        for number in range(options.rounds):
            if time.monotonic() > deadline:
                break
            seed = options.seed + number
            world = World(options.programs.resolve(), pathlib.Path(folder) / str(seed), seed)
            disk = Disk(world)
            try:
                try_all(world, disk, random.Random(seed), tally)
            finally:
                disk.unmount()
                world.close()
    sys.exit(0 if tally.print() == 0 else 1)


if __name__ == "__main__":
    main()
