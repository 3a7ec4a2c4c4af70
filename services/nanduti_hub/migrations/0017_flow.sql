-- How many cases passed, week by week and platform by platform: what was published, which is suppressed already.
--
-- Rule: what stands here was frozen when its week had ended. Nobody changes or deletes it, the hub itself neither;
-- every member reads it.

CREATE TABLE flow_week (
    platform text COLLATE "C" NOT NULL,
    week     date NOT NULL CHECK (extract(isodow FROM week) = 1),
    cells    bytea NOT NULL,
    PRIMARY KEY (platform, week)
);
CREATE INDEX flow_week_in_order ON flow_week (week, platform);

GRANT SELECT ON flow_week TO nanduti_app;
GRANT SELECT, INSERT ON flow_week TO nanduti_worker;

ALTER TABLE flow_week ENABLE ROW LEVEL SECURITY;
CREATE POLICY everything ON flow_week TO nanduti_worker USING (true);
CREATE POLICY of_all ON flow_week FOR SELECT TO nanduti_app USING (is_known());
