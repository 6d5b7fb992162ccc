namespace Parley.Load;

/// <summary>A run of a load generator that has been started.</summary>
internal interface ILoad : IDisposable
{
    /// <summary>The generator: sipp or calls.</summary>
    string Name { get; }

    /// <summary>Until the last call has ended, well or not.</summary>
    Task CallsEndedAsync();

    /// <summary>Until its processes have ended: what they found, and the CPU time that they took.</summary>
    Task<CallFigures> EndAsync();
}
