namespace Parley.Dialogs;

/// <summary>
/// A handler of dialog moments that may await. It runs after its moment, on the thread pool: the call does not wait for it and nothing of the message
/// can be changed any more. The handlers of one dialog run one at a time, in the order of the dialog's moments. What it throws is logged with
/// the dialog.
/// </summary>
/// <param name="dialog">The dialog. It may have moved on, or be over, by the time the handler runs.</param>
/// <param name="notification">The moment. Valid until the returned task completes.</param>
/// <returns>Completes when the handler is done: the next one of this dialog starts then.</returns>
public delegate ValueTask DialogAsyncCallback(Dialog dialog, DialogNotification notification);
