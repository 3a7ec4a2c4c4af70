-- Whether there is another steward, invited or active.
-- $1 text id of the person who is not counted
SELECT EXISTS (
    SELECT FROM person p JOIN person_role r ON r.person = p.id
    WHERE r.role = 'steward' AND p.removed_at IS NULL AND p.id <> $1
)
