-- No code that exists is ever given again.
SELECT setval('action_number', greatest((SELECT max(number) FROM action), (SELECT last_value FROM action_number)), true)
WHERE EXISTS (SELECT FROM action)
