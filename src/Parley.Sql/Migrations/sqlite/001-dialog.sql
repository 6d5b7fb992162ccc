-- SQLite, step 1: versions, dialogs (the table of OpenSIPS, version 11), and what that table cannot hold.
-- By hand: sqlite3 parley.db < 001-dialog.sql. A table that is there already stays as it is.

CREATE TABLE IF NOT EXISTS version (
    table_name CHAR(32) NOT NULL,
    table_version INTEGER DEFAULT 0 NOT NULL,
    UNIQUE (table_name)
);

CREATE TABLE IF NOT EXISTS dialog (
    dlg_id BIGINT(10) PRIMARY KEY NOT NULL,
    callid CHAR(255) NOT NULL,
    from_uri CHAR(255) NOT NULL,
    from_tag CHAR(64) NOT NULL,
    to_uri CHAR(255) NOT NULL,
    to_tag CHAR(64) NOT NULL,
    mangled_from_uri CHAR(64) DEFAULT NULL,
    mangled_to_uri CHAR(64) DEFAULT NULL,
    caller_cseq CHAR(11) NOT NULL,
    callee_cseq CHAR(11) NOT NULL,
    caller_ping_cseq INTEGER NOT NULL,
    callee_ping_cseq INTEGER NOT NULL,
    caller_route_set TEXT(512),
    callee_route_set TEXT(512),
    caller_contact CHAR(255) DEFAULT NULL,
    callee_contact CHAR(255) DEFAULT NULL,
    caller_sock CHAR(64) NOT NULL,
    callee_sock CHAR(64) NOT NULL,
    state INTEGER NOT NULL,
    start_time INTEGER NOT NULL,
    timeout INTEGER NOT NULL,
    vars BLOB(4096) DEFAULT NULL,
    profiles TEXT(512) DEFAULT NULL,
    script_flags INTEGER DEFAULT 0 NOT NULL,
    module_flags INTEGER DEFAULT 0 NOT NULL,
    flags INTEGER DEFAULT 0 NOT NULL,
    rt_on_answer CHAR(64) DEFAULT NULL,
    rt_on_timeout CHAR(64) DEFAULT NULL,
    rt_on_hangup CHAR(64) DEFAULT NULL
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
    overflow BLOB DEFAULT NULL
);

CREATE INDEX IF NOT EXISTS parley_dialog_overflow_hash ON parley_dialog (overflow_hash) WHERE overflow_hash IS NOT NULL;

INSERT INTO version (table_name, table_version) VALUES ('dialog', 11) ON CONFLICT DO NOTHING;
INSERT INTO version (table_name, table_version) VALUES ('parley_dialog', 1) ON CONFLICT DO NOTHING;
INSERT INTO version (table_name, table_version) VALUES ('parley', 1) ON CONFLICT (table_name) DO UPDATE SET table_version = 1 WHERE version.table_version < 1;
