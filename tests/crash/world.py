"""A merchant, the simulated FlexFactor and the real worker in a folder of their own, for drivers that
end the worker in every way there is. Everything listens on loopback; whatever is started here is
ended by its id."""

import base64
import hashlib
import hmac
import http.client
import json
import os
import pathlib
import shutil
import signal
import subprocess
import threading
import time

from ledgers import Broken, DatabaseLedger, FileLedger

SIGNING_KEY = b"flexfactor-sim demo signing key"  # as flexfactor-sim --help has it
LIVE = "('intended', 'unknown', 'waiting', 'grace', 'withdrawing', 'parked')"
NO_FAULTS = {"callback_lost": 0, "callback_twice": 0, "callback_late": 0, "stall": 0,
             "reset_after_read": 0, "error_5xx_after": 0, "error_429": 0}
SOME_FAULTS = {"callback_lost": 80, "callback_twice": 100, "callback_late": 50, "stall": 10,
               "reset_after_read": 30, "error_5xx_after": 30, "error_429": 10}

CONFIG = """
[store]
url = "LEDGER"
lease = "2s"
[account]
time_zone = "America/New_York"
[schedule]
scan_every = "1s"
first_inquiry = "1s"
longest_inquiry = "1s"
grace = "1s"
last_look = "2s"
first_backoff = "100ms"
longest_backoff = "500ms"
cascade_deadline = "1s"
late_cascade = "refund"
[limits]
in_flight = 64
request_timeout = "2s"
connect_timeout = "1s"
[callbacks]
listen = "127.0.0.1:0"
public_host = "billing.example.com"
[events]
jsonl_file = "disk/events.jsonl"
first_backoff = "100ms"
longest_backoff = "400ms"
[[gateway]]
id = "bank"
kind = "card"
[[gateway]]
id = "flexfactor"
kind = "flexfactor"
cascade_all = true
environment = "sandbox"
base_url = "http://ADDRESS/v1/"
mid = "demo-mid"
site_id = "demo-site"
app_key_file = "secrets/app_key"
app_secret_file = "secrets/app_secret"
hmac_signing_key_files = ["secrets/hmac_signing_key"]
expiry_days = 21
mit = "managed"
requests_per_second = 5000
[[recycle_profile]]
id = "standard"
apply_to_gateways = ["bank"]
reduction = "percentage"
minimum_price = "1.00"
gateway_4_6 = "flexfactor"
[[recycle_profile.reattempt]]
number = 1
days = 3
[[recycle_profile.reattempt]]
number = 2
days = 3
reduction = "5"
[[recycle_profile.reattempt]]
number = 3
days = 3
reduction = "5"
[[recycle_profile.reattempt]]
number = 4
days = 1
[api]
listen = "127.0.0.1:0"
token_file = "secrets/api_token"
"""


def wait_until(seconds, what, condition):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise Broken("gave up waiting: " + what)
        time.sleep(0.02)


class Promises:
    """What was answered as done, by the worker to whoever asked."""

    def __init__(self):
        self.lock = threading.Lock()
        self.subscriptions = set()
        self.sales = set()
        self.reruns = set()
        self.cascades = {}
        self.nonces = set()

    def note(self, kind, value):
        with self.lock:
            getattr(self, kind).add(value)


class World:
    def __init__(self, programs, folder, seed=1, server=None):
        """With a server, of PostgreSQL, the ledger is a database there."""
        self.programs = pathlib.Path(programs)
        self.dir = pathlib.Path(folder)
        self.disk = self.dir / "disk"  # of what is promised to last: the ledger, the file of events
        self.disk.mkdir(parents=True)
        self.ledger = (DatabaseLedger(server, f"ledger_{seed}") if server
                       else FileLedger(self.disk / "ledger.db"))
        self.promises = Promises()
        self.worker = None
        self.simulator = None
        self.count = 0
        self.seed = seed
        self.open_ones = []  # pushed, and never told of by FlexFactor: to be cancelled
        self.start_simulator()
        self.write_config()

    # --- processes ---

    def start_simulator(self):
        ready = self.dir / "simulator.ready"
        self.simulator = subprocess.Popen(
            [self.programs / "flexfactor-sim", "--listen", "127.0.0.1:0", "--ready-file", ready,
             "--seed", str(self.seed), "--approve", "60", "--decline", "40",
             "--delay", "20ms..200ms", "--expire-after", "4s", "--late-after", "1s",
             "--late-callback", "1s", "--callback-gap", "200ms"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until(30, "the simulated FlexFactor", ready.exists)
        self.api = ready.read_text().strip()

    def write_config(self):
        secrets = self.dir / "secrets"
        secrets.mkdir(mode=0o700)
        for name, text in (("app_key", "demo-app-key"), ("app_secret", "demo-app-secret"),
                           ("hmac_signing_key", base64.b64encode(SIGNING_KEY).decode()),
                           ("api_token", os.urandom(32).hex())):
            (secrets / name).write_text(text + "\n")
            (secrets / name).chmod(0o600)
        self.token = (secrets / "api_token").read_text().strip()
        self.config = self.dir / "recycled.toml"
        self.config.write_text(CONFIG.replace("ADDRESS", self.api).replace("LEDGER", self.ledger.url))

    def change_rules(self):
        """So that the next start plans everything anew."""
        text = self.config.read_text()
        cheap, dear = 'minimum_price = "1.00"', 'minimum_price = "1.01"'
        self.config.write_text(text.replace(cheap, dear) if cheap in text
                               else text.replace(dear, cheap))

    def command(self, *arguments, environment=None, config=True, seconds=120):
        """A command of the program; its exit code, negative if a signal ended it."""
        options = ["--config", self.config] if config else []
        with (self.dir / "commands.out").open("ab") as out:
            return subprocess.run([self.programs / "recycled", *arguments, *options], stdout=out,
                                  stderr=out, cwd=self.dir, timeout=seconds,
                                  env={**os.environ, **(environment or {})}).returncode

    def start_worker(self, environment=None):
        """Without waiting: it may be about to die."""
        with (self.dir / "worker.log").open("wb") as log, (self.dir / "worker.err").open("ab") as err:
            self.worker = subprocess.Popen(
                [self.programs / "recycled", "run", "--config", self.config], stdout=log,
                stderr=err, cwd=self.dir, env={**os.environ, **(environment or {})})

    def events(self, name):
        found = []
        for line in (self.dir / "worker.log").read_bytes().splitlines():
            if b'"' + name.encode() + b'"' in line and line.endswith(b"}"):
                found.append(json.loads(line))
        return found

    def is_dead(self):
        return self.worker.poll() is not None

    def wait_for_listeners(self, seconds=30):
        """False: it died before."""
        wait_until(seconds, "the worker", lambda: self.is_dead() or len(
            self.events("listener.started")) == 2)
        addresses = [event["reason"] for event in self.events("listener.started")]
        if len(addresses) < 2:
            return False
        self.callbacks = next(each for each in addresses if not each.startswith("api "))
        self.local = next(each for each in addresses if each.startswith("api "))[4:]
        self.simulate("callback-url", {"url": f"http://{self.callbacks}/flexfactor/callbacks"})
        return True

    def kill_worker(self):
        if self.worker is not None and self.worker.poll() is None:
            self.worker.kill()
        self.worker.wait()

    def stop_worker(self):
        self.worker.send_signal(signal.SIGTERM)
        if self.worker.wait(60) != 0:
            raise Broken(f"a stopped worker ended with {self.worker.returncode}")

    def close(self):
        for process in (self.worker, self.simulator):
            if process is not None and process.poll() is None:
                process.kill()
                process.wait()
        shutil.rmtree(self.dir, ignore_errors=True)

    # --- HTTP ---

    @staticmethod
    def ask(address, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection(address, timeout=20)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def simulate(self, control, value=None):
        method, body = ("GET", None) if value is None else ("POST", json.dumps(value))
        status, text = self.ask(self.api, method, "/sim/" + control, body)
        if status != 200:
            raise Broken(f"the simulator answered {status} to {control}: {text}")
        return json.loads(text)

    def call(self, path, value):
        """The local API; (0, None) from a worker that is not there, or dies over it."""
        headers = {"Authorization": "Bearer " + self.token, "Content-Type": "application/json"}
        try:
            status, text = self.ask(self.local, "POST", path, json.dumps(value), headers)
            return status, json.loads(text)
        except (OSError, http.client.HTTPException, ValueError):
            return 0, None

    def call_back(self, nonce, order):
        """As FlexFactor signs; its status, 0 without an answer."""
        body = json.dumps({"Event": "order.expired", "ExternalOrderId": order,
                           "OrderId": "p-" + order}).encode()
        date = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime())
        digest = base64.b64encode(hashlib.sha512(body).digest()).decode()
        text = f"POST\n{nonce};{date};billing.example.com;{digest}".encode()
        mac = base64.b64encode(hmac.new(SIGNING_KEY, text, hashlib.sha512).digest()).decode()
        headers = {"x-fc-nonce": nonce, "x-fc-date": date, "x-fc-content-sha512": digest,
                   "Host": "billing.example.com", "Content-Type": "application/json",
                   "x-fc-authorization": "HMAC-SHA512 SignedHeaders=x-fc-nonce;x-fc-date;host;"
                   "x-fc-content-sha512&Signature=" + mac}
        try:
            return self.ask(self.callbacks, "POST", "/flexfactor/callbacks", body, headers)[0]
        except (OSError, http.client.HTTPException):
            return 0

    def query(self, sql):
        return self.ledger.query(sql)

    # --- work ---

    def next_id(self, kind):
        self.count += 1
        return f"{kind}-{self.count:06}"

    def declined(self, word, status="recycle_billing", name=None):
        name = name or self.next_id("S")
        return {"subscription_id": name, "gateway_id": "bank", "status": status,
                "billing_cycle": 3, "price": "20.00", "currency": "USD", "interval": "1m",
                "declined_at": "2026-01-05", "reattempts_made": 3, "last_attempt_at": "2026-01-15",
                "decline_code": "51", "decline_message": "Insufficient funds",
                "decline_type": "soft", "card_token": f"{word}-{name}"}

    def order(self, word):
        name = self.next_id("O")
        return {"order_id": name, "gateway_id": "bank", "status": "declined", "amount": "49.95",
                "currency": "USD", "declined_at": "2026-01-05", "decline_code": "51",
                "decline_message": "Insufficient funds", "decline_type": "soft",
                "card_token": f"{word}-{name}", "ip_address": "192.0.2.17"}

    def push(self, rows):
        status, answer = self.call("/v1/declines", rows)
        if status == 200:
            for item in answer["items"]:
                self.promises.note("subscriptions", item["subscription_id"])

    def cascade(self, row):
        status, answer = self.call("/v1/cascades", row)
        if status == 200 and answer["result"] != "refused":
            with self.promises.lock:
                self.promises.cascades[row["order_id"]] = answer["result"]

    def rerun(self):
        row = self.order("tok")
        status, answer = self.call("/v1/orders", row)
        if status != 200:
            return
        self.promises.note("sales", row["order_id"])
        status, answer = self.call("/v1/reruns", {"order_id": row["order_id"],
                                                  "gateway_id": "flexfactor"})
        if status == 200 and answer["items"][0]["result"] == "claimed":
            self.promises.note("reruns", row["order_id"])

    def feed(self, shoppers_cards=()):
        """One round of everything that a merchant, his shoppers and FlexFactor do. Brings back the
        shoppers, who still wait."""
        shoppers = [threading.Thread(target=self.cascade, args=(self.order(word),), daemon=True)
                    for word in shoppers_cards]
        for shopper in shoppers:
            shopper.start()
        fresh = self.declined("pending")
        self.push([self.declined(word) for word in ("approve", "decline", "tok", "expire")] + [fresh])
        nonce = f"{self.seed}-{self.next_id('nonce')}"
        if self.call_back(nonce, nonce) == 200:
            self.promises.note("nonces", nonce)
        self.rerun()
        gone, self.open_ones = self.open_ones, [fresh]
        self.push([{**row, "status": "cancelled"} for row in gone])
        return shoppers

    def feed_until_dead(self, seconds, shoppers_cards=()):
        """Rounds of work, one after the other, until the worker is dead. False: it is not."""
        deadline = time.monotonic() + seconds
        while not self.is_dead() and time.monotonic() < deadline:
            shoppers = self.feed(shoppers_cards)
            pause = min(time.monotonic() + 1, deadline)
            while not self.is_dead() and time.monotonic() < pause:
                time.sleep(0.01)
            if self.is_dead():
                for shopper in shoppers:
                    shopper.join()
        return self.is_dead()
