-- Wait for whoever is changing who the stewards are; held until the transaction ends.
SELECT pg_advisory_xact_lock(hashtext('nanduti.stewards'))
