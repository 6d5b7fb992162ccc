namespace Parley.Dialogs;

/// <summary>What ending one dialog of many came to.</summary>
/// <param name="Dialog">The dialog.</param>
/// <param name="Ended">Whether its end was begun; false when it was over already or nothing could be sent.</param>
/// <param name="Failure">What ending it threw; null otherwise. The other dialogs were ended all the same.</param>
public readonly record struct DialogEnding(Dialog Dialog, bool Ended, Exception? Failure);
