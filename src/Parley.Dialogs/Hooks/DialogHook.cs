using Parley.Sip;

namespace Parley.Dialogs;

/// <summary>
/// A hook on the answer, the timeout or the end of calls (OpenSIPS: on_answer, on_timeout and on_hangup routes). The dialog is the current
/// one meanwhile. What it throws is logged, and the call goes on.
/// </summary>
/// <param name="dialog">The dialog.</param>
/// <param name="message">At the answer the 2xx, at the end the BYE, valid during the call; null at a timeout and at an end without a BYE of the parties.</param>
public delegate void DialogHook(Dialog dialog, SipMessage? message);
