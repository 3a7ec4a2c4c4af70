-- Wait until no other transaction carries out a request with this key, and hold it until this one ends.
-- $1 text  caller    $2 text  key
SELECT pg_advisory_xact_lock(hashtextextended($1::text || chr(31) || $2::text, 0))
