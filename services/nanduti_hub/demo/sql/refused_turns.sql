-- How often each institution was refused an offer, because the procedure does not let the receiver have it.
SELECT scope AS institution, count(*) AS refused FROM audit
WHERE code = 'not_competent' AND scope IS NOT NULL
GROUP BY scope
