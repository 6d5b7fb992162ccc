-- SQLite, step 3: call records. By hand: sqlite3 parley.db < 003-call-records.sql. A table that is there already stays as it is.
-- Times are UTC with milliseconds.

-- One row per call that is over. The pair of did and start_time is the record's identity.
CREATE TABLE IF NOT EXISTS cdr (
    did TEXT NOT NULL,
    start_time DATETIME NOT NULL,
    ring_time DATETIME DEFAULT NULL,
    answer_time DATETIME DEFAULT NULL,
    end_time DATETIME NOT NULL,
    setup_ms INTEGER NOT NULL,
    ring_ms INTEGER NOT NULL,
    duration_ms INTEGER NOT NULL,
    disposition TEXT NOT NULL,
    code INTEGER NOT NULL,
    reason TEXT NOT NULL,
    ended_by TEXT NOT NULL,
    call_id TEXT NOT NULL,
    from_uri TEXT NOT NULL,
    from_tag TEXT NOT NULL,
    to_uri TEXT NOT NULL,
    to_tag TEXT NOT NULL,
    request_uri TEXT NOT NULL,
    source TEXT NOT NULL,
    target TEXT NOT NULL,
    target_uri TEXT NOT NULL,
    node TEXT NOT NULL,
    custom TEXT NOT NULL,
    CONSTRAINT cdr_key_idx UNIQUE (did, start_time)
);

CREATE INDEX IF NOT EXISTS cdr_start_idx ON cdr (start_time);
CREATE INDEX IF NOT EXISTS cdr_call_id_idx ON cdr (call_id);

-- Records of calls that went on: number 1 after the first interval, 2 after the second.
CREATE TABLE IF NOT EXISTS cdr_intermediate (
    did TEXT NOT NULL,
    start_time DATETIME NOT NULL,
    number INTEGER NOT NULL,
    ring_time DATETIME DEFAULT NULL,
    answer_time DATETIME DEFAULT NULL,
    end_time DATETIME NOT NULL,
    setup_ms INTEGER NOT NULL,
    ring_ms INTEGER NOT NULL,
    duration_ms INTEGER NOT NULL,
    disposition TEXT NOT NULL,
    code INTEGER NOT NULL,
    reason TEXT NOT NULL,
    ended_by TEXT NOT NULL,
    call_id TEXT NOT NULL,
    from_uri TEXT NOT NULL,
    from_tag TEXT NOT NULL,
    to_uri TEXT NOT NULL,
    to_tag TEXT NOT NULL,
    request_uri TEXT NOT NULL,
    source TEXT NOT NULL,
    target TEXT NOT NULL,
    target_uri TEXT NOT NULL,
    node TEXT NOT NULL,
    custom TEXT NOT NULL,
    CONSTRAINT cdr_intermediate_key_idx UNIQUE (did, start_time, number)
);

CREATE INDEX IF NOT EXISTS cdr_intermediate_start_idx ON cdr_intermediate (start_time);

-- The identities of records that were written to acc and missed_calls.
CREATE TABLE IF NOT EXISTS cdr_key (
    did TEXT NOT NULL,
    start_time DATETIME NOT NULL,
    CONSTRAINT cdr_key_key_idx UNIQUE (did, start_time)
);

CREATE INDEX IF NOT EXISTS cdr_key_start_idx ON cdr_key (start_time);

-- Records that wait to be taken elsewhere, in order.
CREATE TABLE IF NOT EXISTS cdr_outbox (
    seq INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    id TEXT NOT NULL,
    json TEXT NOT NULL,
    CONSTRAINT cdr_outbox_id_idx UNIQUE (id)
);

-- The tables of OpenSIPS (acc 7, missed_calls 5), for records in that shape.
CREATE TABLE IF NOT EXISTS acc (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    method CHAR(16) DEFAULT '' NOT NULL,
    from_tag CHAR(64) DEFAULT '' NOT NULL,
    to_tag CHAR(64) DEFAULT '' NOT NULL,
    callid CHAR(64) DEFAULT '' NOT NULL,
    sip_code CHAR(3) DEFAULT '' NOT NULL,
    sip_reason CHAR(32) DEFAULT '' NOT NULL,
    time DATETIME NOT NULL,
    duration INTEGER DEFAULT 0 NOT NULL,
    ms_duration INTEGER DEFAULT 0 NOT NULL,
    setuptime INTEGER DEFAULT 0 NOT NULL,
    created DATETIME DEFAULT NULL
);

CREATE INDEX IF NOT EXISTS acc_callid_idx ON acc (callid);

CREATE TABLE IF NOT EXISTS missed_calls (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    method CHAR(16) DEFAULT '' NOT NULL,
    from_tag CHAR(64) DEFAULT '' NOT NULL,
    to_tag CHAR(64) DEFAULT '' NOT NULL,
    callid CHAR(64) DEFAULT '' NOT NULL,
    sip_code CHAR(3) DEFAULT '' NOT NULL,
    sip_reason CHAR(32) DEFAULT '' NOT NULL,
    time DATETIME NOT NULL,
    setuptime INTEGER DEFAULT 0 NOT NULL,
    created DATETIME DEFAULT NULL
);

CREATE INDEX IF NOT EXISTS missed_calls_callid_idx ON missed_calls (callid);

INSERT INTO version (table_name, table_version) VALUES ('cdr', 1) ON CONFLICT DO NOTHING;
INSERT INTO version (table_name, table_version) VALUES ('acc', 7) ON CONFLICT DO NOTHING;
INSERT INTO version (table_name, table_version) VALUES ('missed_calls', 5) ON CONFLICT DO NOTHING;
INSERT INTO version (table_name, table_version) VALUES ('parley', 3) ON CONFLICT (table_name) DO UPDATE SET table_version = 3 WHERE version.table_version < 3;
