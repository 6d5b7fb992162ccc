namespace Parley.Management;

/// <summary>The one that calls the management side, as far as it is known.</summary>
/// <param name="Name">A user, or the place that the call came from.</param>
/// <param name="Transport">How it came: <c>http</c>, <c>fifo</c>, <c>udp</c>, <c>unix</c>.</param>
/// <param name="MayChange">It may call what changes something; false: it may only read.</param>
public sealed record ManagementCaller(string Name, string Transport, bool MayChange)
{
    /// <summary>Where the call of a user came from; null where the name says it.</summary>
    public string? Address { get; init; }

    /// <summary>The name for the log: with the address, where that is another thing.</summary>
    public string LogName => Address is null ? Name : $"{Name} ({Address})";
}
