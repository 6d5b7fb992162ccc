-- MySQL and MariaDB, step 2: registered contacts (the table of OpenSIPS, version 1013), and what that table cannot hold.
-- By hand, after step 1: mysql parley < 002-location.sql. A table that is there already stays as it is.

CREATE TABLE IF NOT EXISTS location (
    contact_id BIGINT(10) UNSIGNED AUTO_INCREMENT PRIMARY KEY NOT NULL,
    username CHAR(64) DEFAULT '' NOT NULL,
    domain CHAR(64) DEFAULT NULL,
    contact TEXT NOT NULL,
    received CHAR(255) DEFAULT NULL,
    path CHAR(255) DEFAULT NULL,
    expires INT(10) UNSIGNED NOT NULL,
    q FLOAT(10,2) DEFAULT 1.0 NOT NULL,
    callid CHAR(255) DEFAULT 'Default-Call-ID' NOT NULL,
    cseq INT(11) DEFAULT 13 NOT NULL,
    last_modified DATETIME DEFAULT '1900-01-01 00:00:01' NOT NULL,
    flags INT(11) DEFAULT 0 NOT NULL,
    cflags CHAR(255) DEFAULT NULL,
    user_agent CHAR(255) DEFAULT '' NOT NULL,
    socket CHAR(64) DEFAULT NULL,
    methods INT(11) DEFAULT NULL,
    sip_instance CHAR(255) DEFAULT NULL,
    kv_store TEXT(512) DEFAULT NULL,
    attr CHAR(255) DEFAULT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- details: JSON, of the contact beside. overflow: JSON of a whole contact that the table location would not keep as it is, and that has no row there.
CREATE TABLE IF NOT EXISTS parley_location (
    contact_id BIGINT UNSIGNED PRIMARY KEY NOT NULL,
    node VARCHAR(64) DEFAULT NULL,
    details LONGTEXT DEFAULT NULL,
    overflow LONGTEXT DEFAULT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

INSERT INTO version (table_name, table_version) VALUES ('location', 1013) ON DUPLICATE KEY UPDATE table_name = table_name;
INSERT INTO version (table_name, table_version) VALUES ('parley_location', 1) ON DUPLICATE KEY UPDATE table_name = table_name;
INSERT INTO version (table_name, table_version) VALUES ('parley', 2) ON DUPLICATE KEY UPDATE table_version = GREATEST(table_version, 2);
