#include "config/template.hpp"

namespace recycled::config {

const std::string_view config_template =
    R"toml(# recycled: hands declined rebills to FlexFactor and brings every subscription back.
#
# Relative paths count from this file's folder. Durations are written "90s", "15m", "6h", "1d".
# Lines that are commented out show the default. After a change: recycled check

[store]
url = "sqlite:recycled.db"
# or of PostgreSQL: "postgresql://recycled@db.internal/recycled?passfile=/FILE"
# machine = "billing-pair"  # for machines that take turns on one disk; else the machine's own id
# lease = "30s"            # of PostgreSQL's: after what silence a worker is taken for dead
# retention = "400d"       # requests, answers and callbacks after their end; "0s": for good

[account]
# Billing days are civil days of this IANA time zone.
time_zone = "America/New_York"

[schedule]
# scan_every = "1m"        # the service looks for what has come due
# once_poll_gap = "0s"     # `once` asks about everything not asked for this long
# first_inquiry = "1h"     # after a hand-over; the gap doubles from there ...
# longest_inquiry = "1d"   # ... up to this
# grace = "6h"             # after expiry, before FlexFactor is told to stop
# repeat_window = "1d"     # how long the same request may be sent again (at most 1d)
# last_look = "3d"         # after we gave up, one more inquiry: was it charged after all?
# sync_repeat = "1d"       # mit = "sync": how long a "not now" holds
# first_backoff = "2s"     # when FlexFactor does not answer ...
# longest_backoff = "10m"  # ... and at most
# late_success = "accept"  # a charge after we had given up: "accept", or "hold" for a person
# cascade_deadline = "8s"  # a cascade's shopper is answered "declined" then (1s to 60s) ...
# late_cascade = "refund"  # ... and what was approved all the same is refunded; or "hold"
# when_unknown = "repeat"  # no answer came: "repeat" the same, "look_up" first, or "withdraw"

[limits]
# in_flight = 32           # requests to a FlexFactor gateway at one time
# failures_to_rest = 5     # requests in a row without an answer: then its queue rests
# scan_batch = 500         # subscriptions claimed in one transaction
# request_timeout = "30s"
# connect_timeout = "5s"
# drain = "20s"            # how long a stop waits for requests under way
# callback_bytes = 65536   # the largest callback body ...
# callback_header_bytes = 16384  # ... and the largest header
# callback_deadline = "10s"      # for one callback to arrive, and its answer to be taken
# callback_connections = 256     # of the callback listener at one time
# api_bytes = 1048576      # the largest body of a request to the local API ...
# api_deadline = "10s"     # ... and how long it may take to arrive
# api_connections = 64     # of the local API at one time
# card_cap = 0             # hand-overs of one card in 30 days, more wait; 0: no cap
# never_send_codes = []    # decline codes that are never handed over, such as "41"
# Safety catches. A ceiling keeps what is above it for the next run or day; the breaker pauses a
# FlexFactor gateway when too many of its last results are bad, until: recycled resume
# hand_overs_per_run = 0   # of one `once`, `backfill` or `rerun`; 0: no ceiling
# hand_overs_per_day = 0   # of a civil day, whoever hands over
# amount_per_run = { USD = "10000.00" }   # of each currency that is listed
# amount_per_day = { USD = "50000.00" }
# breaker_results = 0      # look at the last so many, 10 to 1000; 0: no breaker
# breaker_refused = 50     # percent of them refused, or parked as strange
# breaker_failed = 100     # percent of them that did not recover

[callbacks]
# Without a public host no callbacks are received, and results are polled.
# public_host = "callbacks.example.com"  # exactly as in the URL registered with FlexFactor
# listen = "127.0.0.1:8443"
# tls = { certificate = "tls/chain.pem", private_key = "tls/key.pem" }  # without: behind a proxy
# window = "5m"                   # how far a callback's date may be off
# accept_body_signature = false   # also accept x-fc-signature, which protects no date
# success_code = 200              # what a callback that was taken is answered

[events]
# What happened is told to your systems: over HTTPS, to a file, or both.
# url = "https://shop.example.com/hooks/recycled"   # signed as Standard Webhooks
# secret_files = ["secrets/webhook_secret"]         # "whsec_" and base64; two in a rotation
# ca_file = "ca.pem"                                # instead of the system's
# jsonl_file = "/var/lib/recycled/events.jsonl"     # a line an event
# timeout = "15s"          # for one answer
# give_up_after = "3d"     # then an event waits for: recycled events replay
# first_backoff = "5s"     # after a failed try ...
# longest_backoff = "1h"   # ... and at most
# in_flight = 8            # deliveries at one time

# The local API: your billing system pushes declines as they happen instead of exporting files.
# [api]
# listen = "127.0.0.1:8080"         # a loopback address, or "unix:/run/recycled/api.sock"
# token_file = "secrets/api_token"  # made by: openssl rand -hex 32

# For a monitoring system, where there is no service to ask: written by each `recycled once`.
# [metrics]
# file = "/var/lib/prometheus/node-exporter/recycled.prom"

# --- gateways ---------------------------------------------------------------------------------
# Each gateway of yours that a subscription may be billed at. `kind` is your own word for its sort;
# a decline mapping may name it.
[[gateway]]
id = "main"
kind = "nmi"

# A FlexFactor account. Secrets stay outside this file: one file each, chmod 600. Under systemd
# they may be root's, as credentials: app_key_file = "credential:secrets_app_key". The unit hands
# over every file of secrets/ so.
[[gateway]]
id = "flexfactor"
kind = "flexfactor"
environment = "sandbox"   # or "live"
mid = "your-mid"
site_id = "your-site-id"
app_key_file = "secrets/app_key"
app_secret_file = "secrets/app_secret"
# environment_key_file = "secrets/environment_key"         # needed by: import --tokenize
# hmac_signing_key_files = ["secrets/hmac_signing_key"]    # all live keys; needed for callbacks
#   in a rotation [{ file = "secrets/old", until = "2027-01-01" },
#                  { file = "secrets/new", from = "2026-12-01" }], in days of the time zone above
# base_url = "https://api-sandbox.flexfactor.io/v1/"       # instead of the environment's
# ca_file = "ca.pem"                                       # instead of the system's
expiry_days = 21          # FlexFactor keeps trying for so long: 1 to 21
mit = "managed"           # how FlexFactor set the account up: "managed" or "sync"
# requests_per_second = 100
# in_flight = 32            # instead of [limits]
# cascade_all = false       # true: every soft-declined new sale cascades to this gateway
# What FlexFactor does not document; README "What nobody documents" says when to change one.
# inquiry = "orders"             # or "outcome": the deprecated poll
# repeat_conflict = "unknown"    # what a 409 to a hand-over says; or "refused"
# unknown_order_code = 404       # the answer about an order FlexFactor does not know
# expired_word = "EXPIRED"       # the status name of an expired order
# first_page = 1                 # of the list of orders; or 0
# order_amounts = "minor"        # in the list of orders: cents; or "major"

# --- recycle profiles -------------------------------------------------------------------------
# The schedule of re-attempts after a decline. A gateway is in at most one profile. FlexFactor may
# take re-attempts 4-6 or 7-9, and no others; the hand-over ends the schedule of that cycle.
[[recycle_profile]]
id = "standard"
apply_to_gateways = ["main"]
reduction = "percentage"    # or "flat": an amount
minimum_price = "0.00"      # never charge less, in whatever currency
bill_on_saturday = false    # move each re-attempt forward to a Saturday
hold_recycle_price = false  # a recovered, discounted price becomes the regular one
gateway_4_6 = "flexfactor"
# gateway_7_9 = "flexfactor"

# Days count from the attempt before; reductions add up and are of the original price.
[[recycle_profile.reattempt]]
number = 1
days = 3
[[recycle_profile.reattempt]]
number = 2
days = 5
reduction = "10"
[[recycle_profile.reattempt]]
number = 3
skip = true    # uses the number, costs no wait and no reduction
[[recycle_profile.reattempt]]
number = 4
days = 1

# --- optional ---------------------------------------------------------------------------------
# [[campaign]]
# id = "summer"
# disable_recycle_billing = false
# single_transaction = false
# product_gateways = ["main"]

# Which declines are soft (handed over) and which are hard (never). Without a matching rule the
# class counts that the decline came with.
# [[decline_mapping]]
# gateway_kind = "nmi"       # or gateway = "main"; neither: every gateway
# order_type = "recurring"   # "all", "new" or "recurring"
# message = "insufficient funds"
# maps_to = "soft"

# Where declined new sales cascade to while the shopper waits. A cascade profile is set on a routing
# profile, as below, or on a gateway of yours with the same line.
# [[cascade_profile]]
# id = "salvage"
# gateways = ["flexfactor"]

# [[routing_profile]]
# id = "atri"
# gateways = ["main"]
# cascade = "salvage"
)toml";

}  // namespace recycled::config
