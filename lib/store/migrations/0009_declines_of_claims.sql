-- The decline that a recovery was claimed for, as the merchant had said it by then: the report counts
-- by it, and an import overwrites what the subscription or sale says. The requests of older claims
-- carry theirs.
ALTER TABLE recovery ADD COLUMN decline_code TEXT NOT NULL DEFAULT '';
ALTER TABLE recovery ADD COLUMN decline_message TEXT NOT NULL DEFAULT '';
UPDATE recovery SET
  decline_code = coalesce(json_extract(body, '$.transaction.responseCode'), ''),
  decline_message = coalesce(json_extract(body, '$.transaction.responseDescription'), '')
  FROM request WHERE recovery_key = recovery.key AND json_valid(body);
