-- The ledger. Instants are integer milliseconds UTC, days are ISO dates, money is integer minor units.

CREATE TABLE meta (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What the merchant told us, and what we have decided about it. Updated in place.
CREATE TABLE subscription (
  key              INTEGER PRIMARY KEY,
  id               TEXT    NOT NULL UNIQUE,
  gateway          TEXT    NOT NULL,
  status           TEXT    NOT NULL CHECK (status IN ('trial', 'active', 'paused',
                             'recycle_billing', 'recycle_failed', 'complete', 'cancelled')),
  cycle            INTEGER NOT NULL CHECK (cycle >= 1),
  price            INTEGER NOT NULL CHECK (price >= 0),
  currency         TEXT    NOT NULL CHECK (length(currency) = 3),
  interval         TEXT    NOT NULL,
  final_cycle      INTEGER,
  next_bill_on     TEXT,
  anchor_day       INTEGER CHECK (anchor_day BETWEEN 1 AND 31),
  declined_at      INTEGER,
  reattempts_made  INTEGER CHECK (reattempts_made >= 0),
  last_attempt_at  INTEGER,
  decline_code     TEXT,
  decline_message  TEXT,
  decline_class    TEXT    CHECK (decline_class IN ('soft', 'hard')),
  avs_result       TEXT,
  cvv_result       TEXT,
  customer         TEXT    NOT NULL,
  campaign         TEXT    NOT NULL,
  product          TEXT    NOT NULL,
  card_token       TEXT    NOT NULL,
  card_first6      TEXT    NOT NULL,
  card_last4       TEXT    NOT NULL,
  card_brand       TEXT    NOT NULL,
  card_exp_month   INTEGER,
  card_exp_year    INTEGER,
  card_holder      TEXT    NOT NULL,
  email            TEXT    NOT NULL,
  phone            TEXT    NOT NULL,
  ip_address       TEXT    NOT NULL,
  first_name       TEXT    NOT NULL,
  last_name        TEXT    NOT NULL,
  address1         TEXT    NOT NULL,
  address2         TEXT    NOT NULL,
  city             TEXT    NOT NULL,
  state            TEXT    NOT NULL,
  zip              TEXT    NOT NULL,
  country          TEXT    NOT NULL,
  -- A pure function of the row and the rules, stored so that a scan costs what is due.
  due_at           INTEGER,
  not_taken        TEXT,
  not_taken_detail TEXT    NOT NULL DEFAULT '',
  fail_reason      TEXT    NOT NULL DEFAULT '',
  imported_at      INTEGER NOT NULL,
  changed_at       INTEGER NOT NULL,
  CHECK (due_at IS NULL OR not_taken IS NULL),
  CHECK (status <> 'recycle_billing' OR declined_at IS NOT NULL)
) STRICT;

CREATE INDEX subscription_due ON subscription (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX subscription_recycling ON subscription (status) WHERE status = 'recycle_billing';

-- One hand-over to FlexFactor. Appended by a claim; its state is the recovery's state machine.
CREATE TABLE recovery (
  key              INTEGER PRIMARY KEY,
  subscription_key INTEGER NOT NULL REFERENCES subscription (key),
  order_id         TEXT    NOT NULL UNIQUE,
  cycle            INTEGER NOT NULL CHECK (cycle >= 1),
  round            INTEGER NOT NULL CHECK (round >= 1),
  reattempt        INTEGER NOT NULL CHECK (reattempt BETWEEN 4 AND 9),
  provider_gateway TEXT    NOT NULL,
  return_gateway   TEXT    NOT NULL,
  return_card      TEXT    NOT NULL,
  amount           INTEGER NOT NULL CHECK (amount > 0),
  currency         TEXT    NOT NULL CHECK (length(currency) = 3),
  state            TEXT    NOT NULL CHECK (state IN ('intended', 'unknown', 'waiting', 'grace',
                             'withdrawing', 'parked', 'recovered', 'failed', 'withdrawn',
                             'released')),
  reason           TEXT    NOT NULL,
  step             TEXT    NOT NULL CHECK (step IN ('none', 'send', 'inquire', 'cancel',
                             'external_cancel')),
  next_at          INTEGER,
  sending          INTEGER NOT NULL CHECK (sending >= 1),
  tries            INTEGER NOT NULL CHECK (tries >= 0),
  inquiries        INTEGER NOT NULL CHECK (inquiries >= 0),
  has_left         INTEGER NOT NULL CHECK (has_left IN (0, 1)),
  claimed_at       INTEGER NOT NULL,
  expires_at       INTEGER NOT NULL,
  unsent_until     INTEGER NOT NULL,
  provider_order   TEXT,
  settled_at       INTEGER,
  refund_due       INTEGER NOT NULL CHECK (refund_due IN (0, 1)),
  late             INTEGER NOT NULL CHECK (late IN (0, 1)),
  refunded         INTEGER NOT NULL CHECK (refunded IN (0, 1)),
  charged_back     INTEGER NOT NULL CHECK (charged_back IN (0, 1)),
  CHECK ((step = 'none') = (next_at IS NULL)),
  CHECK (expires_at > claimed_at)
) STRICT;

-- lessons.md 2: one live recovery for each subscription and cycle, whatever the program does.
CREATE UNIQUE INDEX one_live_recovery ON recovery (subscription_key, cycle)
  WHERE state IN ('intended', 'unknown', 'waiting', 'grace', 'withdrawing', 'parked');
CREATE INDEX recovery_of ON recovery (subscription_key, cycle);
CREATE INDEX recovery_of_card ON recovery (return_card, claimed_at);
CREATE INDEX recovery_step ON recovery (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX recovery_provider_order ON recovery (provider_order) WHERE provider_order IS NOT NULL;
CREATE INDEX recovery_open ON recovery (state)
  WHERE state IN ('intended', 'unknown', 'waiting', 'grace', 'withdrawing', 'parked');

-- lessons.md 12: a success is final, whoever writes; the other ends yield only to a late success.
CREATE TRIGGER recovered_is_final BEFORE UPDATE OF state ON recovery
  WHEN OLD.state = 'recovered' AND NEW.state <> 'recovered'
  BEGIN SELECT RAISE (ABORT, 'a recovered recovery is final'); END;
CREATE TRIGGER ends_are_final BEFORE UPDATE OF state ON recovery
  WHEN OLD.state IN ('failed', 'withdrawn', 'released')
       AND NEW.state NOT IN (OLD.state, 'recovered', 'parked')
  BEGIN SELECT RAISE (ABORT, 'an ended recovery yields only to a late success'); END;

-- The exact bytes that leave, with their hash.
CREATE TABLE request (
  recovery_key INTEGER PRIMARY KEY REFERENCES recovery (key),
  sha256       TEXT NOT NULL,
  body         TEXT NOT NULL
) STRICT;

-- Append-only: every call to the provider.
CREATE TABLE attempt (
  key          INTEGER PRIMARY KEY,
  recovery_key INTEGER NOT NULL REFERENCES recovery (key),
  started_at   INTEGER NOT NULL,
  took         INTEGER NOT NULL,
  step         TEXT    NOT NULL,
  outcome      TEXT    NOT NULL,
  detail       TEXT    NOT NULL
) STRICT;
CREATE INDEX attempt_of ON attempt (recovery_key);

-- Append-only: every callback whose signature held, raw, as it stood when it came.
CREATE TABLE callback (
  key            INTEGER PRIMARY KEY,
  received_at    INTEGER NOT NULL,
  nonce          TEXT    NOT NULL,
  event          TEXT    NOT NULL,
  order_id       TEXT    NOT NULL,
  provider_order TEXT    NOT NULL,
  headers        TEXT    NOT NULL,
  body           BLOB    NOT NULL,
  result         TEXT    NOT NULL CHECK (result IN ('applied', 'ignored', 'unmatched', 'failed',
                           'unreadable'))
) STRICT;
CREATE INDEX callback_of ON callback (order_id);

-- What has become since of those that were not done at once. Updated in place.
CREATE TABLE inbox (
  callback_key INTEGER PRIMARY KEY REFERENCES callback (key),
  result       TEXT    NOT NULL CHECK (result IN ('applied', 'ignored', 'unmatched', 'failed',
                         'unreadable')),
  tries        INTEGER NOT NULL,
  next_at      INTEGER,
  error        TEXT    NOT NULL
) STRICT;
CREATE INDEX inbox_due ON inbox (next_at) WHERE next_at IS NOT NULL;

-- Nonces inside the window; older ones are refused by their date.
CREATE TABLE nonce (
  nonce   TEXT PRIMARY KEY,
  seen_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX nonce_age ON nonce (seen_at);

-- Append-only: what happened, for people.
CREATE TABLE audit (
  key              INTEGER PRIMARY KEY,
  at               INTEGER NOT NULL,
  subscription_key INTEGER NOT NULL REFERENCES subscription (key),
  recovery_key     INTEGER REFERENCES recovery (key),
  event            TEXT    NOT NULL,
  before           TEXT    NOT NULL,
  after            TEXT    NOT NULL,
  reason           TEXT    NOT NULL
) STRICT;
CREATE INDEX audit_of ON audit (subscription_key);

-- Events for the merchant's systems, written in the transaction they tell of.
CREATE TABLE outbox (
  key              INTEGER PRIMARY KEY,
  at               INTEGER NOT NULL,
  type             TEXT    NOT NULL,
  subscription_key INTEGER NOT NULL REFERENCES subscription (key),
  recovery_key     INTEGER REFERENCES recovery (key),
  amount           INTEGER,
  currency         TEXT,
  gateway          TEXT    NOT NULL,
  next_bill_on     TEXT,
  reason           TEXT    NOT NULL,
  delivered_at     INTEGER
) STRICT;
CREATE INDEX outbox_waiting ON outbox (key) WHERE delivered_at IS NULL;

CREATE TABLE run (
  id         TEXT PRIMARY KEY,
  kind       TEXT    NOT NULL,
  started_at INTEGER NOT NULL,
  ended_at   INTEGER,
  summary    TEXT    NOT NULL
) STRICT;

CREATE TRIGGER attempt_append_only BEFORE UPDATE ON attempt
  BEGIN SELECT RAISE (ABORT, 'attempts are append-only'); END;
CREATE TRIGGER callback_append_only BEFORE UPDATE ON callback
  BEGIN SELECT RAISE (ABORT, 'callbacks are append-only'); END;
CREATE TRIGGER audit_append_only BEFORE UPDATE ON audit
  BEGIN SELECT RAISE (ABORT, 'audit rows are append-only'); END;
CREATE TRIGGER audit_stays BEFORE DELETE ON audit
  BEGIN SELECT RAISE (ABORT, 'audit rows are append-only'); END;
