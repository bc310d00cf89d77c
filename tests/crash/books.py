"""What has to hold of a ledger: at once after a crash, and when everything has settled."""

import json
import time

from world import LIVE, Broken, wait_until


def charges_of(world):
    charges = world.simulate("charges")
    if world.simulate("statistics")["double_charges"] != 0:
        raise Broken("a double charge at the simulator")
    return charges


def missing(what, promised, kept):
    lost = set(promised) - set(kept)
    if lost:
        raise Broken(f"{len(lost)} {what} lost, such as {sorted(lost)[0]}")


def column(world, sql):
    return [row[0] for row in world.query(sql)]


def check_promises(world):
    """Nothing that was answered as done is gone, and nothing left without a claim."""
    promises = world.promises
    if not world.ledger.is_there():  # who dies in his very first migration leaves none, or an empty one
        if any(vars(promises)[kind] for kind in ("subscriptions", "sales", "nonces", "cascades")):
            raise Broken("the ledger is gone")
        return
    charged = [charge["order"] for charge in charges_of(world)]
    missing("orders that were charged", charged, column(world, "SELECT order_id FROM recovery"))
    missing("subscriptions", promises.subscriptions, column(world, "SELECT id FROM subscription"))
    missing("orders", promises.sales, column(world, "SELECT id FROM sale"))
    missing("callbacks answered 200", promises.nonces, column(world, "SELECT nonce FROM callback"))
    claimed = "SELECT s.id FROM sale AS s JOIN recovery AS r ON r.sale_key = s.key WHERE r.kind = "
    missing("reruns", promises.reruns, column(world, claimed + "'rerun'"))
    told = dict(world.query("SELECT s.id, r.told FROM sale AS s JOIN recovery AS r"
                            " ON r.sale_key = s.key WHERE r.kind = 'cascade'"))
    for sale, result in promises.cascades.items():
        if (told.get(sale) == "none") != (result == "approved") or told.get(sale) is None:
            raise Broken(f"cascade {sale} was answered {result}, and the ledger says {told.get(sale)}")
    check_events(world)


def check_events(world):
    """Each event that counts as delivered stands in the file. How many lines are no event: what a
    crash has left of those that do not count yet."""
    delivered = world.query("SELECT count(*) FROM delivery WHERE state = 'delivered'")[0][0]
    file = world.disk / "events.jsonl"
    known, broken = set(), 0
    for line in file.read_bytes().split(b"\n") if file.exists() else []:
        try:
            known.add(json.loads(line)["id"])
        except (ValueError, KeyError):
            broken += line != b""
    if len(known) < delivered:
        raise Broken(f"{delivered} events count as delivered, {len(known)} are in the file")
    return broken


def check_ledger(world, config=None):
    code = world.command("verify", "--config", config or world.config, config=False)
    if code != 0:
        raise Broken(f"verify ended with {code}")


def story_of(world, order):
    """All that the ledger knows of an order, for whoever looks for the cause."""
    key = f"(SELECT key FROM recovery WHERE order_id = '{order}')"
    return order, *(world.query(sql) for sql in (
        f"SELECT kind, state, reason, step, told, claimed_at, late FROM recovery WHERE key = {key}",
        f"SELECT started_at, step, outcome, detail FROM attempt WHERE recovery_key = {key}",
        f"SELECT at, event, before, after, reason FROM audit WHERE recovery_key = {key}",
        f"SELECT received_at, event, result FROM callback WHERE order_id = '{order}'"))


def unsettled(world):
    """How much is open: recoveries, due rows, steps but for the looks past an expiry that is days away,
    events. All 0: everything has settled."""
    now = int(time.time()) * 1000
    return world.query(f"""SELECT
      (SELECT count(*) FROM recovery WHERE state IN {LIVE}),
      (SELECT count(*) FROM subscription WHERE due_at IS NOT NULL AND due_at <= {now}),
      (SELECT count(*) FROM recovery WHERE next_at < {now + 60000}),
      (SELECT count(*) FROM delivery WHERE state = 'waiting'),
      (SELECT count(*) FROM outbox) - (SELECT count(*) FROM delivery)""")[0]


def check_settled(world):
    """Each charge is a recovery that stands or was given back, each recovery a charge; everything
    is final and at home."""
    check_promises(world)
    if check_events(world) != 0:
        raise Broken("a line of the events' file is no event")
    charged = {charge["order"] for charge in charges_of(world)}
    recovered = set(column(world, "SELECT order_id FROM recovery WHERE state = 'recovered'"))
    if charged != recovered:
        differ = sorted(charged ^ recovered)
        raise Broken(f"charged and recovered differ in {len(differ)}: {story_of(world, differ[0])}")
    away = world.query("""SELECT id, status, gateway FROM subscription WHERE gateway <> 'bank'
      OR status NOT IN ('active', 'recycle_failed', 'cancelled') LIMIT 3""")
    if away:
        raise Broken(f"not final or not at home: {away}")
    refused = world.query("""SELECT s.id, r.reason, r.late, r.refund_due, r.step FROM recovery AS r JOIN sale AS s ON s.key = r.sale_key
      WHERE r.kind = 'cascade' AND r.state = 'recovered' AND r.told <> 'none' AND r.refunded = 0""")
    if refused:
        raise Broken(f"told declined, charged and not given back: {refused[:3]}")
    check_ledger(world)


def cancel_the_silent(world):
    """What FlexFactor never says a word about ends when the customer leaves."""
    silent = column(world, """SELECT id FROM subscription
      WHERE status = 'recycle_billing' AND card_token LIKE 'pending-%'""")
    world.push([world.declined("pending", status="cancelled", name=name) for name in silent])


def settle(world, seconds=100):
    """Starts a worker, and stops it when everything is at its end."""
    world.start_worker()
    if not world.wait_for_listeners():
        raise Broken(f"the worker ended with {world.worker.returncode}")
    cancel_the_silent(world)
    wait_until(seconds, "everything to settle",
               lambda: world.is_dead() or not any(unsettled(world)))
    if world.is_dead():
        raise Broken(f"the worker ended with {world.worker.returncode}")
    world.stop_worker()
    check_settled(world)
