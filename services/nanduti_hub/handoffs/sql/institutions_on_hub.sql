-- All institutions, and which are on the hub. No binds.
SELECT code, coalesce((convert_from(body, 'UTF8')::json ->> 'on_hub')::boolean, false) AS on_hub FROM institution
