-- The kill switch: what was said about it, and by whom. The newest row of a gateway is how it stands.
CREATE TABLE pause (
  key     INTEGER PRIMARY KEY,
  at      INTEGER NOT NULL,
  word    TEXT    NOT NULL CHECK (word IN ('paused', 'resumed')),
  gateway TEXT    NOT NULL,
  said_by TEXT    NOT NULL,
  reason  TEXT    NOT NULL
) STRICT;
CREATE INDEX pause_of ON pause (gateway, key);
CREATE TRIGGER pause_kept BEFORE DELETE ON pause
  BEGIN SELECT RAISE (ABORT, 'pauses are append-only'); END;
CREATE TRIGGER pause_unchanged BEFORE UPDATE ON pause
  BEGIN SELECT RAISE (ABORT, 'pauses are append-only'); END;
