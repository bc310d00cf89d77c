-- mission.md S4, below the program: what FlexFactor recovers goes back to the gateway that declined,
-- which is never FlexFactor's own. Triggers, since a CHECK would mean to make the table anew.
CREATE TRIGGER flexfactor_sells_nothing BEFORE INSERT ON recovery
  WHEN NEW.return_gateway = NEW.provider_gateway
  BEGIN SELECT RAISE (ABORT, 'what FlexFactor declined is not handed to it'); END;
CREATE TRIGGER flexfactor_still_sells_nothing
  BEFORE UPDATE OF return_gateway, provider_gateway ON recovery
  WHEN NEW.return_gateway = NEW.provider_gateway
  BEGIN SELECT RAISE (ABORT, 'what FlexFactor declined is not handed to it'); END;

-- What is held because nobody said whether its decline is soft or hard: few, and listed by status.
CREATE INDEX subscription_held ON subscription (not_taken)
  WHERE not_taken = 'unclassified_decline';
CREATE INDEX sale_without_class ON sale (status)
  WHERE status = 'declined' AND decline_class IS NULL;

-- What a dry run said, so that `--plan DIGEST` can run that and name what has changed since.
CREATE TABLE dry_run (
  digest  TEXT    NOT NULL PRIMARY KEY,
  made_at INTEGER NOT NULL,
  content TEXT    NOT NULL
) STRICT;
