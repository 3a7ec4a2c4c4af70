-- Whether there is any case.
SELECT EXISTS (SELECT FROM case_file)
