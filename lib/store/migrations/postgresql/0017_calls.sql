-- As migration 0017 of SQLite. The key of a worker is never given again: what he holds, nobody can
-- take for his own after him.
CREATE TABLE call (
  recovery_key bigint PRIMARY KEY REFERENCES recovery (key),
  worker_key   bigint NOT NULL
);
INSERT INTO call
  SELECT r.key, 0 FROM recovery AS r,
    (SELECT coalesce((SELECT value FROM meta WHERE name = 'calls'), 'any') AS note) AS noted
  WHERE r.state = 'intended' AND r.step <> 'none'
    AND (note = 'any' OR strpos(' ' || note, ' ' || r.key || ' ') > 0);
DELETE FROM meta WHERE name = 'calls';
