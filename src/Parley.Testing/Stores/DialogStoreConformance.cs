using Parley.Dialogs;

namespace Parley.Testing;

/// <summary>
/// What every <see cref="IDialogStore"/> must do, as cases that any test framework can run: for each of <see cref="Cases"/> make an empty
/// place and call <see cref="DialogStoreCase.RunAsync"/>. Parley's own stores run the same ones.
/// </summary>
public static class DialogStoreConformance
{
    /// <summary>All cases, in a fixed order.</summary>
    public static IReadOnlyList<DialogStoreCase> Cases { get; } =
    [
        .. DialogStoreColumnCases.All,
        .. DialogStoreWriteCases.All,
        .. DialogStoreLoadCases.All,
        .. DialogStoreOwnershipCases.All,
        .. DialogStoreCallRecordCases.All,
    ];
}
