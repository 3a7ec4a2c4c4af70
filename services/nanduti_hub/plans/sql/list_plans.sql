-- Plans, of one platform or of all, with the number of their actions.
-- $1 text platform or null    $2 text id
SELECT plan.version, plan.body, (SELECT count(*) FROM action WHERE action.plan = plan.id) AS actions
FROM plan
WHERE ($1::text IS NULL OR plan.platform = $1) AND ($2::text IS NULL OR plan.id = $2)
ORDER BY plan.platform, plan.id
