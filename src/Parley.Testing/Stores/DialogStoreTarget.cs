using Parley.Dialogs;

namespace Parley.Testing;

/// <summary>A store under test: one place, empty at first, that is used by one case.</summary>
public sealed class DialogStoreTarget
{
    /// <summary>Makes a store on the place. Each call makes another one, as another process would; the case opens and disposes it.</summary>
    public required Func<IDialogStore> Create { get; init; }

    /// <summary>Whether a store has the place for itself while it is open. False: cases about that do not apply.</summary>
    public bool IsExclusive { get; init; } = true;

    /// <summary>Reads the call records of the place as <c>key/number</c> (number 0: the final one), in any order. Null: the store keeps none, and cases about them do not apply.</summary>
    public Func<CancellationToken, Task<IReadOnlyList<string>>>? ReadCallRecords { get; init; }
}
