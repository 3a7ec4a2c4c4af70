-- Keep an uploaded workbook, and how it was read and compared where that is done already.
-- $1 text id    $2 text plan    $3 text platform    $4 text file name    $5 text SHA-256, hex
-- $6 bytea file    $7 text uploaded by    $8 bytea reading    $9 bytea comparison    $10 text its fingerprint
-- $11 integer the plan's version when it was uploaded; null: now
INSERT INTO import (id, plan, platform, file_name, sha256, content, uploaded_by, reading, compared, fingerprint, plan_version)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, coalesce($11, (SELECT version FROM plan WHERE id = $2)))
