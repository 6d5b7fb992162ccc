using System.Data.Common;
using System.Text;
using Npgsql;
using NpgsqlTypes;
using Parley.Dialogs;

namespace Parley.Sql;

/// <summary>PostgreSQL: arrays and unnest for small batches, COPY into a temporary table for large ones.</summary>
internal sealed class PostgreSqlDialect : SqlDialect
{
    /// <summary>From this many rows on COPY is faster than arrays.</summary>
    internal const int CopyFrom = 2_000;

    private readonly NpgsqlDataSource _pooled;
    private readonly NpgsqlDataSource _unpooled;

    public PostgreSqlDialect(SqlDatabaseOptions options)
    {
        try
        {
            var builder = new NpgsqlConnectionStringBuilder(options.ConnectionString);
            if (string.IsNullOrEmpty(builder.ApplicationName))
                builder.ApplicationName = options.Node.Length == 0 ? "parley" : $"parley {options.Node}";
            if (builder.MaxAutoPrepare == 0)
                builder.MaxAutoPrepare = 32;
            // A peer that is gone without a word is noticed; the lock of a session would outlive it else.
            builder.TcpKeepAlive = true;
            Place = $"PostgreSQL {builder.Host}:{builder.Port}/{builder.Database ?? builder.Username}";
            int milliseconds = (int)options.BusyTimeout.TotalMilliseconds;
            builder.Options =
                $"{builder.Options} -c lock_timeout={milliseconds} -c synchronous_commit={(options.IsDurable ? "on" : "off")}".Trim();
            _pooled = Build(builder);
            builder.Pooling = false;
            _unpooled = Build(builder);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidCastException)
        {
            throw new ArgumentException(
                $"SqlDatabaseOptions.ConnectionString is none of PostgreSQL: {SqlDatabase.OneLine(e.Message)}",
                nameof(options),
                e
            );
        }
    }

    public override string Folder => "postgresql";

    public override string Title => "PostgreSQL";

    public override string Place { get; }

    public override async ValueTask<DbConnection> OpenAsync(bool pooled, CancellationToken cancellation) =>
        await (pooled ? _pooled : _unpooled).OpenConnectionAsync(cancellation).ConfigureAwait(false);

    /// <summary>Classes 28 (authorization), 3D (no such database), 42 (no such table, no right to it).</summary>
    public override bool IsSetUpWrongly(DbException exception) =>
        exception is PostgresException { SqlState: var state }
        && (
            state.StartsWith("28", StringComparison.Ordinal)
            || state.StartsWith("3D", StringComparison.Ordinal)
            || state.StartsWith("42", StringComparison.Ordinal)
        );

    /// <summary>An advisory lock of the session; its key is the table's number in this database.</summary>
    public override async ValueTask<SqlOwner?> TryOwnAsync(SqlWork session, string table, string node, CancellationToken cancellation)
    {
        object? taken = await session
            .ScalarAsync(
                "SELECT pg_try_advisory_lock(hashtext('parley'), to_regclass(@table)::oid::integer)",
                cancellation,
                ("table", table)
            )
            .ConfigureAwait(false);
        if (taken is true)
        {
            session.Number = ((NpgsqlConnection)session.Connection).ProcessID;
            return null;
        }

        if (taken is null)
            throw new DialogStoreException($"{Place} has no table {table}: run parley db init.");
        await using DbCommand command = session.Command(
            """
            SELECT a.pid, concat_ws(', ', 'backend ' || a.pid, nullif(a.application_name, ''), 'from ' || host(a.client_addr))
            FROM pg_locks l JOIN pg_stat_activity a USING (pid)
            WHERE l.locktype = 'advisory' AND l.granted AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
              AND l.classid::bigint::bit(32) = hashtext('parley')::bit(32) AND l.objid = to_regclass(@table)::oid
            """,
            ("table", table)
        );
        await using DbDataReader reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        return await reader.ReadAsync(cancellation).ConfigureAwait(false)
            ? new SqlOwner(reader.GetInt32(0), reader.GetString(1))
            : new SqlOwner(0, "a session that has just ended");
    }

    public override async ValueTask EndAsync(SqlWork session, long number, CancellationToken cancellation) =>
        await session.ScalarAsync("SELECT pg_terminate_backend(@pid)", cancellation, ("pid", (int)number)).ConfigureAwait(false);

    public override async ValueTask<SqlTableShape?> ShapeAsync(SqlWork session, string table, CancellationToken cancellation)
    {
        string encoding = (string?)await session.ScalarAsync("SHOW server_encoding", cancellation).ConfigureAwait(false) ?? "";
        int highest = encoding is "UTF8" ? 0x10ffff : 0x7f;
        await using DbCommand command = session.Command(
            """
            SELECT attname::text, CASE WHEN atttypid IN ('varchar'::regtype, 'bpchar'::regtype) AND atttypmod > 4 THEN atttypmod - 4 ELSE -1 END,
                   atttypid = 'bpchar'::regtype, atttypid = 'bytea'::regtype
            FROM pg_attribute WHERE attrelid = to_regclass(@table) AND attnum > 0 AND NOT attisdropped
            """,
            ("table", table)
        );
        await using DbDataReader reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        var columns = new Dictionary<string, SqlTextRoom>();
        while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
        {
            int length = reader.GetInt32(1);
            columns[reader.GetString(0).ToLowerInvariant()] = reader.GetBoolean(3)
                ? SqlTextRoom.Unbounded
                : new SqlTextRoom(length < 0 ? int.MaxValue : length, int.MaxValue, highest, !reader.GetBoolean(2));
        }

        return columns.Count == 0 ? null : new SqlTableShape(columns);
    }

    public override async ValueTask UpsertAsync(SqlWork session, SqlRows rows, SqlConflict conflict, CancellationToken cancellation)
    {
        if (rows.Count == 0)
            return;
        SqlTable table = rows.Table;
        string tail =
            table.Conflict(conflict) == SqlConflict.Keep
                ? "ON CONFLICT DO NOTHING"
                : table.Statement(
                    "conflict",
                    static t =>
                        $"ON CONFLICT ({string.Join(',', t.KeyNames)}) DO UPDATE SET {string.Join(',', t.OtherNames.Select(static c => $"{c}=excluded.{c}"))}"
                );
        string names = string.Join(',', table.ColumnNames);
        if (rows.Count >= CopyFrom)
        {
            string stage = await CopyAsync(session, rows, cancellation).ConfigureAwait(false);
            await session
                .ExecuteAsync($"INSERT INTO {table.Name} ({names}) SELECT {names} FROM {stage} {tail}", cancellation)
                .ConfigureAwait(false);
            return;
        }

        await using var command = (NpgsqlCommand)
            session.Command($"INSERT INTO {table.Name} ({names}) SELECT * FROM {Unnest(table)} {tail}");
        AddArrays(command, rows);
        await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
    }

    public override async ValueTask<IReadOnlyList<int>> UpdateAsync(SqlWork session, SqlRows rows, CancellationToken cancellation)
    {
        if (rows.Count == 0)
            return [];
        SqlTable table = rows.Table;
        string key = table.Columns[0].Name;
        string sql = table.Statement(
            "update",
            t =>
                $"UPDATE {t.Name} AS t SET {string.Join(',', t.OtherNames.Select(static c => $"{c}=v.{c}"))} FROM {Unnest(t)} AS v({string.Join(',', t.ColumnNames)}) WHERE t.{key}=v.{key} RETURNING t.{key}"
        );
        await using var command = (NpgsqlCommand)session.Command(sql);
        AddArrays(command, rows);
        var found = new HashSet<long>();
        await using (DbDataReader reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false))
        {
            while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
                found.Add(reader.GetInt64(0));
        }

        return found.Count == rows.Count ? [] : [.. Enumerable.Range(0, rows.Count).Where(row => !found.Contains(rows[0].Number(row)))];
    }

    public override async ValueTask DeleteAsync(
        SqlWork session,
        string table,
        string keyColumn,
        IReadOnlyList<ulong> keys,
        CancellationToken cancellation
    )
    {
        if (keys.Count == 0)
            return;
        await using var command = (NpgsqlCommand)session.Command($"DELETE FROM {table} WHERE {keyColumn} = ANY($1)");
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. keys.Select(static k => unchecked((long)k))] });
        await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
    }

    public override async ValueTask<IReadOnlyList<string>> CheckAsync(SqlWork session, string table, CancellationToken cancellation)
    {
        var findings = new List<string>();
        foreach (string setting in (string[])["fsync", "full_page_writes"])
        {
            if (await session.ScalarAsync($"SHOW {setting}", cancellation).ConfigureAwait(false) is not "on")
                findings.Add($"The server has {setting}=off: a loss of power may lose what was written, or damage the tables.");
        }

        if (
            await session
                .ScalarAsync("SELECT relpersistence::text FROM pg_class WHERE oid = to_regclass(@table)", cancellation, ("table", table))
                .ConfigureAwait(false)
            is "u"
        )
            findings.Add($"The table {table} is UNLOGGED: PostgreSQL empties it after a crash.");
        return findings;
    }

    public override byte[] ReadText(DbDataReader reader, int column) => Encoding.UTF8.GetBytes(reader.GetString(column));

    public override long ReadNumber(DbDataReader reader, int column) =>
        reader.GetFieldType(column) == typeof(int) ? reader.GetInt32(column)
        : reader.GetFieldType(column) == typeof(short) ? reader.GetInt16(column)
        : reader.GetInt64(column);

    public override async ValueTask DisposeAsync()
    {
        await _pooled.DisposeAsync().ConfigureAwait(false);
        await _unpooled.DisposeAsync().ConfigureAwait(false);
    }

    private static NpgsqlDataSource Build(NpgsqlConnectionStringBuilder settings)
    {
        var builder = new NpgsqlSlimDataSourceBuilder(settings.ConnectionString);
        builder.EnableArrays();
        builder.EnableTransportSecurity();
        return builder.Build();
    }

    private static string Unnest(SqlTable table) =>
        table.Statement(
            "unnest",
            static t => $"unnest({string.Join(',', t.Columns.Select(static (c, i) => $"${i + 1}::{NameOf(c.Type)}[]"))})"
        );

    /// <summary>COPY has no conflict clause: it fills a table of this session's own, empty again at the commit.</summary>
    private static async ValueTask<string> CopyAsync(SqlWork session, SqlRows rows, CancellationToken cancellation)
    {
        SqlTable table = rows.Table;
        // Named after its columns: one table may be written with some of them.
        string stage = $"parley_stage_{table.Name.Replace('.', '_')[..Math.Min(table.Name.Length, 30)]}_{table.Columns.Count}";
        await session
            .ExecuteAsync(
                $"CREATE TEMPORARY TABLE IF NOT EXISTS {stage} ({string.Join(',', table.Columns.Select(static c => $"{c.Name} {NameOf(c.Type)}"))}) ON COMMIT DELETE ROWS; TRUNCATE {stage}",
                cancellation
            )
            .ConfigureAwait(false);
        await using NpgsqlBinaryImporter importer = await ((NpgsqlConnection)session.Connection)
            .BeginBinaryImportAsync($"COPY {stage} ({string.Join(',', table.ColumnNames)}) FROM STDIN (FORMAT BINARY)", cancellation)
            .ConfigureAwait(false);
        for (int row = 0; row < rows.Count; row++)
        {
            await importer.StartRowAsync(cancellation).ConfigureAwait(false);
            for (int i = 0; i < table.Columns.Count; i++)
            {
                SqlColumnValues column = rows[i];
                if (column.IsNull(row))
                    await importer.WriteNullAsync(cancellation).ConfigureAwait(false);
                else
                    await WriteAsync(importer, column, row, cancellation).ConfigureAwait(false);
            }
        }

        await importer.CompleteAsync(cancellation).ConfigureAwait(false);
        return stage;
    }

    private static Task WriteAsync(NpgsqlBinaryImporter importer, SqlColumnValues column, int row, CancellationToken cancellation) =>
        column.Type switch
        {
            SqlColumnType.UInt32 => importer.WriteAsync(unchecked((int)column.Number(row)), NpgsqlDbType.Integer, cancellation),
            SqlColumnType.Text => importer.WriteAsync(column.Text(row)!, NpgsqlDbType.Text, cancellation),
            SqlColumnType.Bytes => importer.WriteAsync(column.Bytes(row)!, NpgsqlDbType.Bytea, cancellation),
            SqlColumnType.Real => importer.WriteAsync(column.Real(row), NpgsqlDbType.Double, cancellation),
            SqlColumnType.DateTime => importer.WriteAsync(column.Time(row), NpgsqlDbType.Timestamp, cancellation),
            _ => importer.WriteAsync(column.Number(row), NpgsqlDbType.Bigint, cancellation),
        };

    private static void AddArrays(NpgsqlCommand command, SqlRows rows)
    {
        for (int i = 0; i < rows.Table.Columns.Count; i++)
        {
            SqlColumnValues column = rows[i];
            int count = rows.Count;
            command.Parameters.Add(
                column.Type switch
                {
                    SqlColumnType.Text => Array(count, column.Text, NpgsqlDbType.Text),
                    SqlColumnType.Bytes => Array(count, column.Bytes, NpgsqlDbType.Bytea),
                    SqlColumnType.UInt32 => Array(column, count, row => unchecked((int)column.Number(row)), NpgsqlDbType.Integer),
                    SqlColumnType.Real => Array(column, count, column.Real, NpgsqlDbType.Double),
                    SqlColumnType.DateTime => Array(column, count, column.Time, NpgsqlDbType.Timestamp),
                    _ => Array(column, count, column.Number, NpgsqlDbType.Bigint),
                }
            );
        }
    }

    private static NpgsqlParameter Array<T>(SqlColumnValues column, int count, Func<int, T> value, NpgsqlDbType type)
        where T : struct
    {
        if (column.HasNulls)
            return Array<T?>(count, row => column.IsNull(row) ? null : value(row), type);
        return Array(count, value, type);
    }

    private static NpgsqlParameter<T[]> Array<T>(int count, Func<int, T> value, NpgsqlDbType type)
    {
        var values = new T[count];
        for (int row = 0; row < count; row++)
            values[row] = value(row);
        return new NpgsqlParameter<T[]> { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | type };
    }

    private static string NameOf(SqlColumnType type) =>
        type switch
        {
            SqlColumnType.UInt32 => "integer",
            SqlColumnType.Text => "text",
            SqlColumnType.Bytes => "bytea",
            SqlColumnType.Real => "double precision",
            SqlColumnType.DateTime => "timestamp",
            _ => "bigint",
        };
}
