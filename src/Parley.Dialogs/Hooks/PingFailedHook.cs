namespace Parley.Dialogs;

/// <summary>
/// A hook on a leg that the pings found dead (<see cref="DialogOptions.PingFailures"/>): the proxy ends the call, or that leg of it, next. Runs under no
/// lock. What it throws is logged, and the call goes on.
/// </summary>
/// <param name="dialog">The dialog.</param>
/// <param name="leg">The leg that is dead.</param>
/// <param name="reason">Why: <c>no answer</c>, <c>no connection</c>, <c>the call is gone there</c>.</param>
public delegate void PingFailedHook(Dialog dialog, DialogLeg leg, string reason);
