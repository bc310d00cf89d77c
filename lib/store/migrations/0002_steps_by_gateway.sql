-- Each gateway has a queue of its own, so that one that rests holds up no other.
DROP INDEX recovery_step;
CREATE INDEX recovery_step ON recovery (provider_gateway, next_at) WHERE next_at IS NOT NULL;
