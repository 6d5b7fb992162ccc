-- PostgreSQL, step 1: versions, dialogs (the table of OpenSIPS, version 11), and what that table cannot hold.
-- By hand: psql -1 -v ON_ERROR_STOP=1 -f 001-dialog.sql parley. A table that is there already stays as it is.

CREATE TABLE IF NOT EXISTS version (
    table_name VARCHAR(32) NOT NULL,
    table_version INTEGER DEFAULT 0 NOT NULL,
    UNIQUE (table_name)
);

CREATE TABLE IF NOT EXISTS dialog (
    dlg_id BIGINT PRIMARY KEY NOT NULL,
    callid VARCHAR(255) NOT NULL,
    from_uri VARCHAR(255) NOT NULL,
    from_tag VARCHAR(64) NOT NULL,
    to_uri VARCHAR(255) NOT NULL,
    to_tag VARCHAR(64) NOT NULL,
    mangled_from_uri VARCHAR(64) DEFAULT NULL,
    mangled_to_uri VARCHAR(64) DEFAULT NULL,
    caller_cseq VARCHAR(11) NOT NULL,
    callee_cseq VARCHAR(11) NOT NULL,
    caller_ping_cseq INTEGER NOT NULL,
    callee_ping_cseq INTEGER NOT NULL,
    caller_route_set TEXT,
    callee_route_set TEXT,
    caller_contact VARCHAR(255) DEFAULT NULL,
    callee_contact VARCHAR(255) DEFAULT NULL,
    caller_sock VARCHAR(64) NOT NULL,
    callee_sock VARCHAR(64) NOT NULL,
    state INTEGER NOT NULL,
    start_time INTEGER NOT NULL,
    timeout INTEGER NOT NULL,
    vars BYTEA DEFAULT NULL,
    profiles TEXT DEFAULT NULL,
    script_flags INTEGER DEFAULT 0 NOT NULL,
    module_flags INTEGER DEFAULT 0 NOT NULL,
    flags INTEGER DEFAULT 0 NOT NULL,
    rt_on_answer VARCHAR(64) DEFAULT NULL,
    rt_on_timeout VARCHAR(64) DEFAULT NULL,
    rt_on_hangup VARCHAR(64) DEFAULT NULL
);

-- details: JSON, of the dialog whose Call-ID has this hash. overflow: a whole row that the table dialog would not keep as it is; such a dialog has no
-- row there, and overflow_hash is the hash again, to find it by.
CREATE TABLE IF NOT EXISTS parley_dialog (
    dlg_id BIGINT PRIMARY KEY NOT NULL,
    node VARCHAR(64) DEFAULT NULL,
    written BIGINT NOT NULL,
    details TEXT DEFAULT NULL,
    call_hash BIGINT NOT NULL,
    overflow_hash BIGINT DEFAULT NULL,
    overflow BYTEA DEFAULT NULL
);

CREATE INDEX IF NOT EXISTS parley_dialog_overflow_hash ON parley_dialog (overflow_hash) WHERE overflow_hash IS NOT NULL;

INSERT INTO version (table_name, table_version) VALUES ('dialog', 11) ON CONFLICT DO NOTHING;
INSERT INTO version (table_name, table_version) VALUES ('parley_dialog', 1) ON CONFLICT DO NOTHING;
INSERT INTO version (table_name, table_version) VALUES ('parley', 1) ON CONFLICT (table_name) DO UPDATE SET table_version = 1 WHERE version.table_version < 1;
