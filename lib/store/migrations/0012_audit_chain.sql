-- Each audit row with a hash over itself and the row before it (ports/audit_chain.hpp), so that one
-- that was changed or taken out shows; and where the chain ends, so that a missing end does. Rows of
-- older ledgers get theirs when such a ledger is first opened. A claim's row also has the digest of
-- what was claimed.
ALTER TABLE audit ADD COLUMN claim TEXT NOT NULL DEFAULT '';
ALTER TABLE audit ADD COLUMN hash TEXT;

CREATE TABLE audit_head (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  rows INTEGER NOT NULL CHECK (rows >= 1),
  hash TEXT    NOT NULL
) STRICT;

DROP TRIGGER audit_append_only;
CREATE TRIGGER audit_append_only BEFORE UPDATE ON audit WHEN OLD.hash IS NOT NULL
  BEGIN SELECT RAISE (ABORT, 'audit rows are append-only'); END;
CREATE TRIGGER audit_chained BEFORE INSERT ON audit WHEN NEW.hash IS NULL
  BEGIN SELECT RAISE (ABORT, 'an audit row is a link of the chain'); END;
