-- The sealed dossier of a handoff, to whom it is released.
-- $1 text handoff
SELECT ciphertext FROM dossier WHERE handoff = $1
