using System.Data.Common;
using System.Globalization;
using System.Text;
using Parley.Registrar;
using Parley.Sql.Tests.Servers;
using Xunit;

namespace Parley.Sql.Tests.Locations;

/// <summary>A table location as OpenSIPS makes and fills it, read here; and our rows read as OpenSIPS reads them.</summary>
public class OpenSipsLocationTests
{
    private const long Expires = 4_000_000_000;

    public static TheoryData<SqlProvider> Providers => [SqlProvider.Sqlite, SqlProvider.PostgreSql, SqlProvider.MySql];

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task Every_field_of_a_row_of_theirs_is_read(SqlProvider provider)
    {
        await using TestDatabase database = await MadeAsync(provider);
        await RunAsync(
            database,
            $"INSERT INTO location (contact_id,username,domain,contact,received,path,expires,q,callid,cseq,last_modified,flags,cflags,user_agent,socket,methods,sip_instance,kv_store,attr) VALUES (79902107140173845,'alice','example.com','sip:alice@10.1.1.1:5062;ob','sip:198.51.100.7:49152;transport=tcp','<sip:edge1.example.com;lr>,<sip:edge2.example.com;lr>',{Expires % int.MaxValue},0.4,'reg-7@10.1.1.1',42,'2026-11-30 12:00:01',4,'NAT_FLAG PING','Phone 1.2','tcp:192.0.2.9:5060',8191,'<urn:uuid:f81d4fae>','{{\"k\":\"v\"}}','7|8')"
        );
        await using SqlLocationStore store = Open(database);
        await store.OpenAsync(default);
        LocationRecord row = Assert.Single(await LoadAsync(store));
        Assert.Equal(79902107140173845, row.ContactId);
        Assert.Equal("alice@example.com"u8, row.Address.Span);
        Assert.Equal("sip:alice@10.1.1.1:5062;ob"u8, row.Contact.Span);
        Assert.Equal("sip:198.51.100.7:49152;transport=tcp", row.Received);
        Assert.Equal(FlowUse.Only, row.FlowUse); // a received address is where to send
        Assert.Equal(["<sip:edge1.example.com;lr>", "<sip:edge2.example.com;lr>"], row.Path.Select(Encoding.UTF8.GetString));
        Assert.Equal(Expires % int.MaxValue, row.Expires!.Value.ToUnixTimeSeconds());
        Assert.Equal((400, "reg-7@10.1.1.1", 42u), (row.Q, row.CallId, row.CSeq));
        Assert.Equal(new DateTimeOffset(2026, 11, 30, 12, 0, 1, TimeSpan.Zero), row.LastModified);
        Assert.Equal((4, "NAT_FLAG PING", 8191), (row.Flags, row.BranchFlags, row.Methods));
        Assert.Equal(("Phone 1.2", "tcp:192.0.2.9:5060"), (row.UserAgent, row.Socket));
        Assert.Equal(("<urn:uuid:f81d4fae>", "{\"k\":\"v\"}", "7|8"), (row.InstanceId, row.KeyValues, row.Attributes));
        Assert.Equal(0, row.RegId);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task Rows_with_defaults_and_nulls_are_read_as_they_mean(SqlProvider provider)
    {
        await using TestDatabase database = await MadeAsync(provider);
        await RunAsync(database, "INSERT INTO location (contact_id,username,contact,expires) VALUES (1,'alice','sip:alice@192.0.2.1',0)");
        await RunAsync(
            database,
            "INSERT INTO location (contact_id,username,domain,contact,expires,q,path,received,user_agent) VALUES (2,'bob','','sip:bob@192.0.2.1',77,-1,'','','')"
        );
        await using SqlLocationStore store = Open(database);
        await store.OpenAsync(default);
        List<LocationRecord> rows = await LoadAsync(store);
        Assert.Equal(["alice", "bob"], rows.Select(static row => Encoding.UTF8.GetString(row.Address.Span))); // use_domain off
        Assert.Null(rows[0].Expires); // permanent
        Assert.Equal((1000, "", 13u, null), (rows[0].Q, rows[0].CallId, rows[0].CSeq, rows[0].UserAgent));
        Assert.Equal((-1, FlowUse.None, 77L), (rows[1].Q, rows[1].FlowUse, rows[1].Expires!.Value.ToUnixTimeSeconds()));
        Assert.Empty(rows[1].Path);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task Our_rows_are_what_OpenSIPS_reads(SqlProvider provider)
    {
        await using TestDatabase database = await MadeAsync(provider);
        await using (SqlLocationStore store = Open(database))
        {
            await store.OpenAsync(default);
            await store.WriteAsync(
                new LocationStoreBatch
                {
                    Saves =
                    [
                        new LocationRecord
                        {
                            ContactId = ((long)(ushort)Parley.Dialogs.CoreHash.Compute("alice@example.com"u8) << 46) | (99L << 14) | 3,
                            Address = "alice@example.com"u8.ToArray(),
                            Contact = "sip:alice@10.1.1.1:5062;ob"u8.ToArray(),
                            Expires = DateTimeOffset.FromUnixTimeMilliseconds(1_900_000_000_750),
                            LastModified = new DateTimeOffset(2026, 11, 30, 12, 0, 1, 999, TimeSpan.Zero),
                            Q = 250,
                            CallId = "reg-7",
                            CSeq = 42,
                            Path = ["<sip:edge1.example.com;lr>"u8.ToArray(), "<sip:edge2.example.com;lr>"u8.ToArray()],
                            Received = "sip:198.51.100.7:49152",
                            Socket = "udp:192.0.2.9:5060",
                            FlowUse = FlowUse.Only,
                            InstanceId = "<urn:uuid:1>",
                            UserAgent = "Phone 1.2",
                        },
                    ],
                },
                default
            );
        }

        string[] row = await RowAsync(
            database,
            "SELECT contact_id,username,domain,contact,received,path,expires,CAST(q AS CHAR(8)),callid,cseq,CAST(last_modified AS CHAR(19)),flags,cflags,user_agent,socket,methods,sip_instance,kv_store,attr FROM location"
        );
        ulong id = ulong.Parse(row[0], CultureInfo.InvariantCulture);
        Assert.Equal((3ul, 99ul), (id & 0x3FFF, (id >> 14) & uint.MaxValue));
        Assert.Equal((ushort)Parley.Dialogs.CoreHash.Compute("alice@example.com"u8), id >> 46);
        Assert.Equal(["alice", "example.com", "sip:alice@10.1.1.1:5062;ob", "sip:198.51.100.7:49152"], row[1..5]);
        Assert.Equal("<sip:edge1.example.com;lr>,<sip:edge2.example.com;lr>", row[5]);
        Assert.Equal("1900000000", row[6]);
        Assert.Equal(0.25, double.Parse(row[7], CultureInfo.InvariantCulture));
        Assert.Equal(
            ["reg-7", "42", "2026-11-30 12:00:01", "0", "", "Phone 1.2", "udp:192.0.2.9:5060", "", "<urn:uuid:1>", "", ""],
            row[8..]
        );
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task A_row_that_OpenSIPS_has_written_since_is_its_own(SqlProvider provider)
    {
        await using TestDatabase database = await MadeAsync(provider);
        await using SqlLocationStore store = Open(database);
        await store.OpenAsync(default);
        var ours = new LocationRecord
        {
            ContactId = 5,
            Address = "alice@example.com"u8.ToArray(),
            Contact = "sip:alice@192.0.2.1"u8.ToArray(),
            Expires = DateTimeOffset.FromUnixTimeMilliseconds(1_900_000_000_750),
            Q = 437,
            CallId = "reg",
            CSeq = 42,
            RegId = 3,
            FlowUse = FlowUse.WhileOpen,
            Received = "sip:192.0.2.1:5060;transport=tcp",
        };
        await store.WriteAsync(new LocationStoreBatch { Saves = [ours] }, default);
        LocationRecord row = Assert.Single(await LoadAsync(store));
        Assert.Equal((ours.Expires, 437, 3, FlowUse.WhileOpen), (row.Expires, row.Q, row.RegId, row.FlowUse));
        await RunAsync(database, "UPDATE location SET expires=1900000100, cseq=43, q=0.5 WHERE contact_id=5"); // a refresh there
        row = Assert.Single(await LoadAsync(store));
        Assert.Equal((1_900_000_100, 500, 43u), (row.Expires!.Value.ToUnixTimeSeconds(), row.Q, row.CSeq));
        Assert.Equal((0, FlowUse.None), (row.RegId, row.FlowUse)); // of the registration before
        await RunAsync(database, "DELETE FROM location");
        Assert.Empty(await LoadAsync(store));
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task Wrong_tables_stop_the_start_in_one_line(SqlProvider provider)
    {
        await using TestDatabase database = await MadeAsync(provider);
        await RunAsync(database, "UPDATE version SET table_version=1012 WHERE table_name='location'");
        Assert.Contains("table location of", await RefusedAsync(database), StringComparison.Ordinal);
        Assert.Contains("has version 1012 in version; version 1013 can be used", await RefusedAsync(database), StringComparison.Ordinal);
        await RunAsync(database, "UPDATE version SET table_version=1013 WHERE table_name='location'");
        await RunAsync(database, "ALTER TABLE location DROP COLUMN kv_store");
        Assert.Contains("has no column kv_store", await RefusedAsync(database), StringComparison.Ordinal);

        await using var empty = new TestDatabase(provider);
        await using var store = new SqlLocationStore(empty.Open(), new SqlLocationStoreOptions { Migrate = false });
        LocationStoreException refused = await Assert.ThrowsAsync<LocationStoreException>(async () => await store.OpenAsync(default));
        Assert.Contains("run parley db init", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task Tables_and_columns_may_have_other_names(SqlProvider provider)
    {
        if (DatabaseServers.Missing(provider) is { } missing)
            Assert.Skip(missing);
        await using var database = new TestDatabase(provider);
        SqlDatabase renamed = database.Open(static options =>
        {
            options.Names.Location = "ul_location";
            options.Names.LocationDetails = "ul_beside";
            options.Names.LocationColumns["username"] = "ul_user";
            options.Names.LocationColumns["contact_id"] = "ul_id";
        });
        await using var store = new SqlLocationStore(renamed, new SqlLocationStoreOptions { Migrate = true });
        await store.OpenAsync(default);
        var row = new LocationRecord
        {
            ContactId = 5,
            Address = "alice@example.com"u8.ToArray(),
            Contact = "sip:alice@192.0.2.1"u8.ToArray(),
        };
        await store.WriteAsync(new LocationStoreBatch { Saves = [row] }, default);
        await store.ReplaceAsync([row], default);
        Assert.Single(await LoadAsync(store));
        Assert.Equal(["alice", "5"], await RowAsync(database, "SELECT ul_user, ul_id FROM ul_location"));
        await store.WriteAsync(new LocationStoreBatch { Deletes = [5] }, default);
        Assert.Empty(await LoadAsync(store));
    }

    [Fact]
    public async Task A_table_of_another_character_set_never_holds_half_a_text()
    {
        await using TestDatabase database = await MadeAsync(SqlProvider.MySql);
        await RunAsync(database, "ALTER TABLE location CONVERT TO CHARACTER SET latin1"); // as older OpenSIPS databases are
        await using SqlLocationStore store = Open(database);
        await store.OpenAsync(default);
        var row = new LocationRecord
        {
            ContactId = 5,
            Address = Encoding.UTF8.GetBytes("日本@example.com"),
            Contact = "sip:alice@192.0.2.1"u8.ToArray(),
            CallId = "reg",
            UserAgent = "電話",
        };
        await store.WriteAsync(
            new LocationStoreBatch { Saves = [row, row with { ContactId = 6, Address = "bob@example.com"u8.ToArray() }] },
            default
        );
        List<LocationRecord> rows = await LoadAsync(store);
        Assert.Equal(2, rows.Count);
        Assert.All(rows, static row => Assert.Equal("電話", row.UserAgent));
        Assert.Contains(rows, static row => row.Address.Span.SequenceEqual(Encoding.UTF8.GetBytes("日本@example.com")));
        Assert.Equal(["bob", ""], await RowAsync(database, "SELECT username, user_agent FROM location"));
    }

    private static SqlLocationStore Open(TestDatabase database) => new(database.Open(), new SqlLocationStoreOptions { Migrate = true });

    private static async Task<string> RefusedAsync(TestDatabase database)
    {
        await using SqlLocationStore store = Open(database);
        LocationStoreException refused = await Assert.ThrowsAsync<LocationStoreException>(async () => await store.OpenAsync(default));
        Assert.DoesNotContain('\n', refused.Message);
        return refused.Message;
    }

    /// <summary>A database with the two tables of OpenSIPS, as its scripts make them, and none of ours.</summary>
    private static async Task<TestDatabase> MadeAsync(SqlProvider provider)
    {
        if (DatabaseServers.Missing(provider) is { } missing)
            Assert.Skip(missing);
        var database = new TestDatabase(provider);
        (string id, string text, string number, string real, string time) = provider switch
        {
            SqlProvider.Sqlite => ("INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL", "CHAR", "INTEGER", "FLOAT(10,2)", "DATETIME"),
            SqlProvider.PostgreSql => ("BIGSERIAL PRIMARY KEY NOT NULL", "VARCHAR", "INTEGER", "REAL", "TIMESTAMP WITHOUT TIME ZONE"),
            _ => ("BIGINT(10) UNSIGNED AUTO_INCREMENT PRIMARY KEY NOT NULL", "CHAR", "INT(11)", "FLOAT(10,2)", "DATETIME"),
        };
        string Column(string name, int size, string tail) => $"{name} {text}({size.ToString(CultureInfo.InvariantCulture)}) {tail},";
        await RunAsync(
            database,
            $"CREATE TABLE version (table_name {text}(32) NOT NULL, table_version {number} DEFAULT 0 NOT NULL, CONSTRAINT t_name_idx UNIQUE (table_name))"
        );
        await RunAsync(database, "INSERT INTO version (table_name, table_version) VALUES ('location',1013)");
        await RunAsync(
            database,
            $"CREATE TABLE location (contact_id {id},"
                + Column("username", 64, "DEFAULT '' NOT NULL")
                + Column("domain", 64, "DEFAULT NULL")
                + Column("contact", 255, "DEFAULT '' NOT NULL")
                + Column("received", 255, "DEFAULT NULL")
                + Column("path", 255, "DEFAULT NULL")
                + $"expires {number} NOT NULL,q {real} DEFAULT 1.0 NOT NULL,"
                + Column("callid", 255, "DEFAULT 'Default-Call-ID' NOT NULL")
                + $"cseq {number} DEFAULT 13 NOT NULL,last_modified {time} DEFAULT '1900-01-01 00:00:01' NOT NULL,flags {number} DEFAULT 0 NOT NULL,"
                + Column("cflags", 255, "DEFAULT NULL")
                + Column("user_agent", 255, "DEFAULT '' NOT NULL")
                + Column("socket", 64, "DEFAULT NULL")
                + $"methods {number} DEFAULT NULL,"
                + Column("sip_instance", 255, "DEFAULT NULL")
                + $"kv_store TEXT DEFAULT NULL,attr {text}(255) DEFAULT NULL)"
        );
        return database;
    }

    private static async Task RunAsync(TestDatabase database, string sql)
    {
        await using SqlWork session = await database.Open().OpenAsync(default);
        await session.ExecuteAsync(sql, default);
    }

    private static async Task<string[]> RowAsync(TestDatabase database, string sql)
    {
        await using SqlWork session = await database.Open().OpenAsync(default);
        await using DbCommand command = session.Command(sql);
        await using DbDataReader reader = await command.ExecuteReaderAsync();
        Assert.True(await reader.ReadAsync());
        string[] row =
        [
            .. Enumerable
                .Range(0, reader.FieldCount)
                .Select(column => Convert.ToString(reader.GetValue(column), CultureInfo.InvariantCulture)!.TrimEnd()),
        ];
        Assert.False(await reader.ReadAsync());
        return row;
    }

    private static async Task<List<LocationRecord>> LoadAsync(SqlLocationStore store)
    {
        var rows = new List<LocationRecord>();
        await foreach (LocationRecord row in store.LoadAsync(default))
            rows.Add(row);
        return rows;
    }
}
