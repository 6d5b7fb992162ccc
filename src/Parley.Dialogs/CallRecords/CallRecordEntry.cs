namespace Parley.Dialogs;

/// <summary>A call record in an outbox.</summary>
/// <param name="Sequence">Its place: later ones have higher numbers.</param>
/// <param name="Id">The idempotency key: <see cref="CallRecord.Key"/>; of an intermediate record with <c>#</c> and its number.</param>
/// <param name="Json">The record as <see cref="CallRecordJson"/> writes it: UTF-8, one object, no line feed.</param>
public readonly record struct CallRecordEntry(long Sequence, string Id, ReadOnlyMemory<byte> Json);
