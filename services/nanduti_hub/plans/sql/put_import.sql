-- Keep an uploaded workbook and how it was read.
-- $1 text id    $2 text plan    $3 text platform    $4 text file name    $5 text SHA-256, hex
-- $6 bytea file    $7 bytea reading, JSON    $8 text uploaded by
INSERT INTO import (id, plan, platform, file_name, sha256, content, reading, uploaded_by)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
