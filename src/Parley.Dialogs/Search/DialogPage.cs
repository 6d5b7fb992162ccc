namespace Parley.Dialogs;

/// <summary>A part of the dialogs that fit a query, in a fixed order.</summary>
/// <param name="Dialogs">At most as many as asked for.</param>
/// <param name="Next">Give it as <c>after</c> for the next page; null: this was the last one.</param>
public sealed record DialogPage(IReadOnlyList<Dialog> Dialogs, DialogId? Next);
