using System.Data.Common;
using System.Globalization;
using System.Text;
using MySqlConnector;

namespace Parley.Sql;

/// <summary>MySQL and MariaDB: statements of many rows.</summary>
internal sealed class MySqlDialect : SqlDialect
{
    /// <summary>A statement takes this many rows, or fewer when they are long: a server takes 16 MB by default, older ones 4.</summary>
    private const int RowsPerStatement = 250,
        BytesPerStatement = 1_000_000;

    private readonly MySqlDataSource _pooled;
    private readonly MySqlDataSource _unpooled;
    private readonly int _lockWait;

    public MySqlDialect(SqlDatabaseOptions options)
    {
        try
        {
            var builder = new MySqlConnectionStringBuilder(options.ConnectionString);
            if (string.IsNullOrEmpty(builder.ApplicationName))
                builder.ApplicationName = options.Node.Length == 0 ? "parley" : $"parley {options.Node}";
            if (builder.Keepalive == 0)
                builder.Keepalive = 60;
            // What an UPDATE finds counts, also when nothing in it changes.
            builder.UseAffectedRows = false;
            builder.CharacterSet = "utf8mb4";
            Place = $"MySQL {builder.Server}:{builder.Port}/{builder.Database}";
            _lockWait = (int)Math.Ceiling(options.BusyTimeout.TotalSeconds);
            _pooled = new MySqlDataSourceBuilder(builder.ConnectionString).Build();
            builder.Pooling = false;
            _unpooled = new MySqlDataSourceBuilder(builder.ConnectionString).Build();
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidOperationException)
        {
            throw new ArgumentException(
                $"SqlDatabaseOptions.ConnectionString is none of MySQL: {SqlDatabase.OneLine(e.Message)}",
                nameof(options),
                e
            );
        }
    }

    public override string Folder => "mysql";

    public override string Title => "MySQL";

    public override string Place { get; }

    public override bool HasUnsigned => true;

    public override async ValueTask<DbConnection> OpenAsync(bool pooled, CancellationToken cancellation)
    {
        MySqlConnection connection = await (pooled ? _pooled : _unpooled).OpenConnectionAsync(cancellation).ConfigureAwait(false);
        try
        {
            await using MySqlCommand command = connection.CreateCommand();
            // Strict: a text that does not fit is an error, never cut. The writer may be idle for long, and its lock lives as long as its session.
            command.CommandText = string.Create(
                CultureInfo.InvariantCulture,
                $"SET SESSION sql_mode='STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', innodb_lock_wait_timeout={_lockWait}, lock_wait_timeout={_lockWait}, wait_timeout=31536000, time_zone='+00:00'"
            );
            await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Access denied, no such database, no such table or column.</summary>
    public override bool IsSetUpWrongly(DbException exception) =>
        exception
            is MySqlException
            {
                ErrorCode: MySqlErrorCode.AccessDenied
                    or MySqlErrorCode.DatabaseAccessDenied
                    or MySqlErrorCode.TableAccessDenied
                    or MySqlErrorCode.UnknownDatabase
                    or MySqlErrorCode.NoSuchTable
                    or MySqlErrorCode.BadFieldError
            };

    /// <summary>GET_LOCK of this session: its name has at most 64 characters and is one of the server, so it is a hash of database and table.</summary>
    public override async ValueTask<SqlOwner?> TryOwnAsync(SqlWork session, string table, string node, CancellationToken cancellation)
    {
        const string name = "CONCAT('parley:', SHA1(CONCAT(IF(LOCATE('.', @table) > 0, '', CONCAT(DATABASE(), '.')), @table)))";
        object? taken = await session.ScalarAsync($"SELECT GET_LOCK({name}, 0)", cancellation, ("@table", table)).ConfigureAwait(false);
        if (Convert.ToInt64(taken, CultureInfo.InvariantCulture) == 1)
        {
            session.Number = ((MySqlConnection)session.Connection).ServerThread;
            return null;
        }

        object? id = await session.ScalarAsync($"SELECT IS_USED_LOCK({name})", cancellation, ("@table", table)).ConfigureAwait(false);
        if (id is null)
            return new SqlOwner(0, "a session that has just ended");
        object? host = await session
            .ScalarAsync("SELECT HOST FROM information_schema.PROCESSLIST WHERE ID=@id", cancellation, ("@id", id))
            .ConfigureAwait(false);
        long number = Convert.ToInt64(id, CultureInfo.InvariantCulture);
        return new SqlOwner(number, $"connection {number}{(host is null ? "" : $" from {host}")}");
    }

    public override async ValueTask EndAsync(SqlWork session, long number, CancellationToken cancellation)
    {
        try
        {
            await session.ExecuteAsync(string.Create(CultureInfo.InvariantCulture, $"KILL {number}"), cancellation).ConfigureAwait(false);
        }
        catch (MySqlException e) when (e.ErrorCode == MySqlErrorCode.NoSuchThread)
        {
            // It has ended by itself.
        }
    }

    public override async ValueTask<SqlTableShape?> ShapeAsync(SqlWork session, string table, CancellationToken cancellation)
    {
        int dot = table.IndexOf('.', StringComparison.Ordinal);
        await using DbCommand command = session.Command(
            """
            SELECT COLUMN_NAME, DATA_TYPE, CHARACTER_MAXIMUM_LENGTH, CHARACTER_OCTET_LENGTH, CHARACTER_SET_NAME FROM information_schema.COLUMNS
            WHERE TABLE_SCHEMA=COALESCE(@schema, DATABASE()) AND TABLE_NAME=@table
            """,
            ("@table", table[(dot + 1)..]),
            ("@schema", dot < 0 ? null : table[..dot])
        );
        await using DbDataReader reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        var columns = new Dictionary<string, SqlTextRoom>();
        while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
            columns[reader.GetString(0).ToLowerInvariant()] = Room(
                reader.GetString(1),
                Length(reader, 2),
                Length(reader, 3),
                await reader.IsDBNullAsync(4, cancellation).ConfigureAwait(false) ? null : reader.GetString(4)
            );
        return columns.Count == 0 ? null : new SqlTableShape(columns);
    }

    public override async ValueTask UpsertAsync(SqlWork session, SqlRows rows, SqlConflict conflict, CancellationToken cancellation)
    {
        SqlTable table = rows.Table;
        string head = $"INSERT INTO {table.Name} ({string.Join(',', table.ColumnNames)}) VALUES ";
        string key = table.Columns[0].Name;
        string tail =
            table.Conflict(conflict) == SqlConflict.Keep
                // Not INSERT IGNORE: that would cut texts and take wrong values as well.
                ? $" ON DUPLICATE KEY UPDATE {key}={table.Name}.{key}"
                : table.Statement(
                    "conflict",
                    static t => $" ON DUPLICATE KEY UPDATE {string.Join(',', t.OtherNames.Select(static c => $"{c}=VALUES({c})"))}"
                );
        for (int row = 0; row < rows.Count; )
            row = await RunAsync(session, rows, row, head, ",", tail, "(", ")", null, cancellation).ConfigureAwait(false);
    }

    public override async ValueTask<IReadOnlyList<int>> UpdateAsync(SqlWork session, SqlRows rows, CancellationToken cancellation)
    {
        SqlTable table = rows.Table;
        string key = table.Columns[0].Name;
        string tail = $") v ON t.{key}=v.{key} SET {string.Join(',', table.OtherNames.Select(static c => $"t.{c}=v.{c}"))}";
        int found = 0;
        for (int row = 0; row < rows.Count; )
            row = await RunAsync(
                    session,
                    rows,
                    row,
                    $"UPDATE {table.Name} t JOIN (",
                    " UNION ALL ",
                    tail,
                    "SELECT ",
                    "",
                    affected => found += affected,
                    cancellation
                )
                .ConfigureAwait(false);
        if (found == rows.Count)
            return [];
        var there = new HashSet<ulong>();
        foreach (int[] some in Enumerable.Range(0, rows.Count).Chunk(1_000))
        {
            await using DbCommand command = session.Command(
                $"SELECT {key} FROM {table.Name} WHERE {key} IN ({Ids(some.Select(i => unchecked((ulong)rows[0].Number(i))))})"
            );
            await using DbDataReader reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
            while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
                there.Add(unchecked((ulong)ReadNumber(reader, 0)));
        }

        return [.. Enumerable.Range(0, rows.Count).Where(row => !there.Contains(unchecked((ulong)rows[0].Number(row))))];
    }

    public override async ValueTask DeleteAsync(
        SqlWork session,
        string table,
        string keyColumn,
        IReadOnlyList<ulong> keys,
        CancellationToken cancellation
    )
    {
        foreach (ulong[] some in keys.Chunk(1_000))
            await session.ExecuteAsync($"DELETE FROM {table} WHERE {keyColumn} IN ({Ids(some)})", cancellation).ConfigureAwait(false);
    }

    public override async ValueTask<IReadOnlyList<string>> CheckAsync(SqlWork session, string table, CancellationToken cancellation)
    {
        var findings = new List<string>();
        object? flush = await session.ScalarAsync("SELECT @@global.innodb_flush_log_at_trx_commit", cancellation).ConfigureAwait(false);
        if (Convert.ToInt64(flush, CultureInfo.InvariantCulture) != 1)
            findings.Add($"The server has innodb_flush_log_at_trx_commit={flush}: a loss of power loses the last commits.");
        object? packet = await session.ScalarAsync("SELECT @@global.max_allowed_packet", cancellation).ConfigureAwait(false);
        if (Convert.ToInt64(packet, CultureInfo.InvariantCulture) < 4 * BytesPerStatement)
            findings.Add($"The server has max_allowed_packet={packet}: 4 MB or more are needed.");
        int dot = table.IndexOf('.', StringComparison.Ordinal);
        object? engine = await session
            .ScalarAsync(
                "SELECT ENGINE FROM information_schema.TABLES WHERE TABLE_SCHEMA=COALESCE(@schema, DATABASE()) AND TABLE_NAME=@table",
                cancellation,
                ("@schema", dot < 0 ? null : table[..dot]),
                ("@table", table[(dot + 1)..])
            )
            .ConfigureAwait(false);
        if (engine is string name && !name.Equals("InnoDB", StringComparison.OrdinalIgnoreCase))
            findings.Add($"The table {table} is of {name}, which has no transactions: ALTER TABLE {table} ENGINE=InnoDB.");
        return findings;
    }

    public override byte[] ReadText(DbDataReader reader, int column) => Encoding.UTF8.GetBytes(reader.GetString(column));

    public override long ReadNumber(DbDataReader reader, int column) =>
        reader.GetFieldType(column) == typeof(ulong)
            ? unchecked((long)((MySqlDataReader)reader).GetUInt64(column))
            : reader.GetInt64(column);

    public override object Id(ulong id) => id;

    public override async ValueTask DisposeAsync()
    {
        await _pooled.DisposeAsync().ConfigureAwait(false);
        await _unpooled.DisposeAsync().ConfigureAwait(false);
    }

    private static string Ids(IEnumerable<ulong> ids) =>
        string.Join(',', ids.Select(static id => id.ToString(CultureInfo.InvariantCulture)));

    private static long Length(DbDataReader reader, int column) =>
        reader.IsDBNull(column)
            ? -1
            : (long)Math.Min(Convert.ToDecimal(reader.GetValue(column), CultureInfo.InvariantCulture), long.MaxValue);

    private static SqlTextRoom Room(string type, long characters, long bytes, string? charset)
    {
        int most = bytes < 0 || bytes > int.MaxValue ? int.MaxValue : (int)bytes;
        if (charset is null)
            return SqlTextRoom.Unbounded with { Bytes = most };
        int highest = charset switch
        {
            "utf8mb4" => 0x10ffff,
            "utf8" or "utf8mb3" => 0xffff,
            _ => 0x7f,
        };
        // The bytes are those of the column's own character set, which are as many as those of UTF-8, or the text is ASCII.
        bool isText = type.EndsWith("text", StringComparison.OrdinalIgnoreCase);
        return new SqlTextRoom(
            isText || characters < 0 || characters > int.MaxValue ? int.MaxValue : (int)characters,
            isText ? most : int.MaxValue,
            highest,
            !type.Equals("char", StringComparison.OrdinalIgnoreCase)
        );
    }

    /// <summary>One statement of as many rows as it takes.</summary>
    /// <returns>The first row that is not in it.</returns>
    private static async ValueTask<int> RunAsync(
        SqlWork session,
        SqlRows rows,
        int first,
        string head,
        string between,
        string tail,
        string open,
        string close,
        Action<int>? affected,
        CancellationToken cancellation
    )
    {
        await using var command = (MySqlCommand)session.Command("");
        var sql = new StringBuilder(head);
        int row = first,
            bytes = 0;
        for (; row < rows.Count && row - first < RowsPerStatement && bytes < BytesPerStatement; row++)
        {
            sql.Append(row == first ? "" : between).Append(open);
            for (int i = 0; i < rows.Table.Columns.Count; i++)
            {
                if (i > 0)
                    sql.Append(',');
                bytes += Append(sql, command, rows[i], row);
                if (open == "SELECT " && row == first)
                    sql.Append(" AS ").Append(rows.Table.Columns[i].Name);
            }

            sql.Append(close);
        }

        command.CommandText = sql.Append(tail).ToString();
        int count = await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
        affected?.Invoke(count);
        return row;
    }

    /// <summary>Numbers stand in the text of the statement, all else is a parameter.</summary>
    private static int Append(StringBuilder sql, MySqlCommand command, SqlColumnValues column, int row)
    {
        if (column.IsNull(row))
        {
            sql.Append("NULL");
            return 4;
        }

        switch (column.Type)
        {
            case SqlColumnType.UInt64:
                sql.Append(CultureInfo.InvariantCulture, $"{unchecked((ulong)column.Number(row))}");
                return 20;
            case SqlColumnType.UInt32:
                sql.Append(CultureInfo.InvariantCulture, $"{column.Number(row) & uint.MaxValue}");
                return 10;
            case SqlColumnType.Int64:
                sql.Append(CultureInfo.InvariantCulture, $"{column.Number(row)}");
                return 20;
            case SqlColumnType.Real:
                sql.Append(CultureInfo.InvariantCulture, $"{column.Real(row):R}");
                return 24;
            case SqlColumnType.DateTime:
                sql.Append(CultureInfo.InvariantCulture, $"'{column.TimeText(row)}'");
                return 24;
        }

        object value = column.Type == SqlColumnType.Text ? column.Text(row)! : column.Bytes(row)!;
        sql.Append('?');
        command.Parameters.Add(new MySqlParameter { Value = value });
        return value is string text ? text.Length : ((byte[])value).Length;
    }
}
