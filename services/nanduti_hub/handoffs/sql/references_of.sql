-- What an institution calls some cases.
-- $1 text[] the cases    $2 text the institution
SELECT case_id, reference FROM case_reference WHERE case_id = ANY($1::text[]) AND first = $2 AND second = $2
