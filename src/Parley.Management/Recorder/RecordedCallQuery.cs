namespace Parley.Management;

/// <summary>Which recorded calls to find. What is null does not restrict.</summary>
public sealed record RecordedCallQuery
{
    /// <summary>Free text, in any case: a part of the Call-ID, of the URIs of From and To, of an address or of the line.</summary>
    public string? Text { get; init; }

    /// <summary>The whole Call-ID.</summary>
    public string? CallId { get; init; }

    /// <summary>A number or user name, whole or its end: of From or To.</summary>
    public string? Number { get; init; }

    /// <summary>An IP address of a participant, without port.</summary>
    public string? Address { get; init; }

    /// <summary>True: only calls with a mark; false: only those without.</summary>
    public bool? IsAbnormal { get; init; }

    /// <summary>A mark that the call has.</summary>
    public string? Mark { get; init; }

    /// <summary>True: only calls that are over; false: only those that go on.</summary>
    public bool? HasEnded { get; init; }

    /// <summary>Calls of which something happened at this time or later.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>INVITEs alone (false, the default), or also REGISTER, OPTIONS and whatever else was recorded.</summary>
    public bool AllMethods { get; init; }
}
