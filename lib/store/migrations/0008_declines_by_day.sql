-- The declines of a period, in the order in which they happened: what a backfill walks.
CREATE INDEX subscription_declined ON subscription (declined_at) WHERE declined_at IS NOT NULL;
