-- When the first case was opened.
SELECT min(opened_at) FROM case_file
