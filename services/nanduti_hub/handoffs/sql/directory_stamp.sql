-- What changes whenever an institution, its keys, a department or the procedure do: versions only grow, and no row goes.
-- No binds.
SELECT (SELECT count(*) FROM institution) AS institutions,
       (SELECT coalesce(sum(version), 0) FROM institution) AS institution_versions,
       (SELECT count(*) FROM department) AS departments,
       (SELECT coalesce(sum(version), 0) FROM department) AS department_versions,
       (SELECT count(*) FROM recipients) AS recipients,
       (SELECT coalesce(sum(version), 0) FROM recipients) AS recipient_versions,
       (SELECT count(*) FROM procedure) AS procedures
