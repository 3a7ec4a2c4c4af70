-- The directory as it stands. Each row is what the events of its stream say; `body` is the entity as JSON.

CREATE TABLE department (code text PRIMARY KEY, version integer NOT NULL, body bytea NOT NULL);
CREATE TABLE institution (code text PRIMARY KEY, version integer NOT NULL, body bytea NOT NULL);
CREATE TABLE platform (code text PRIMARY KEY, version integer NOT NULL, body bytea NOT NULL);
CREATE TABLE seat (
    platform    text NOT NULL,
    institution text NOT NULL,
    version     integer NOT NULL,
    body        bytea NOT NULL,
    PRIMARY KEY (platform, institution)
);

GRANT SELECT, INSERT, UPDATE ON department, institution, platform, seat TO nanduti_app, nanduti_worker;
