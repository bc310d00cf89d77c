-- New sales (the merchant's orders), and recoveries of them beside those of subscriptions.

CREATE TABLE sale (
  key             INTEGER PRIMARY KEY,
  id              TEXT    NOT NULL UNIQUE,
  gateway         TEXT    NOT NULL,
  status          TEXT    NOT NULL CHECK (status IN ('partial', 'pending', 'complete', 'declined',
                            'refunded', 'cancelled')),
  type            TEXT    NOT NULL CHECK (type IN ('new', 'trial_completion')),
  amount          INTEGER NOT NULL CHECK (amount >= 0),
  currency        TEXT    NOT NULL CHECK (length(currency) = 3),
  declined_at     INTEGER,
  reattempts_made INTEGER CHECK (reattempts_made >= 0),
  last_attempt_at INTEGER,
  decline_code    TEXT,
  decline_message TEXT,
  decline_class   TEXT    CHECK (decline_class IN ('soft', 'hard')),
  avs_result      TEXT,
  cvv_result      TEXT,
  subscription    TEXT    NOT NULL,
  routing_profile TEXT    NOT NULL,
  customer        TEXT    NOT NULL,
  campaign        TEXT    NOT NULL,
  product         TEXT    NOT NULL,
  card_token      TEXT    NOT NULL,
  card_first6     TEXT    NOT NULL,
  card_last4      TEXT    NOT NULL,
  card_brand      TEXT    NOT NULL,
  card_exp_month  INTEGER,
  card_exp_year   INTEGER,
  card_holder     TEXT    NOT NULL,
  email           TEXT    NOT NULL,
  phone           TEXT    NOT NULL,
  ip_address      TEXT    NOT NULL,
  first_name      TEXT    NOT NULL,
  last_name       TEXT    NOT NULL,
  address1        TEXT    NOT NULL,
  address2        TEXT    NOT NULL,
  city            TEXT    NOT NULL,
  state           TEXT    NOT NULL,
  zip             TEXT    NOT NULL,
  country         TEXT    NOT NULL,
  imported_at     INTEGER NOT NULL,
  changed_at      INTEGER NOT NULL,
  CHECK (status <> 'declined' OR declined_at IS NOT NULL)
) STRICT;
CREATE INDEX sale_of_subscription ON sale (subscription) WHERE subscription <> '';
CREATE INDEX sale_declined ON sale (declined_at) WHERE status = 'declined';

-- N3: how the next rebill at the merchant's own gateway has to be made; empty: as ever.
ALTER TABLE subscription ADD COLUMN rebill_with TEXT NOT NULL DEFAULT ''
  CHECK (rebill_with IN ('', 'card_number_without_cvv'));

CREATE TABLE recovery_anew (
  key              INTEGER PRIMARY KEY,
  kind             TEXT    NOT NULL CHECK (kind IN ('recycle', 'rerun', 'cascade')),
  subscription_key INTEGER REFERENCES subscription (key),
  sale_key         INTEGER REFERENCES sale (key),
  order_id         TEXT    NOT NULL UNIQUE,
  cycle            INTEGER NOT NULL CHECK (cycle >= 1),
  round            INTEGER NOT NULL CHECK (round >= 1),
  reattempt        INTEGER NOT NULL CHECK (reattempt = 0 OR reattempt BETWEEN 4 AND 9),
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
  CHECK (expires_at > claimed_at),
  CHECK ((kind = 'recycle') = (subscription_key IS NOT NULL)),
  CHECK ((kind = 'recycle') = (sale_key IS NULL)),
  CHECK ((kind = 'recycle') = (reattempt > 0))
) STRICT;
INSERT INTO recovery_anew SELECT key, 'recycle', subscription_key, NULL, order_id, cycle, round,
  reattempt, provider_gateway, return_gateway, return_card, amount, currency, state, reason, step,
  next_at, sending, tries, inquiries, has_left, claimed_at, expires_at, unsent_until,
  provider_order, settled_at, refund_due, late, refunded, charged_back FROM recovery;
DROP TABLE recovery;
ALTER TABLE recovery_anew RENAME TO recovery;

-- lessons.md 2: one live recovery for each subscription and cycle, and for each sale.
CREATE UNIQUE INDEX one_live_recovery ON recovery (subscription_key, cycle)
  WHERE state IN ('intended', 'unknown', 'waiting', 'grace', 'withdrawing', 'parked');
CREATE UNIQUE INDEX one_live_recovery_of_sale ON recovery (sale_key)
  WHERE state IN ('intended', 'unknown', 'waiting', 'grace', 'withdrawing', 'parked');
CREATE INDEX recovery_of ON recovery (subscription_key, cycle);
CREATE INDEX recovery_of_sale ON recovery (sale_key);
CREATE INDEX recovery_of_card ON recovery (return_card, claimed_at);
CREATE INDEX recovery_step ON recovery (provider_gateway, next_at) WHERE next_at IS NOT NULL;
CREATE INDEX recovery_provider_order ON recovery (provider_order) WHERE provider_order IS NOT NULL;
CREATE INDEX recovery_open ON recovery (state)
  WHERE state IN ('intended', 'unknown', 'waiting', 'grace', 'withdrawing', 'parked');
CREATE TRIGGER recovered_is_final BEFORE UPDATE OF state ON recovery
  WHEN OLD.state = 'recovered' AND NEW.state <> 'recovered'
  BEGIN SELECT RAISE (ABORT, 'a recovered recovery is final'); END;
CREATE TRIGGER ends_are_final BEFORE UPDATE OF state ON recovery
  WHEN OLD.state IN ('failed', 'withdrawn', 'released')
       AND NEW.state NOT IN (OLD.state, 'recovered', 'parked')
  BEGIN SELECT RAISE (ABORT, 'an ended recovery yields only to a late success'); END;

CREATE TABLE audit_anew (
  key              INTEGER PRIMARY KEY,
  at               INTEGER NOT NULL,
  subscription_key INTEGER REFERENCES subscription (key),
  sale_key         INTEGER REFERENCES sale (key),
  recovery_key     INTEGER REFERENCES recovery (key),
  event            TEXT    NOT NULL,
  before           TEXT    NOT NULL,
  after            TEXT    NOT NULL,
  reason           TEXT    NOT NULL,
  CHECK ((subscription_key IS NULL) <> (sale_key IS NULL))
) STRICT;
INSERT INTO audit_anew SELECT key, at, subscription_key, NULL, recovery_key, event, before, after,
  reason FROM audit;
DROP TABLE audit;
ALTER TABLE audit_anew RENAME TO audit;
CREATE INDEX audit_of ON audit (subscription_key) WHERE subscription_key IS NOT NULL;
CREATE INDEX audit_of_sale ON audit (sale_key) WHERE sale_key IS NOT NULL;
CREATE TRIGGER audit_append_only BEFORE UPDATE ON audit
  BEGIN SELECT RAISE (ABORT, 'audit rows are append-only'); END;
CREATE TRIGGER audit_stays BEFORE DELETE ON audit
  BEGIN SELECT RAISE (ABORT, 'audit rows are append-only'); END;

CREATE TABLE outbox_anew (
  key              INTEGER PRIMARY KEY,
  at               INTEGER NOT NULL,
  type             TEXT    NOT NULL,
  subscription_key INTEGER REFERENCES subscription (key),
  sale_key         INTEGER REFERENCES sale (key),
  recovery_key     INTEGER REFERENCES recovery (key),
  amount           INTEGER,
  currency         TEXT,
  gateway          TEXT    NOT NULL,
  next_bill_on     TEXT,
  rebill_with      TEXT    NOT NULL,
  reason           TEXT    NOT NULL,
  delivered_at     INTEGER,
  CHECK ((subscription_key IS NULL) <> (sale_key IS NULL))
) STRICT;
INSERT INTO outbox_anew SELECT key, at, type, subscription_key, NULL, recovery_key, amount,
  currency, gateway, next_bill_on, '', reason, delivered_at FROM outbox;
DROP TABLE outbox;
ALTER TABLE outbox_anew RENAME TO outbox;
CREATE INDEX outbox_waiting ON outbox (key) WHERE delivered_at IS NULL;
