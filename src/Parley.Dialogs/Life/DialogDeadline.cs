namespace Parley.Dialogs;

/// <summary>What happens to a dialog by itself unless something comes before it.</summary>
/// <param name="Name">
/// <c>answer</c> (the wait for it ends), <c>ack</c> (the wait for it ends), <c>lifetime</c> (the call has lasted long enough), <c>deletion</c> (of one that is over),
/// <c>callerPing</c>, <c>calleePing</c>.
/// </param>
/// <param name="Left">The time until then; zero when it is due.</param>
public readonly record struct DialogDeadline(string Name, TimeSpan Left);
