namespace Parley.Dialogs;

/// <summary>
/// Call records that wait to leave a store: put there in the transaction that stores them, taken away once they have arrived elsewhere. What
/// carries them is sure to carry each at least once, and recognises repetitions by <see cref="CallRecordEntry.Id"/>. A dialog store implements it beside
/// <see cref="IDialogStore"/>; its members are called by one consumer at a time, beside the writer.
/// </summary>
public interface ICallRecordOutbox
{
    /// <summary>Records are put into it. False: it is off in the store's options, and stays empty.</summary>
    bool IsKept { get; }

    /// <summary>The oldest records, in the order in which they were stored; empty when none waits.</summary>
    /// <param name="count">The most to give, above zero.</param>
    /// <param name="cancellation">Gives up.</param>
    ValueTask<IReadOnlyList<CallRecordEntry>> ReadAsync(int count, CancellationToken cancellation);

    /// <summary>Takes records away, durable when it returns; one that is not there is no error.</summary>
    /// <param name="entries">As they were read.</param>
    /// <param name="cancellation">Gives up.</param>
    ValueTask RemoveAsync(IReadOnlyList<CallRecordEntry> entries, CancellationToken cancellation);
}
