-- The read-model rows of some actions. Lists of codes come as words: arrays of arrays must not be ragged.
-- $1 text[] id            $2 bigint[] number    $3 text[] code       $4 text[] platform   $5 text[] plan
-- $6 integer[] version    $7 text[] title       $8 text[] axis       $9 text[] kind       $10 text[] status
-- $11 text[] crimes       $12 text[] departments    $13 text[] institutions
-- $14 date[] starts       $15 date[] ends       $16 text[] text to search in               $17 bytea[] body
-- $18 bigint[] budget     $19 text[] external references, each a JSON list    $20 date[] next milestone
INSERT INTO action (id, number, code, platform, plan, version, title, axis, kind, status,
                    crimes, departments, institutions, starts, ends, words, body,
                    budget, external_references, milestone)
SELECT id, number, code, platform, plan, version, title, axis, kind, status,
       string_to_array(crimes, ' '), string_to_array(departments, ' '), string_to_array(institutions, ' '),
       starts, ends, search_vector(words), body,
       budget, ARRAY(SELECT json_array_elements_text(external_references::json)), milestone
FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::integer[], $7::text[], $8::text[],
            $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::date[], $15::date[],
            $16::text[], $17::bytea[], $18::bigint[], $19::text[], $20::date[])
    AS row (id, number, code, platform, plan, version, title, axis, kind, status,
            crimes, departments, institutions, starts, ends, words, body, budget, external_references, milestone)
ON CONFLICT (id) DO UPDATE SET
    platform = excluded.platform, plan = excluded.plan, version = excluded.version, title = excluded.title,
    axis = excluded.axis, kind = excluded.kind, status = excluded.status, crimes = excluded.crimes,
    departments = excluded.departments, institutions = excluded.institutions, starts = excluded.starts,
    ends = excluded.ends, words = excluded.words, body = excluded.body,
    budget = excluded.budget, external_references = excluded.external_references, milestone = excluded.milestone
