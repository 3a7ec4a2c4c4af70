-- Use up a step of a person's second factor; null where it, or a later one, is used up.
-- $1 text person    $2 bigint step
SELECT take_totp_step($1, $2)
