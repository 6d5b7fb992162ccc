-- PostgreSQL, step 2: registered contacts (the table of OpenSIPS, version 1013), and what that table cannot hold.
-- By hand, after step 1: psql -1 -v ON_ERROR_STOP=1 -f 002-location.sql parley. A table that is there already stays as it is.

CREATE TABLE IF NOT EXISTS location (
    contact_id BIGSERIAL PRIMARY KEY NOT NULL,
    username VARCHAR(64) DEFAULT '' NOT NULL,
    domain VARCHAR(64) DEFAULT NULL,
    contact TEXT NOT NULL,
    received VARCHAR(255) DEFAULT NULL,
    path VARCHAR(255) DEFAULT NULL,
    expires INTEGER NOT NULL,
    q REAL DEFAULT 1.0 NOT NULL,
    callid VARCHAR(255) DEFAULT 'Default-Call-ID' NOT NULL,
    cseq INTEGER DEFAULT 13 NOT NULL,
    last_modified TIMESTAMP WITHOUT TIME ZONE DEFAULT '1900-01-01 00:00:01' NOT NULL,
    flags INTEGER DEFAULT 0 NOT NULL,
    cflags VARCHAR(255) DEFAULT NULL,
    user_agent VARCHAR(255) DEFAULT '' NOT NULL,
    socket VARCHAR(64) DEFAULT NULL,
    methods INTEGER DEFAULT NULL,
    sip_instance VARCHAR(255) DEFAULT NULL,
    kv_store TEXT DEFAULT NULL,
    attr VARCHAR(255) DEFAULT NULL
);

-- details: JSON, of the contact beside. overflow: JSON of a whole contact that the table location would not keep as it is, and that has no row there.
CREATE TABLE IF NOT EXISTS parley_location (
    contact_id BIGINT PRIMARY KEY NOT NULL,
    node VARCHAR(64) DEFAULT NULL,
    details TEXT DEFAULT NULL,
    overflow TEXT DEFAULT NULL
);

INSERT INTO version (table_name, table_version) VALUES ('location', 1013) ON CONFLICT DO NOTHING;
INSERT INTO version (table_name, table_version) VALUES ('parley_location', 1) ON CONFLICT DO NOTHING;
INSERT INTO version (table_name, table_version) VALUES ('parley', 2) ON CONFLICT (table_name) DO UPDATE SET table_version = 2 WHERE version.table_version < 2;
