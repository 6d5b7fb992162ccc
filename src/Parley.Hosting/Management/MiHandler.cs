namespace Parley.Hosting;

/// <summary>Runs a management command. On a thread of the pool, under no lock; several at once.</summary>
/// <param name="arguments">What the caller gave, checked against one of the command's sets of parameters.</param>
/// <param name="cancellation">The caller is gone, or the application stops.</param>
/// <returns>The result. What the handler throws is logged and answered as an internal error.</returns>
public delegate ValueTask<MiResult> MiHandler(MiArguments arguments, CancellationToken cancellation);
