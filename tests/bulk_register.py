"""A large synthetic register in seconds: rows made in the database itself, as its owner, for plans and speeds.

The shares are those of a register that has run for some years: eight platforms, forty plans, thirty institutions,
every second action changed since it was planned. What the rows say is consistent: the columns of `action`, its body,
its events and the register's head. Absent: the streams' states, so nothing can be commanded.
"""

import asyncpg

#: The last event was recorded this long ago, the first one so long.
NEWEST, OLDEST = "1 day", "400 days"
#: What the searches ask for: words of some actions only.
RARE_WORD, COMMON_WORD = "yerbal", "inspectores"
PLAN = "01900000-0000-7000-8000-{:012x}"

# What an action is, from its number alone: its values are spread, so that they do not fall into step.
_SPREAD = """
CREATE FUNCTION pg_temp.spread(n integer, of integer) RETURNS integer LANGUAGE sql IMMUTABLE
RETURN abs(hashint4(n * 16 + of) % 1000000)
"""
_ROWS = """
CREATE TEMPORARY TABLE bulk AS
SELECT n AS number,
       '01910000-0000-7000-8000-' || lpad(to_hex(n), 12, '0') AS id,
       'ACC-2026-' || lpad(n::text, greatest(4, length(n::text)), '0') AS code,
       (ARRAY['conaeti','contrafor','mesa','mesa_neembucu','mesa_boqueron','mesa_itapua','mesa_guaira','mesa_caaguazu'])
           [1 + n % 40 % 8] AS platform,
       '01900000-0000-7000-8000-' || lpad(to_hex(n % 40), 12, '0') AS plan,
       CASE WHEN n % 2 = 0 THEN 2 ELSE 1 END AS version,
       (ARRAY['Capacitar a inspectores', 'Campaña radial', 'Inspección en estancias', 'Boletín estadístico',
              'Protocolo de derivación'])[1 + n % 5] || ', grupo sintético ' || n
           || CASE WHEN n % 1009 = 0 THEN ' en el yerbal' ELSE '' END AS title,
       (ARRAY['FOR','PRE','DET','ATE','SAN'])[1 + pg_temp.spread(n, 1) % 5] AS axis,
       (ARRAY['training','awareness','norm','coordination','inspection','care','research','equipment','other'])
           [1 + pg_temp.spread(n, 2) % 9] AS kind,
       (ARRAY['planned','planned','in_progress','in_progress','completed','completed','completed','suspended',
              'cancelled','planned'])[1 + pg_temp.spread(n, 3) % 10] AS status,
       (ARRAY['child_labor','forced_labor','trafficking'])[1 + pg_temp.spread(n, 4) % 3 : 1 + pg_temp.spread(n, 4) % 3 + pg_temp.spread(n, 5) % 7 / 6] AS crimes,
       CASE WHEN n % 10 = 0 THEN '{}' ELSE ARRAY['PY-' || 1 + pg_temp.spread(n, 6) % 17] END::text[] AS departments,
       ARRAY['s_inst_' || pg_temp.spread(n, 7) % 30, 's_inst_' || (pg_temp.spread(n, 7) + 1 + pg_temp.spread(n, 8) % 20) % 30] AS institutions,
       date '2026-01-01' + pg_temp.spread(n, 9) % 300 AS starts,
       current_date - 200 + pg_temp.spread(n, 10) % 900 AS ends,
       CASE WHEN n % 4 > 0 THEN n * 1000 END AS budget,
       CASE WHEN n % 50 = 0 THEN ARRAY['simore', 'simore:' || n % 1000 || '.1'] ELSE '{}' END AS external_references,
       CASE WHEN n % 5 = 0 THEN current_date - 30 + pg_temp.spread(n, 11) % 365 END AS milestone,
       NULL::bytea AS body
FROM generate_series(1, $1::integer) AS n
"""
_BODIES = """
UPDATE bulk SET body = convert_to(json_build_object(
    'id', id, 'code', code, 'platform', platform, 'plan', plan, 'title', title,
    'description', repeat('Descripción sintética sin relación con ningún plan. ', 5), 'crimes', crimes,
    'axis', axis, 'objective', 'Fortalecer la coordinación entre instituciones (texto sintético).',
    'kind', kind, 'departments', departments, 'lead', institutions[1], 'collaborators', institutions[2:],
    'start', starts, 'end', ends,
    'milestones', CASE WHEN milestone IS NULL THEN '[]'::json ELSE
        json_build_array(json_build_object('number', 1, 'title', 'Hito sintético', 'due', milestone, 'done', NULL)) END,
    'indicators', json_build_array(json_build_object('number', 1, 'text', 'Personas capacitadas', 'unit', 'personas',
                                                     'target', 40, 'reports', '[]'::json)),
    'budget', budget, 'status', status, 'progress', number % 101,
    'external_references', CASE WHEN external_references = '{}' THEN '[]'::json ELSE
        json_build_array(json_build_object('kind', 'simore', 'value', split_part(external_references[2], ':', 2))) END
)::text, 'UTF8')
"""
_ACTIONS = """
INSERT INTO action (id, number, code, platform, plan, version, title, axis, kind, status, crimes, departments,
                    institutions, starts, ends, words, body, budget, external_references, milestone)
SELECT id, number, code, platform, plan, version, title, axis, kind, status, crimes, departments,
       institutions, starts, ends, search_vector(code || ' ' || title), body, budget, external_references, milestone
FROM bulk ORDER BY number
"""
_EVENTS = """
INSERT INTO event (seq, recorded_at, stream, version, type, subject, audience, body)
SELECT row_number() OVER earlier,
       now() - $1::text::interval + ($1::text::interval - $2::text::interval) * (row_number() OVER earlier - 1)
           / (SELECT count(*) + count(*) FILTER (WHERE version = 2) FROM bulk),
       'action:' || id, step, type, 'nanduti.v1.action.' || platform || split_part(type, 'action', 2) || '.' || id, '*',
       convert_to('{"specversion":"1.0","id":"01920000-0000-7000-8000-' || lpad(to_hex(number * 2 + step), 12, '0')
           || '","source":"urn:nanduti:test","type":"' || type || '","subject":"nanduti.v1.action","time":"2026-01-01T00:00:00Z",'
           || '"datacontenttype":"application/json","data":{"version":' || step || ',"action":'
           || convert_from(body, 'UTF8') || ',"changes":' || CASE step WHEN 1 THEN '[]' ELSE
           '[{"field":"progress","before":0}]' END || '}}', 'UTF8')
FROM bulk, LATERAL (SELECT 1 AS step, 'nanduti.action.planned.v1' AS type
                    UNION ALL SELECT 2, 'nanduti.action.progress_reported.v1' WHERE version = 2) AS steps
WINDOW earlier AS (ORDER BY step, number)
"""
_HEAD_OF_REGISTER = """
INSERT INTO register_head (action_id, seq, body)
SELECT split_part(stream, ':', 2), seq, body
FROM (SELECT DISTINCT ON (stream) stream, seq, body FROM event ORDER BY stream, version DESC) AS latest
"""
_HEAD_OF_LEDGER = """
UPDATE ledger_head SET seq = last.seq, recorded_at = last.recorded_at
FROM (SELECT seq, recorded_at FROM event ORDER BY seq DESC LIMIT 1) AS last
"""


async def fill(owner: asyncpg.Connection, count: int) -> None:
    """So many actions, into a database that has none, and the statistics that the planner goes by."""
    async with owner.transaction():
        for statement, *binds in (
            (_SPREAD,),
            (_ROWS, count),
            (_BODIES,),
            (_ACTIONS,),
            (_EVENTS, OLDEST, NEWEST),
            (_HEAD_OF_REGISTER,),
            (_HEAD_OF_LEDGER,),
            ("DROP TABLE bulk",),
        ):
            await owner.execute(statement, *binds)
    await owner.execute("VACUUM ANALYZE")
