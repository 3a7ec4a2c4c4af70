-- All streams with their states.
SELECT id, version, state FROM stream
