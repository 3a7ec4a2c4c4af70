-- What a sign-in to an account is compared with.
-- $1 text home    $2 text login
SELECT * FROM secrets_of($1, $2)
