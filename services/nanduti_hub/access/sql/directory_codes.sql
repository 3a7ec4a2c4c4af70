-- The codes for which somebody can have a role.
SELECT ARRAY(SELECT code FROM platform) AS platforms, ARRAY(SELECT code FROM institution) AS institutions
