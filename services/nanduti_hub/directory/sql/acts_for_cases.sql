-- Whether an institution holds an open track of a case, or acts for one that does.
-- $1  text  institution
SELECT acts_for_cases($1)
