-- Where each event of the outbox stands with each receiver. A row is made when the relay first sees
-- the event; the newest row of a sink says how far it has come.
CREATE TABLE delivery (
  sink         TEXT    NOT NULL CHECK (sink IN ('webhook', 'jsonl')),
  outbox_key   INTEGER NOT NULL REFERENCES outbox (key),
  -- Whose events go out in their order, one after the other.
  subject      TEXT    NOT NULL,
  state        TEXT    NOT NULL CHECK (state IN ('waiting', 'delivered', 'dead')),
  tries        INTEGER NOT NULL CHECK (tries >= 0),
  queued_at    INTEGER NOT NULL,
  -- Nothing of one that waits: an earlier event of its subject has to go first.
  next_at      INTEGER,
  delivered_at INTEGER,
  error        TEXT    NOT NULL,
  PRIMARY KEY (sink, outbox_key),
  CHECK (state = 'waiting' OR next_at IS NULL),
  CHECK ((state = 'delivered') = (delivered_at IS NOT NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX delivery_due ON delivery (sink, next_at) WHERE next_at IS NOT NULL;
CREATE INDEX delivery_of_subject ON delivery (sink, subject, outbox_key) WHERE state = 'waiting';
CREATE INDEX delivery_dead ON delivery (outbox_key) WHERE state = 'dead';
CREATE INDEX delivery_of ON delivery (outbox_key);

-- The deliveries say it now; it would only grow.
DROP INDEX IF EXISTS outbox_waiting;
