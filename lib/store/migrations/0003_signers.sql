-- The gateways whose key signed a callback, one a line: it counts for their orders alone. Empty for
-- those that came before this was kept.
ALTER TABLE callback ADD COLUMN signers TEXT NOT NULL DEFAULT '';
