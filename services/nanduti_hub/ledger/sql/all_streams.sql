-- All streams with their states, and whose they are.
SELECT id, version, state, owner FROM stream
