-- API tokens. Only the SHA-256 of a token is kept: it is random, so a slow hash would protect nothing.

CREATE TABLE token (
    id         text PRIMARY KEY,
    sha256     bytea NOT NULL UNIQUE CHECK (octet_length(sha256) = 32),
    name       text NOT NULL,
    role       text NOT NULL,
    scope      text NOT NULL CHECK (scope = '*' OR scope ~ '^[a-z0-9_]{2,16}$'),
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz,
    revoked_at timestamptz
);

GRANT SELECT, INSERT, UPDATE ON token TO nanduti_app;
