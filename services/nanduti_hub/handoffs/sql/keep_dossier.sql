-- Keep a sealed dossier, in the place of the one before, if it is the one that its handoff tells of.
-- $1 text handoff    $2 bytea ciphertext
SELECT keep_dossier($1, $2)
