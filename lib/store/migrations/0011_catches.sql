-- Ceilings: what was claimed today, in the order of the clock, summed from the index alone.
CREATE INDEX recovery_claimed ON recovery (claimed_at, kind, currency, amount);
-- The breaker: a gateway's last results, oldest first, a letter each (billing/breaker.hpp).
CREATE TABLE recent_results (
  gateway TEXT PRIMARY KEY,
  letters TEXT NOT NULL
) STRICT;
-- Where nothing was ever handed over, no call is in doubt (engine/recover.hpp).
INSERT INTO meta (name, value) SELECT 'calls', ''
  WHERE NOT EXISTS (SELECT 1 FROM recovery) ON CONFLICT DO NOTHING;
