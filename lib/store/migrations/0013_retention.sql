-- What ended long ago loses what it no longer needs: a hand-over its request and what its calls
-- answered, a callback its headers and body. The rows stay, each with the instant at which it was
-- pruned.
ALTER TABLE recovery ADD COLUMN pruned_at INTEGER;
ALTER TABLE callback ADD COLUMN pruned_at INTEGER;
CREATE INDEX recovery_to_prune ON recovery (settled_at)
  WHERE settled_at IS NOT NULL AND pruned_at IS NULL;
CREATE INDEX callback_to_prune ON callback (received_at) WHERE pruned_at IS NULL;
CREATE INDEX outbox_of ON outbox (recovery_key) WHERE recovery_key IS NOT NULL;

CREATE TRIGGER only_what_ended_is_pruned BEFORE UPDATE OF pruned_at ON recovery
  WHEN OLD.pruned_at IS NOT NULL OR NEW.next_at IS NOT NULL
       OR NEW.state NOT IN ('recovered', 'failed', 'withdrawn', 'released')
  BEGIN SELECT RAISE (ABORT, 'what is open is not pruned'); END;
