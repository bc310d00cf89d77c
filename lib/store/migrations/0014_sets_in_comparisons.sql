-- For each IN of three constants or more SQLite makes a table of its own, at each row that is written.
-- The closed sets, and what the indexes and triggers hold for live or ended, say the same in
-- comparisons. Of the tables the text alone changes, not what is stored: sqlite.org, "ALTER TABLE",
-- says how.
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(sql,
  'result IN (''applied'', ''ignored'', ''unmatched'', ''failed'',
                           ''unreadable'')',
  'result = ''applied'' OR result = ''ignored'' OR result = ''unmatched''
    OR result = ''failed'' OR result = ''unreadable''')
  WHERE type = 'table' AND name = 'callback';
UPDATE sqlite_schema SET sql = replace(sql,
  'state IN (''waiting'', ''delivered'', ''dead'')',
  'state = ''waiting'' OR state = ''delivered'' OR state = ''dead''')
  WHERE type = 'table' AND name = 'delivery';
UPDATE sqlite_schema SET sql = replace(sql,
  'result IN (''applied'', ''ignored'', ''unmatched'', ''failed'',
                         ''unreadable'')',
  'result = ''applied'' OR result = ''ignored'' OR result = ''unmatched''
    OR result = ''failed'' OR result = ''unreadable''')
  WHERE type = 'table' AND name = 'inbox';
UPDATE sqlite_schema SET sql = replace(sql,
  'kind IN (''recycle'', ''rerun'', ''cascade'')',
  'kind = ''recycle'' OR kind = ''rerun'' OR kind = ''cascade''')
  WHERE type = 'table' AND name = 'recovery';
UPDATE sqlite_schema SET sql = replace(sql,
  'state IN (''intended'', ''unknown'', ''waiting'', ''grace'',
                             ''withdrawing'', ''parked'', ''recovered'', ''failed'', ''withdrawn'',
                             ''released'')',
  'state = ''intended'' OR state = ''unknown'' OR state = ''waiting'' OR state = ''grace''
    OR state = ''withdrawing'' OR state = ''parked'' OR state = ''recovered''
    OR state = ''failed'' OR state = ''withdrawn'' OR state = ''released''')
  WHERE type = 'table' AND name = 'recovery';
UPDATE sqlite_schema SET sql = replace(sql,
  'step IN (''none'', ''send'', ''inquire'', ''cancel'',
                             ''external_cancel'', ''refund'')',
  'step = ''none'' OR step = ''send'' OR step = ''inquire'' OR step = ''cancel''
    OR step = ''external_cancel'' OR step = ''refund''')
  WHERE type = 'table' AND name = 'recovery';
UPDATE sqlite_schema SET sql = replace(sql,
  'status IN (''partial'', ''pending'', ''complete'', ''declined'',
                            ''refunded'', ''cancelled'')',
  'status = ''partial'' OR status = ''pending'' OR status = ''complete''
    OR status = ''declined'' OR status = ''refunded'' OR status = ''cancelled''')
  WHERE type = 'table' AND name = 'sale';
UPDATE sqlite_schema SET sql = replace(sql,
  'status IN (''trial'', ''active'', ''paused'',
                             ''recycle_billing'', ''recycle_failed'', ''complete'', ''cancelled'')',
  'status = ''trial'' OR status = ''active'' OR status = ''paused''
    OR status = ''recycle_billing'' OR status = ''recycle_failed''
    OR status = ''complete'' OR status = ''cancelled''')
  WHERE type = 'table' AND name = 'subscription';
PRAGMA writable_schema = RESET;

DROP INDEX one_live_recovery;
CREATE UNIQUE INDEX one_live_recovery ON recovery (subscription_key, cycle)
  WHERE state <> 'recovered' AND state <> 'failed' AND state <> 'withdrawn' AND state <> 'released';
DROP INDEX one_live_recovery_of_sale;
CREATE UNIQUE INDEX one_live_recovery_of_sale ON recovery (sale_key)
  WHERE state <> 'recovered' AND state <> 'failed' AND state <> 'withdrawn' AND state <> 'released';
DROP INDEX recovery_open;
CREATE INDEX recovery_open ON recovery (state)
  WHERE state <> 'recovered' AND state <> 'failed' AND state <> 'withdrawn' AND state <> 'released';
-- Hardly any has one.
DROP INDEX recovery_of_sale;
CREATE INDEX recovery_of_sale ON recovery (sale_key) WHERE sale_key IS NOT NULL;

DROP TRIGGER ends_are_final;
CREATE TRIGGER ends_are_final BEFORE UPDATE OF state ON recovery
  WHEN (OLD.state = 'failed' OR OLD.state = 'withdrawn' OR OLD.state = 'released')
       AND NEW.state <> OLD.state AND NEW.state <> 'recovered' AND NEW.state <> 'parked'
  BEGIN SELECT RAISE (ABORT, 'an ended recovery yields only to a late success'); END;
DROP TRIGGER only_what_ended_is_pruned;
CREATE TRIGGER only_what_ended_is_pruned BEFORE UPDATE OF pruned_at ON recovery
  WHEN OLD.pruned_at IS NOT NULL OR NEW.next_at IS NOT NULL
       OR (NEW.state <> 'recovered' AND NEW.state <> 'failed' AND NEW.state <> 'withdrawn' AND NEW.state <> 'released')
  BEGIN SELECT RAISE (ABORT, 'what is open is not pruned'); END;
