-- How a recovery ended stands in a column of its own, empty while it is open: what changes meanwhile
-- leaves the indexes of what is open alone, and the triggers that guard an end are asked at ends.
ALTER TABLE recovery ADD COLUMN ended TEXT;
UPDATE recovery SET ended = state
  WHERE state = 'recovered' OR state = 'failed' OR state = 'withdrawn' OR state = 'released';
-- A trigger at each row that is written costs as much as the row. What a table can check by itself
-- says the same; of an UPDATE it looks only at what that changes (0014 tells how this is written).
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(sql,
  'CHECK (expires_at > claimed_at)',
  'CHECK (expires_at > claimed_at),
  CHECK (ended IS CASE WHEN state = ''recovered'' OR state = ''failed'' OR state = ''withdrawn''
                       OR state = ''released'' THEN state END),
  CONSTRAINT "what FlexFactor declined is not handed to it"
    CHECK (return_gateway <> provider_gateway)')
  WHERE type = 'table' AND name = 'recovery';
UPDATE sqlite_schema SET sql = replace(sql,
  'hash TEXT',
  'hash TEXT CONSTRAINT "an audit row is a link of the chain" CHECK (hash IS NOT NULL)')
  WHERE type = 'table' AND name = 'audit';
PRAGMA writable_schema = RESET;
DROP TRIGGER flexfactor_sells_nothing;
DROP TRIGGER flexfactor_still_sells_nothing;
DROP TRIGGER audit_chained;

DROP INDEX one_live_recovery;
CREATE UNIQUE INDEX one_live_recovery ON recovery (subscription_key, cycle) WHERE ended IS NULL;
DROP INDEX one_live_recovery_of_sale;
CREATE UNIQUE INDEX one_live_recovery_of_sale ON recovery (sale_key)
  WHERE ended IS NULL AND sale_key IS NOT NULL;
-- A million may wait, and nobody asks for all of those by their state.
DROP INDEX recovery_open;
CREATE INDEX recovery_busy ON recovery (state)
  WHERE ended IS NULL AND state <> 'waiting' AND state <> 'grace';
-- Whatever is in recycle billing was declined, and that has an index.
DROP INDEX subscription_recycling;

-- lessons.md 12: a success is final, whoever writes; the other ends yield only to a late success.
DROP TRIGGER recovered_is_final;
CREATE TRIGGER recovered_is_final BEFORE UPDATE OF ended ON recovery
  WHEN OLD.ended = 'recovered' AND NEW.ended IS NOT OLD.ended
  BEGIN SELECT RAISE (ABORT, 'a recovered recovery is final'); END;
DROP TRIGGER ends_are_final;
CREATE TRIGGER ends_are_final BEFORE UPDATE OF ended ON recovery
  WHEN OLD.ended <> 'recovered' AND NEW.ended IS NOT OLD.ended
       AND NEW.state <> 'recovered' AND NEW.state <> 'parked'
  BEGIN SELECT RAISE (ABORT, 'an ended recovery yields only to a late success'); END;
DROP TRIGGER only_what_ended_is_pruned;
CREATE TRIGGER only_what_ended_is_pruned BEFORE UPDATE OF pruned_at ON recovery
  WHEN OLD.pruned_at IS NOT NULL OR NEW.next_at IS NOT NULL OR NEW.ended IS NULL
  BEGIN SELECT RAISE (ABORT, 'what is open is not pruned'); END;

-- What is due and not handed over, in the order in which it fell due. A scan walks its front, and a
-- claim takes its row away, so that a scan costs what is due and not what is open.
CREATE TABLE due (
  at               INTEGER NOT NULL,
  subscription_key INTEGER NOT NULL,
  PRIMARY KEY (at, subscription_key)
) STRICT, WITHOUT ROWID;
-- What it holds.
CREATE VIEW is_due AS SELECT due_at AS at, key AS subscription_key FROM subscription AS s
  WHERE due_at IS NOT NULL AND status = 'recycle_billing' AND NOT EXISTS (
    SELECT 1 FROM recovery AS r
    WHERE r.subscription_key = s.key AND r.cycle = s.cycle AND r.state <> 'released');
INSERT INTO due SELECT at, subscription_key FROM is_due;
DROP INDEX subscription_due;
CREATE TRIGGER due_as_planned AFTER INSERT ON subscription WHEN NEW.due_at IS NOT NULL
  BEGIN
    INSERT INTO due SELECT at, subscription_key FROM is_due WHERE subscription_key = NEW.key;
  END;
CREATE TRIGGER due_as_planned_anew AFTER UPDATE OF due_at, status, cycle ON subscription
  WHEN OLD.due_at IS NOT NULL OR NEW.due_at IS NOT NULL
  BEGIN
    DELETE FROM due WHERE at = OLD.due_at AND subscription_key = OLD.key;
    INSERT INTO due SELECT at, subscription_key FROM is_due WHERE subscription_key = NEW.key;
  END;
CREATE TRIGGER due_once_released AFTER UPDATE OF ended ON recovery
  WHEN OLD.ended IS 'released' OR NEW.ended IS 'released'
  BEGIN
    DELETE FROM due WHERE subscription_key = NEW.subscription_key
      AND at = (SELECT due_at FROM subscription WHERE key = NEW.subscription_key);
    INSERT INTO due SELECT at, subscription_key FROM is_due
      WHERE subscription_key = NEW.subscription_key;
  END;
