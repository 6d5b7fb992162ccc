-- MySQL and MariaDB, step 1: versions, dialogs (the table of OpenSIPS, version 11), and what that table cannot hold.
-- By hand: mysql parley < 001-dialog.sql. A table that is there already stays as it is.

CREATE TABLE IF NOT EXISTS version (
    table_name CHAR(32) NOT NULL,
    table_version INT UNSIGNED DEFAULT 0 NOT NULL,
    CONSTRAINT t_name_idx UNIQUE (table_name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS dialog (
    dlg_id BIGINT(10) UNSIGNED PRIMARY KEY NOT NULL,
    callid CHAR(255) NOT NULL,
    from_uri CHAR(255) NOT NULL,
    from_tag CHAR(64) NOT NULL,
    to_uri CHAR(255) NOT NULL,
    to_tag CHAR(64) NOT NULL,
    mangled_from_uri CHAR(64) DEFAULT NULL,
    mangled_to_uri CHAR(64) DEFAULT NULL,
    caller_cseq CHAR(11) NOT NULL,
    callee_cseq CHAR(11) NOT NULL,
    caller_ping_cseq INT UNSIGNED NOT NULL,
    callee_ping_cseq INT UNSIGNED NOT NULL,
    caller_route_set TEXT(512),
    callee_route_set TEXT(512),
    caller_contact CHAR(255) DEFAULT NULL,
    callee_contact CHAR(255) DEFAULT NULL,
    caller_sock CHAR(64) NOT NULL,
    callee_sock CHAR(64) NOT NULL,
    state INT UNSIGNED NOT NULL,
    start_time INT UNSIGNED NOT NULL,
    timeout INT UNSIGNED NOT NULL,
    vars BLOB(4096) DEFAULT NULL,
    profiles TEXT(512) DEFAULT NULL,
    script_flags INT UNSIGNED DEFAULT 0 NOT NULL,
    module_flags INT UNSIGNED DEFAULT 0 NOT NULL,
    flags INT UNSIGNED DEFAULT 0 NOT NULL,
    rt_on_answer CHAR(64) DEFAULT NULL,
    rt_on_timeout CHAR(64) DEFAULT NULL,
    rt_on_hangup CHAR(64) DEFAULT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- details: JSON, of the dialog whose Call-ID has this hash. overflow: a whole row that the table dialog would not keep as it is; such a dialog has no
-- row there, and overflow_hash is the hash again, to find it by.
CREATE TABLE IF NOT EXISTS parley_dialog (
    dlg_id BIGINT UNSIGNED PRIMARY KEY NOT NULL,
    node VARCHAR(64) DEFAULT NULL,
    written BIGINT NOT NULL,
    details LONGTEXT DEFAULT NULL,
    call_hash BIGINT NOT NULL,
    overflow_hash BIGINT DEFAULT NULL,
    overflow LONGBLOB DEFAULT NULL,
    KEY parley_dialog_overflow_hash (overflow_hash)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

INSERT INTO version (table_name, table_version) VALUES ('dialog', 11) ON DUPLICATE KEY UPDATE table_name = table_name;
INSERT INTO version (table_name, table_version) VALUES ('parley_dialog', 1) ON DUPLICATE KEY UPDATE table_name = table_name;
INSERT INTO version (table_name, table_version) VALUES ('parley', 1) ON DUPLICATE KEY UPDATE table_version = GREATEST(table_version, 1);
