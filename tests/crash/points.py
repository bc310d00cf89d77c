#!/usr/bin/env python3
"""Lets the worker die at each named point (lib/base/failpoint.hpp), and at random, again and again.

Each time: the process dies there by SIGKILL while work of every kind goes on; then the ledger is
verified and all that was answered as done must be in it; then the next life begins. Now and then,
and at the end, a worker lives on until everything has settled, and its books must agree with what
the simulated FlexFactor charged. A point that is never reached is a failure.
"""

import argparse
import concurrent.futures
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time

from books import check_ledger, check_promises, settle, unsettled
from world import LIVE, NO_FAULTS, SOME_FAULTS, Broken, World, wait_until

# Which command reaches a point; those that are not here are reached by the service.
IMPORT = ("import.written", "import.committed", "reject.written")
MIGRATION = ("migration.step", "migration.before_commit", "migration.committed")
BACKFILL = ("page.committed",)
FILES = ("file.written", "file.renamed")
ELSEWHERE = ("move.copied", "move.left")  # tests/integration/migrate.sh, with two databases
# A cascade that is in doubt is looked for a minute later: where none is needed there is none, and
# where some are they come first.
SHOPPING = ("cascade", "refund", "cancel", "random")
CARDS = ("approve", "late", "decline")
ROWS = 1100  # of an import: three batches


class Tally:
    def __init__(self):
        self.lock = threading.Lock()
        self.tried = {}
        self.lost = {}

    def note(self, kind, problem=None):
        with self.lock:
            self.tried[kind] = self.tried.get(kind, 0) + 1
            self.lost[kind] = self.lost.get(kind, 0) + (problem is not None)
            if problem is not None:
                print(f"LOST: {kind}: {problem}", file=sys.stderr, flush=True)

    def print(self):
        for kind, tried in self.tried.items():
            lost = self.lost[kind]
            print(f"tally\t{kind}\t{tried}\t{tried - lost}\t{lost}")
        return sum(self.lost.values())


def points_of(programs):
    listed = subprocess.run([programs / "recycled"], env={**os.environ, "RECYCLED_FAILPOINT": "list"},
                            stdout=subprocess.PIPE, text=True, check=False).stdout.split()
    if "commit.before" not in listed:
        sys.exit(f"{programs}/recycled has no failpoints: build the preset `crash` or `asan`")
    return [point for point in listed if point not in ELSEWHERE]


class Series:
    """The lives of one ledger."""

    def __init__(self, options, folder, seed, tally):
        self.options = options
        self.world = World(options.programs, folder, seed, options.server)
        self.random = random.Random(seed)
        self.tally = tally

    def armed(self, point, passing):
        return {**self.power(0), "RECYCLED_FAILPOINT": f"{point}:{passing}"}

    def power(self, at):
        """With --power whoever dies takes with him what was not synced."""
        if self.options.power is None:
            return {}
        found = {"LD_PRELOAD": str(self.options.power), "POWER_LOSS_FOLDER": str(self.world.disk),
                 "POWER_LOSS_AT": str(at), "POWER_LOSS_SEED": str(self.random.getrandbits(32)),
                 "ASAN_OPTIONS": "verify_asan_link_order=0:detect_leaks=0"}
        return {**found, "POWER_LOSS_LIES": "1"} if self.options.lies else found

    def must_die(self, code):
        if code != -signal.SIGKILL:
            raise Broken(f"was not reached: the program ended with {code}")

    def die_at(self, point, passing):
        if point in IMPORT:
            self.die_importing(point, passing)
        elif point in MIGRATION:
            self.die_migrating(point, passing)
        elif point in BACKFILL:
            self.die_in_backfill(point, passing)
        elif point in FILES:
            self.die_writing(point, passing)
        elif point == "start.interrupted":
            self.die_over_doubt(point)
        else:
            self.die_serving(point, passing)

    def cards_for(self, point):
        is_asked_for = not self.options.only or point != "random"
        return CARDS if is_asked_for and point.split(".")[0] in SHOPPING else ()

    def die_serving(self, point, passing):
        world = self.world
        world.simulate("faults", SOME_FAULTS)
        if point == "start.replanned":
            self.fill_plan()
            passing = 1
        if point.startswith("refund.") or point == "cascade.deadline":
            world.simulate("faults", NO_FAULTS)
        world.start_worker(self.armed(point, passing))
        if world.wait_for_listeners() and not world.feed_until_dead(30, self.cards_for(point)):
            world.kill_worker()
            raise Broken("was not reached in 30 s")
        self.must_die(world.worker.wait())

    def die_over_doubt(self, point):
        """A start finds something in doubt where the one before it died over a hand-over."""
        for passing in (3, 4, 5, 6):
            self.die_serving("call.answered", passing)
            self.world.start_worker(self.armed(point, 1))
            # On a server the dead one has to be silent for its lease before anything is taken over.
            patience = 5 if self.options.server else 0
            if not self.world.wait_for_listeners() or self.world.feed_until_dead(patience):
                return self.must_die(self.world.worker.wait())
            self.world.kill_worker()
        raise Broken("was not reached")

    def fill_plan(self):
        """Something that waits for its day, which a change of the rules plans anew."""
        world = self.world
        world.change_rules()
        rows = [world.declined("approve") for _ in range(3)]
        self.write_csv(rows)
        world.command("import", "subscriptions", "rows.csv")

    def die_at_random(self):
        world = self.world
        world.simulate("faults", SOME_FAULTS)
        # A cut comes with a write or a sync; a kill at any moment.
        is_cut = self.options.power is not None
        world.start_worker(self.power(self.random.randint(1, 600) if is_cut else 0))
        moment = 30 if is_cut else self.random.random() * 1.5
        killer = threading.Timer(moment, world.worker.kill)
        killer.start()
        if world.wait_for_listeners():
            world.feed_until_dead(40, self.cards_for("random"))
        killer.cancel()
        self.must_die(world.worker.wait())

    def write_csv(self, rows, bad=0):
        names = list(rows[0])
        lines = [",".join(names)] + [",".join(str(row[name]) for name in names) for row in rows]
        lines += [lines[1].replace("20.00", "20,00") for _ in range(bad)]
        (self.world.dir / "rows.csv").write_text("\n".join(lines) + "\n")

    def die_importing(self, point, passing):
        world = self.world
        rows = [world.declined("tok", status="active") for _ in range(ROWS)]
        self.write_csv(rows, bad=5)
        importing = ("import", "subscriptions", "rows.csv")
        self.must_die(world.command(*importing, environment=self.armed(point, min(passing, 3))))
        check_ledger(world)
        if world.command(*importing) != 3:
            raise Broken("the import after it did not do the rest")
        ids = ",".join(f"'{row['subscription_id']}'" for row in rows)
        found = world.query(f"SELECT count(*) FROM subscription WHERE id IN ({ids})")[0][0]
        if found != ROWS:
            raise Broken(f"{found} of {ROWS} rows went in")

    def die_migrating(self, point, passing):
        """On a ledger of its own, that is not there yet."""
        world = self.world
        fresh = world.ledger.fresh()
        other = world.dir / "fresh.toml"
        other.write_text(world.config.read_text().replace(world.ledger.url, fresh.url))
        self.write_csv([world.declined("tok")])
        importing = ("import", "subscriptions", "rows.csv", "--config", other)
        passing = min(passing, world.ledger.migrations) if point == "migration.step" else 1
        self.must_die(world.command(*importing, environment=self.armed(point, passing),
                                    config=False))
        if world.command(*importing, config=False) != 0:
            raise Broken("the ledger is not migrated by the next start")
        check_ledger(world, other)

    def die_in_backfill(self, point, passing):
        world = self.world
        rows = [world.declined(word) for word in ("approve", "decline", "tok") * 4]
        self.write_csv(rows)
        if world.command("import", "subscriptions", "rows.csv") != 0:
            raise Broken("the import before a backfill failed")
        filling = ("backfill", "--from", "2026-01-01", "--to", "2026-02-01", "--rate", "10000/s")
        paced = filling[:-1] + ("20/s",)  # five a page
        passing = min(passing, 2)
        self.must_die(world.command(*paced, environment=self.armed(point, passing)))
        check_ledger(world)
        if world.command(*filling) not in (0, 3):  # 3: others are left out, for a person
            raise Broken("the same backfill did not do the rest")
        ids = ",".join(f"'{row['subscription_id']}'" for row in rows)
        claims = world.query(f"""SELECT count(*) FROM recovery AS r JOIN subscription AS s
          ON s.key = r.subscription_key WHERE s.id IN ({ids})""")[0][0]
        if claims != len(rows):
            raise Broken(f"{claims} claims for {len(rows)} rows")

    def die_writing(self, point, passing):
        world = self.world
        if not world.ledger.is_there():
            self.die_in_backfill(*BACKFILL, 1)
        page = world.disk / "report.html"
        page.write_text("the page of before")
        writing = ("report", "--html", page)
        self.must_die(world.command(*writing, environment=self.armed(point, 1)))
        text = page.read_text()
        if text != "the page of before" and not text.rstrip().endswith("</html>"):
            raise Broken("half a report is in the place of the one before")
        if world.command(*writing) != 0 or not page.read_text().rstrip().endswith("</html>"):
            raise Broken("no report after it")

    # --- what is looked at ---

    def kill(self, point, passing):
        """One death and what has to hold after it. `point` may be "random". False: it does not hold,
        and the rest of the series would tell of the same."""
        kind = ("kill -9 at " if self.options.power is None else "power cut at ") + (point if point == "random" else point.split(".")[0])
        try:
            if point == "random":
                self.die_at_random()
            else:
                self.die_at(point, passing)
            check_promises(self.world)
            if self.world.ledger.is_there():
                check_ledger(self.world)
            self.tally.note(kind)
            return True
        except Broken as broken:
            self.tally.note(kind, f"{point}:{passing}: {broken}")
            return False

    def settle(self):
        kind = "everything settles after the kills"
        try:
            self.world.simulate("faults", NO_FAULTS)
            settle(self.world)
            self.tally.note(kind)
        except Broken as broken:
            self.tally.note(kind, str(broken))
            self.tell_of_open()
            self.world.kill_worker()

    def tell_of_open(self):
        print("open:", *unsettled(self.world), file=sys.stderr)
        for row in self.world.query(f"""SELECT r.key, r.kind, r.state, r.step, r.reason, r.tries,
          coalesce(s.card_token, sale.card_token) FROM recovery AS r
          LEFT JOIN subscription AS s ON s.key = r.subscription_key
          LEFT JOIN sale ON sale.key = r.sale_key
          WHERE r.state IN {LIVE} OR r.step = 'refund' LIMIT 5"""):
            print("open:", *row, file=sys.stderr)


class Plan:
    """The kills that are still to be made, handed out to whoever is free."""

    def __init__(self, options, points):
        self.lock = threading.Lock()
        self.deadline = time.monotonic() + options.seconds if options.seconds else None
        chance = random.Random(options.seed)
        passings = [int(word) for word in options.passings.split(",")]
        points = sorted(points, key=lambda point: point.split(".")[0] not in SHOPPING)
        self.kills = [(point, passing) for passing in passings for point in points]
        if options.kills:
            while len(self.kills) < options.kills:
                self.kills += [(point, chance.randint(1, 12)) for point in points]
                self.kills += [("random", 1)] * (len(points) // 3)
            del self.kills[options.kills:]
        elif not options.only or "random" in options.only:
            self.kills = [("random", 1)] * 4 + self.kills
        self.kills.reverse()

    def next(self):
        with self.lock:
            is_over = self.deadline is not None and time.monotonic() > self.deadline
            return self.kills.pop() if self.kills and not is_over else None


def live(options, number, folder, plan, tally):
    """Series after series, until the plan is empty."""
    kill = plan.next()
    for seed in range(options.seed * 1000 + number, sys.maxsize, options.jobs):
        if kill is None:
            return
        series = Series(options, folder / str(seed), seed, tally)
        try:
            holds = True
            for _ in range(options.series):
                holds = series.kill(*kill)
                kill = plan.next()
                if kill is None or not holds:
                    break
            if holds:
                series.settle()
        finally:
            series.world.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", type=pathlib.Path, required=True)
    parser.add_argument("--passings", default="1,3", help="die at the n-th passing of each (1,3)")
    parser.add_argument("--kills", type=int, help="as many in all, the others at random passings")
    parser.add_argument("--seconds", type=int, help="begin no kill after so many")
    parser.add_argument("--jobs", type=int, default=2, help="workers beside each other (2)")
    parser.add_argument("--series", type=int, default=60, help="kills before all must settle (60)")
    parser.add_argument("--power", type=pathlib.Path, metavar="LIBRARY",
                        help="libpower_loss.so: each death is a power cut")
    parser.add_argument("--lies", action="store_true", help="a disk that heeds no sync: this fails")
    parser.add_argument("--server", metavar="URL",
                        help="of a PostgreSQL: each ledger is a database of it")
    parser.add_argument("--only", help="points, by how their names begin: claim,line,random")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    options.programs = options.programs.resolve()
    options.power = options.power and options.power.resolve()
    points = points_of(options.programs)
    if options.only:
        points = [point for point in points if point.startswith(tuple(options.only.split(",")))]
    plan, tally, began = Plan(options, points), Tally(), time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            lives = [pool.submit(live, options, number, pathlib.Path(folder), plan, tally)
                     for number in range(options.jobs)]
            for each in lives:
                each.result()
    lost = tally.print()
    kills = sum(count for kind, count in tally.tried.items() if " at " in kind)
    print(f"{kills} kills, {kills / (time.monotonic() - began) * 60:.0f} a minute", flush=True)
    sys.exit(0 if lost == 0 else 1)


if __name__ == "__main__":
    main()
