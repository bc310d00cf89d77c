-- Cascades: what a shopper was told, and giving back what was charged after a "declined".

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
                             'external_cancel', 'refund')),
  told             TEXT    CHECK (told IS NULL OR kind = 'cascade'),
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
INSERT INTO recovery_anew SELECT key, kind, subscription_key, sale_key, order_id, cycle, round,
  reattempt, provider_gateway, return_gateway, return_card, amount, currency, state, reason, step,
  NULL, next_at, sending, tries, inquiries, has_left, claimed_at, expires_at, unsent_until,
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
CREATE TRIGGER told_is_told BEFORE UPDATE OF told ON recovery
  WHEN OLD.told IS NOT NULL AND NEW.told IS NOT OLD.told
  BEGIN SELECT RAISE (ABORT, 'a shopper is answered once'); END;
