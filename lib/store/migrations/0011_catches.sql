-- Ceilings: what was claimed today, in the order of the clock.
CREATE INDEX recovery_claimed ON recovery (claimed_at);
-- The breaker: a gateway's last results, oldest first, a letter each (billing/breaker.hpp).
CREATE TABLE recent_results (
  gateway TEXT PRIMARY KEY,
  letters TEXT NOT NULL
) STRICT;
