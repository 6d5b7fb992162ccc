namespace Parley.Sql.Tests.Dialogs;

/// <summary>The tables of an OpenSIPS, made by hand from its documentation: nothing here knows of Parley's own steps.</summary>
internal static class OpenSipsTables
{
    /// <summary>Makes <c>version</c> and <c>dialog</c>.</summary>
    /// <param name="provider">The kind of database.</param>
    /// <param name="version">Of the table: 11 or 12.</param>
    /// <param name="table">Its name.</param>
    /// <param name="callId">The name of its column of Call-IDs.</param>
    public static string Create(SqlProvider provider, int version, string table = "dialog", string callId = "callid")
    {
        (string id, string text, string number, string blob, string routes, string tail) = provider switch
        {
            SqlProvider.Sqlite => ("BIGINT(10)", "CHAR", "INTEGER", "BLOB(4096)", "TEXT(512)", ""),
            SqlProvider.PostgreSql => ("BIGINT", "VARCHAR", "INTEGER", "BYTEA", "TEXT", ""),
            // What its script makes on a server with that default.
            _ => ("BIGINT(10) UNSIGNED", "CHAR", "INT(10) UNSIGNED", "BLOB(4096)", "TEXT(512)", " ENGINE=InnoDB DEFAULT CHARSET=latin1"),
        };
        int mangled = version >= 12 ? 255 : 64;
        string flags = version >= 12 ? $"{text}(255) DEFAULT NULL" : $"{number} DEFAULT 0 NOT NULL";
        return $"""
            CREATE TABLE version (table_name {text}(32) NOT NULL, table_version {number} DEFAULT 0 NOT NULL, CONSTRAINT version_t_name_idx UNIQUE (table_name)){tail};
            INSERT INTO version (table_name, table_version) VALUES ('{table}', {version});
            CREATE TABLE {table} (
                dlg_id {id} PRIMARY KEY NOT NULL, {callId} {text}(255) NOT NULL, from_uri {text}(255) NOT NULL, from_tag {text}(64) NOT NULL,
                to_uri {text}(255) NOT NULL, to_tag {text}(64) NOT NULL, mangled_from_uri {text}({mangled}) DEFAULT NULL, mangled_to_uri {text}({mangled}) DEFAULT NULL,
                caller_cseq {text}(11) NOT NULL, callee_cseq {text}(11) NOT NULL, caller_ping_cseq {number} NOT NULL, callee_ping_cseq {number} NOT NULL,
                caller_route_set {routes}, callee_route_set {routes}, caller_contact {text}(255) DEFAULT NULL, callee_contact {text}(255) DEFAULT NULL,
                caller_sock {text}(64) NOT NULL, callee_sock {text}(64) NOT NULL, state {number} NOT NULL, start_time {number} NOT NULL, timeout {number} NOT NULL,
                vars {blob} DEFAULT NULL, profiles {routes} DEFAULT NULL, script_flags {flags}, module_flags {number} DEFAULT 0 NOT NULL,
                flags {number} DEFAULT 0 NOT NULL, rt_on_answer {text}(64) DEFAULT NULL, rt_on_timeout {text}(64) DEFAULT NULL, rt_on_hangup {text}(64) DEFAULT NULL){tail};
            """;
    }

    /// <summary>The dialogs of the reference's vectors, as it would have written them.</summary>
    /// <param name="provider">The kind of database.</param>
    /// <param name="version">Of the table.</param>
    /// <param name="table">Its name.</param>
    public static string Insert(SqlProvider provider, int version, string table = "dialog")
    {
        string Bytes(string hex) => provider == SqlProvider.PostgreSql ? $"'\\x{hex}'" : $"X'{hex}'";
        // A number of 32 bits without a sign stands in PostgreSQL's INTEGER with one.
        string Number(uint value) => provider == SqlProvider.PostgreSql ? $"{unchecked((int)value)}" : $"{value}";
        string Flags(uint bits, string names) => version >= 12 ? (names.Length == 0 ? "NULL" : $"'{names}'") : Number(bits);
        return $"""
            INSERT INTO {table} VALUES (4871615248119, 'a84b4c76e66710@pc33.atlanta.com', 'sip:alice@atlanta.com', '1928301774', 'sip:bob@biloxi.com', 'a6c85cf',
                NULL, NULL, '0', '314159', 0, 0, '<sip:p1.atlanta.com;lr>,<sip:p2.atlanta.com;lr;ftag=1>', '<sip:p3.biloxi.com;lr>', 'sip:alice@pc33.atlanta.com',
                'sip:bob@192.0.2.4', 'udp:192.0.2.1:5060', 'udp:192.0.2.1:5060', 4, 1790000000, 1790043200,
                {Bytes("6163636F756E74233432377C6E6F7465236125C3BC5C7C5C235C5C007A7C")}, 'trunk/s#berlin|all/b#|', {Flags(5, "paid roaming")}, 2, {Number(
                0x8000_0254
            )}, 'on_answer', NULL, 'on_hangup');
            INSERT INTO {table} VALUES (236223201280, '1', 'sip:a@[2001:db8::1]', '1', 'sip:b@[2001:db8::2]', '2', 'sip:anonymous@x', 'sip:c@x', '17', '4294967295',
                {Number(4294967295)}, 7, NULL, NULL, NULL, NULL, 'tls:[2001:db8::9]:5061', 'tcp:192.0.2.1:5060', 3, 0, 0, NULL, NULL, {Flags(0, "")}, 0, 0, NULL, NULL, NULL);
            INSERT INTO {table} VALUES (4501125732907, 'abcd', 'sip:a@x', '', 'sip:b@x', '', NULL, NULL, '', '1', 0, 0, '', '', '', '', 'udp:192.0.2.1:5060', '',
                5, 1, 2, {Bytes("")}, '', {Flags(1, "paid")}, 0, 0, '', '', '');
            INSERT INTO {table} VALUES (4526895529983, '3848276298220188511@atlanta.example.com', 'sip:a@x', 'f', 'sip:b@x', 't', NULL, NULL, '1', '2', 3, 4, NULL, NULL,
                NULL, NULL, 'udp:192.0.2.1:5060', 'udp:192.0.2.1:5060', 4, {Number(4000000000)}, {Number(4294967295)}, NULL, NULL, {Flags(
                0x8000_0000,
                "2147483648"
            )}, 31, 20, NULL, 'a', NULL);
            """;
    }
}
