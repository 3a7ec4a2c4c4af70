-- The answer that a key had.
-- $1 text  caller    $2 text  key
SELECT request_hash, status, headers, body FROM idempotency WHERE caller = $1 AND key = $2
