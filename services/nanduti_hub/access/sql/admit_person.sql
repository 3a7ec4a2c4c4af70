-- Let in whom a provider vouches for; null where the person has been removed here.
-- $1 text id if new    $2 text issuer    $3 text subject    $4 text name    $5 text home    $6 json roles or null
SELECT admit_person($1, $2, $3, $4, $5, $6)
