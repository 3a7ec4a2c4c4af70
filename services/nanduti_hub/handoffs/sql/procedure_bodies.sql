-- Versions of the procedure.
-- $1 text[] codes
SELECT code, body FROM procedure WHERE code = ANY($1::text[])
