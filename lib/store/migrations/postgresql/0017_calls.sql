-- As migration 0017 of SQLite. The key of a worker is never given again: what he holds, nobody can
-- take for his own after him.
DELETE FROM worker; -- an older program does not know of calls: whoever is of one is not there any more
CREATE TABLE call (
  recovery_key bigint PRIMARY KEY REFERENCES recovery (key),
  worker_key   bigint NOT NULL
);
INSERT INTO call
  SELECT r.key, 0 FROM recovery AS r,
    (SELECT coalesce((SELECT value FROM meta WHERE name = 'calls'), 'any') AS note) AS noted
  WHERE r.state = 'intended' AND r.step <> 'none'
    AND r.ended IS NULL AND r.state <> 'waiting' AND r.state <> 'grace'
    AND ((note = 'any' AND r.next_at <= server_now()) OR strpos(' ' || note, ' ' || r.key || ' ') > 0);
DELETE FROM meta WHERE name = 'calls';

-- A commit whose answer was lost, and that was not kept when its worker asked, is not kept later either.
CREATE OR REPLACE FUNCTION renew(worker_key bigint, new_commits bigint, lease bigint) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  UPDATE worker SET commits = new_commits, alive_until = server_now() + lease
    WHERE key = worker_key AND commits < new_commits;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'this process was taken for dead, and its place is another''s'
      USING ERRCODE = 'RC001';
  END IF;
END $$;

-- Several work on one ledger. Each has a place among those that are there, the lowest that is free.
ALTER TABLE worker ADD COLUMN place bigint NOT NULL DEFAULT 0;

-- What counts what was claimed before, for a card or for a day, waits here for the others that do:
-- at 0 for the day's, and for a card's at its part.
CREATE TABLE guard (key bigint PRIMARY KEY);
INSERT INTO guard SELECT generate_series(0, 64);

CREATE FUNCTION part_of_card(token text) RETURNS bigint LANGUAGE sql IMMUTABLE AS
  $$ SELECT 1 + get_byte(sha256(convert_to(token, 'UTF8')), 0)::bigint % 64 $$;

-- What is due is scanned in the same parts: of several each takes one that is free.
CREATE OR REPLACE VIEW is_due AS
  SELECT due_at AS at, key AS subscription_key, part_of_card(card_token) AS part
  FROM subscription AS s
  WHERE due_at IS NOT NULL AND status = 'recycle_billing' AND NOT EXISTS (
    SELECT 1 FROM recovery AS r
    WHERE r.subscription_key = s.key AND r.cycle = s.cycle AND r.state <> 'released');
DROP TABLE due;
CREATE TABLE due (
  at               bigint NOT NULL,
  subscription_key bigint NOT NULL UNIQUE,
  part             bigint NOT NULL,
  PRIMARY KEY (part, at, subscription_key)
);
INSERT INTO due SELECT at, subscription_key, part FROM is_due;

CREATE OR REPLACE FUNCTION due_as_planned() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    DELETE FROM due WHERE subscription_key = OLD.key;
  END IF;
  INSERT INTO due SELECT at, subscription_key, part FROM is_due WHERE subscription_key = NEW.key;
  RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION due_once_released() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM due WHERE subscription_key = NEW.subscription_key;
  INSERT INTO due SELECT at, subscription_key, part FROM is_due
    WHERE subscription_key = NEW.subscription_key;
  RETURN NULL;
END $$;

-- What the breaker goes by is of each place.
ALTER TABLE recent_results ADD COLUMN place bigint NOT NULL DEFAULT 0;
ALTER TABLE recent_results DROP CONSTRAINT recent_results_pkey;
ALTER TABLE recent_results ADD PRIMARY KEY (gateway, place);

-- Who carries events to a sink.
CREATE TABLE relay (
  sink       text COLLATE "C" PRIMARY KEY,
  worker_key bigint NOT NULL
);
