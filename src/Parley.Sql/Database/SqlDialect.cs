using System.Data;
using System.Data.Common;

namespace Parley.Sql;

/// <summary>What differs from database to database. All else is written once, in terms of this.</summary>
internal abstract class SqlDialect : IAsyncDisposable
{
    /// <summary>The folder of its migrations.</summary>
    public abstract string Folder { get; }

    /// <summary>What its documentation calls it, for messages.</summary>
    public abstract string Title { get; }

    /// <summary>Where the database is, without a password: for messages.</summary>
    public abstract string Place { get; }

    /// <summary>Whether the driver works on the caller's thread although its methods are asynchronous.</summary>
    public virtual bool BlocksCaller => false;

    /// <summary>Whether it writes texts as the bytes of UTF-8, and not as strings: <see cref="SqlRows.AddText"/>.</summary>
    public virtual bool TakesUtf8 => false;

    /// <summary>Whether UInt64 columns are ordered without a sign.</summary>
    public virtual bool HasUnsigned => false;

    public virtual IsolationLevel Isolation => IsolationLevel.ReadCommitted;

    /// <summary>A connection, ready to use.</summary>
    /// <param name="pooled">False: its server session ends when it is disposed, and the locks of that session with it.</param>
    /// <param name="cancellation">Gives up.</param>
    public abstract ValueTask<DbConnection> OpenAsync(bool pooled, CancellationToken cancellation);

    /// <summary>Whether trying again cannot help: no such database, wrong password, no such table.</summary>
    public abstract bool IsSetUpWrongly(DbException exception);

    /// <summary>Takes a name for this session until it ends.</summary>
    /// <param name="session">A session that is kept open.</param>
    /// <param name="table">The table that is to be owned.</param>
    /// <param name="node">Shown to others that want it.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Null when it is owned now; else what has it.</returns>
    public abstract ValueTask<SqlOwner?> TryOwnAsync(SqlWork session, string table, string node, CancellationToken cancellation);

    /// <summary>Ends another session of this process, one that the server still has although its connection is gone.</summary>
    public virtual ValueTask EndAsync(SqlWork session, long number, CancellationToken cancellation) => ValueTask.CompletedTask;

    /// <summary>A transaction that sees one state throughout and writes nothing.</summary>
    public virtual ValueTask<DbTransaction> BeginReadAsync(DbConnection connection, CancellationToken cancellation) =>
        connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);

    /// <summary>The table's columns; null when there is no such table.</summary>
    public abstract ValueTask<SqlTableShape?> ShapeAsync(SqlWork session, string table, CancellationToken cancellation);

    /// <summary>Inserts rows. No key is in them twice.</summary>
    public abstract ValueTask UpsertAsync(SqlWork session, SqlRows rows, SqlConflict conflict, CancellationToken cancellation);

    /// <summary>Sets the columns behind the key.</summary>
    /// <returns>The indexes of the rows whose key is not there. The key is one UInt64 column.</returns>
    public abstract ValueTask<IReadOnlyList<int>> UpdateAsync(SqlWork session, SqlRows rows, CancellationToken cancellation);

    /// <summary>Removes the rows with these keys; one that is not there is no error.</summary>
    public abstract ValueTask DeleteAsync(
        SqlWork session,
        string table,
        string keyColumn,
        IReadOnlyList<ulong> keys,
        CancellationToken cancellation
    );

    /// <summary>The value of a text column: its bytes as UTF-8, as they were written.</summary>
    public abstract byte[] ReadText(DbDataReader reader, int column);

    /// <summary>The value of a bytes column.</summary>
    public virtual byte[] ReadBytes(DbDataReader reader, int column) => reader.GetFieldValue<byte[]>(column);

    /// <summary>The value of a number column, whatever its width: unsigned columns as their bits.</summary>
    public virtual long ReadNumber(DbDataReader reader, int column) => reader.GetInt64(column);

    /// <summary>The value of a date, as unix milliseconds.</summary>
    public virtual long ReadTime(DbDataReader reader, int column) =>
        new DateTimeOffset(DateTime.SpecifyKind(reader.GetDateTime(column), DateTimeKind.Utc)).ToUnixTimeMilliseconds();

    /// <summary>Why there is no database at all, where that is known without connecting; null: there may be one.</summary>
    public virtual string? Missing => null;

    /// <summary>What of the database's own settings may lose something, each a line.</summary>
    public abstract ValueTask<IReadOnlyList<string>> CheckAsync(SqlWork session, string table, CancellationToken cancellation);

    /// <summary>The value to compare or pass for a UInt64.</summary>
    public virtual object Id(ulong id) => unchecked((long)id);

    /// <summary>Closes what is not in use.</summary>
    public abstract ValueTask DisposeAsync();
}
