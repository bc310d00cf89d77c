-- Who holds which call: from before it can leave until what came of it is kept. It takes the place of
-- one note about all of them, of which the ledger's last process may have left one.
CREATE TABLE call (
  recovery_key INTEGER PRIMARY KEY REFERENCES recovery (key),
  worker_key   INTEGER NOT NULL
) STRICT;
INSERT INTO call
  SELECT r.key, 1 FROM recovery AS r,
    (SELECT coalesce((SELECT value FROM meta WHERE name = 'calls'), 'any') AS note)
  WHERE r.state = 'intended' AND r.step <> 'none'
    AND r.ended IS NULL AND r.state <> 'waiting' AND r.state <> 'grace'
    AND ((note = 'any' AND r.next_at <= unixepoch() * 1000) OR instr(' ' || note, ' ' || r.key || ' ') > 0);
UPDATE meta SET name = 'adoption', value = 'begun' WHERE name = 'calls' AND value = 'adopted';
DELETE FROM meta WHERE name = 'calls';
