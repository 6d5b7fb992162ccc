namespace Parley.Dialogs;

/// <summary>
/// A hook on PRACKs of the proxy's own that failed (<see cref="DialogFlags.AutoPrack"/>): the callee will give up its INVITE with a 5xx (RFC 3262
/// 3), or ring on, if it is no stickler. Runs under no lock, the dialog being the current one, before <see cref="DialogFlags.EndOnPrackFailure"/>
/// has its effect. What it throws is logged, and the call goes on.
/// </summary>
/// <param name="dialog">The dialog.</param>
/// <param name="leg">The leg whose provisional response stays without its acknowledgement.</param>
/// <param name="statusCode">The final response, 300 or above; of the proxy's own: 408 (no answer within <see cref="DialogOptions.PrackTimeout"/>), 430 (the connection is gone), 503 (could not be sent).</param>
public delegate void PrackFailedHook(Dialog dialog, DialogLeg leg, int statusCode);
