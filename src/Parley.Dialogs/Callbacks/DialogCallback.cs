namespace Parley.Dialogs;

/// <summary>
/// A handler of dialog moments. It may register, store and read values and profiles, send, and terminate the dialog; no lock is held
/// while it runs. What it throws is logged with the dialog, and the call goes on.
/// </summary>
/// <param name="dialog">The dialog.</param>
/// <param name="type">The one moment that this call is about.</param>
/// <param name="parameters">What belongs to the moment. Valid during the call: do not keep it.</param>
public delegate void DialogCallback(Dialog dialog, DialogCallbackTypes type, DialogCallbackParameters parameters);
