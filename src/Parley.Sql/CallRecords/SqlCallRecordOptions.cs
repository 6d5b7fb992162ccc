namespace Parley.Sql;

/// <summary>How call records are kept in a database, in the transactions of the dialogs' ends.</summary>
public sealed class SqlCallRecordOptions
{
    /// <summary>Which tables they are written to.</summary>
    public SqlCallRecordShape Shape { get; set; }

    /// <summary>
    /// Each record is put into the table <c>cdr_outbox</c> as well, for the consumer that takes it from there (<see cref="Dialogs.ICallRecordOutbox"/>), such
    /// as a file of JSON lines. Without a consumer the table grows.
    /// </summary>
    public bool Outbox { get; set; }

    internal void Validate()
    {
        if (!Enum.IsDefined(Shape))
            throw new ArgumentException($"SqlCallRecordOptions.Shape has no value {(int)Shape}.", nameof(Shape));
    }
}
