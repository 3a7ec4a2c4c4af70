-- Whether anybody could sign in or has been invited.
SELECT EXISTS (SELECT FROM person WHERE removed_at IS NULL)
