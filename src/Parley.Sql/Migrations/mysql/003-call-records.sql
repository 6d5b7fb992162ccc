-- MySQL and MariaDB, step 3: call records. By hand: mysql parley < 003-call-records.sql. A table that is there already stays as it is.
-- Times are UTC with milliseconds.

-- One row per call that is over. The pair of did and start_time is the record's identity.
CREATE TABLE IF NOT EXISTS cdr (
    did VARCHAR(17) NOT NULL,
    start_time DATETIME(3) NOT NULL,
    ring_time DATETIME(3) DEFAULT NULL,
    answer_time DATETIME(3) DEFAULT NULL,
    end_time DATETIME(3) NOT NULL,
    setup_ms BIGINT NOT NULL,
    ring_ms BIGINT NOT NULL,
    duration_ms BIGINT NOT NULL,
    disposition VARCHAR(16) NOT NULL,
    code INT NOT NULL,
    reason MEDIUMTEXT NOT NULL,
    ended_by VARCHAR(16) NOT NULL,
    call_id MEDIUMTEXT NOT NULL,
    from_uri MEDIUMTEXT NOT NULL,
    from_tag MEDIUMTEXT NOT NULL,
    to_uri MEDIUMTEXT NOT NULL,
    to_tag MEDIUMTEXT NOT NULL,
    request_uri MEDIUMTEXT NOT NULL,
    source TEXT NOT NULL,
    target TEXT NOT NULL,
    target_uri MEDIUMTEXT NOT NULL,
    node TEXT NOT NULL,
    custom MEDIUMTEXT NOT NULL,
    CONSTRAINT cdr_key_idx UNIQUE (did, start_time),
    KEY cdr_start_idx (start_time),
    KEY cdr_call_id_idx (call_id(64))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Records of calls that went on: number 1 after the first interval, 2 after the second.
CREATE TABLE IF NOT EXISTS cdr_intermediate (
    did VARCHAR(17) NOT NULL,
    start_time DATETIME(3) NOT NULL,
    number BIGINT NOT NULL,
    ring_time DATETIME(3) DEFAULT NULL,
    answer_time DATETIME(3) DEFAULT NULL,
    end_time DATETIME(3) NOT NULL,
    setup_ms BIGINT NOT NULL,
    ring_ms BIGINT NOT NULL,
    duration_ms BIGINT NOT NULL,
    disposition VARCHAR(16) NOT NULL,
    code INT NOT NULL,
    reason MEDIUMTEXT NOT NULL,
    ended_by VARCHAR(16) NOT NULL,
    call_id MEDIUMTEXT NOT NULL,
    from_uri MEDIUMTEXT NOT NULL,
    from_tag MEDIUMTEXT NOT NULL,
    to_uri MEDIUMTEXT NOT NULL,
    to_tag MEDIUMTEXT NOT NULL,
    request_uri MEDIUMTEXT NOT NULL,
    source TEXT NOT NULL,
    target TEXT NOT NULL,
    target_uri MEDIUMTEXT NOT NULL,
    node TEXT NOT NULL,
    custom MEDIUMTEXT NOT NULL,
    CONSTRAINT cdr_intermediate_key_idx UNIQUE (did, start_time, number),
    KEY cdr_intermediate_start_idx (start_time)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- The identities of records that were written to acc and missed_calls.
CREATE TABLE IF NOT EXISTS cdr_key (
    did VARCHAR(17) NOT NULL,
    start_time DATETIME(3) NOT NULL,
    CONSTRAINT cdr_key_key_idx UNIQUE (did, start_time),
    KEY cdr_key_start_idx (start_time)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Records that wait to be taken elsewhere, in order.
CREATE TABLE IF NOT EXISTS cdr_outbox (
    seq BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY NOT NULL,
    id VARCHAR(64) NOT NULL,
    json LONGTEXT NOT NULL,
    CONSTRAINT cdr_outbox_id_idx UNIQUE (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- The tables of OpenSIPS (acc 7, missed_calls 5), for records in that shape.
CREATE TABLE IF NOT EXISTS acc (
    id INT(10) UNSIGNED AUTO_INCREMENT PRIMARY KEY NOT NULL,
    method CHAR(16) DEFAULT '' NOT NULL,
    from_tag CHAR(64) DEFAULT '' NOT NULL,
    to_tag CHAR(64) DEFAULT '' NOT NULL,
    callid CHAR(64) DEFAULT '' NOT NULL,
    sip_code CHAR(3) DEFAULT '' NOT NULL,
    sip_reason CHAR(32) DEFAULT '' NOT NULL,
    time DATETIME NOT NULL,
    duration INT(11) UNSIGNED DEFAULT 0 NOT NULL,
    ms_duration INT(11) UNSIGNED DEFAULT 0 NOT NULL,
    setuptime INT(11) UNSIGNED DEFAULT 0 NOT NULL,
    created DATETIME DEFAULT NULL,
    KEY acc_callid_idx (callid)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS missed_calls (
    id INT(10) UNSIGNED AUTO_INCREMENT PRIMARY KEY NOT NULL,
    method CHAR(16) DEFAULT '' NOT NULL,
    from_tag CHAR(64) DEFAULT '' NOT NULL,
    to_tag CHAR(64) DEFAULT '' NOT NULL,
    callid CHAR(64) DEFAULT '' NOT NULL,
    sip_code CHAR(3) DEFAULT '' NOT NULL,
    sip_reason CHAR(32) DEFAULT '' NOT NULL,
    time DATETIME NOT NULL,
    setuptime INT(11) UNSIGNED DEFAULT 0 NOT NULL,
    created DATETIME DEFAULT NULL,
    KEY missed_calls_callid_idx (callid)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

INSERT INTO version (table_name, table_version) VALUES ('cdr', 1) ON DUPLICATE KEY UPDATE table_name = table_name;
INSERT INTO version (table_name, table_version) VALUES ('acc', 7) ON DUPLICATE KEY UPDATE table_name = table_name;
INSERT INTO version (table_name, table_version) VALUES ('missed_calls', 5) ON DUPLICATE KEY UPDATE table_name = table_name;
INSERT INTO version (table_name, table_version) VALUES ('parley', 3) ON DUPLICATE KEY UPDATE table_version = GREATEST(table_version, 3);
