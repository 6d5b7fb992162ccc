namespace Parley.Dialogs;

/// <summary>
/// A hook on a profile that refused a dialog because its limit is reached. Runs under no lock, on the thread that tried, before the caller knows the
/// result. What it throws is logged, and the call goes on.
/// </summary>
/// <param name="dialog">The dialog that was refused.</param>
/// <param name="profile">The profile.</param>
/// <param name="value">The value that has as many dialogs as it may; empty in a profile without values.</param>
/// <param name="limit">How many it may have.</param>
public delegate void LimitReachedHook(Dialog dialog, DialogProfile profile, string value, int limit);
