using Parley.Dialogs;

namespace Parley.Sql;

/// <summary>What else is written in the transaction of a batch of dialogs, such as call records.</summary>
internal interface ISqlBatchPart
{
    /// <summary>Finds its tables and checks their version, each time a connection was opened for writing.</summary>
    /// <exception cref="DialogStoreException">They are missing or of another version.</exception>
    ValueTask OpenAsync(SqlWork session, SqlDatabase database, CancellationToken cancellation);

    /// <summary>Writes its part of a batch; the caller begins and commits the transaction.</summary>
    ValueTask WriteAsync(SqlWork session, DialogStoreBatch batch, CancellationToken cancellation);
}
