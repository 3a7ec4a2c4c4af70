-- The versions of the procedure that there are. No binds.
SELECT code FROM procedure
