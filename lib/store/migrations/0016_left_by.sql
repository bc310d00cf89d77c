-- By when all requests that may have left had done so: a look for an order whose id never came goes
-- through FlexFactor's list no further. Of older ones nobody knows.
ALTER TABLE recovery ADD COLUMN left_by INTEGER;
