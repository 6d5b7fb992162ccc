namespace Parley.Dialogs;

/// <summary>Which calls get records and what is in them.</summary>
public sealed class CallRecordOptions
{
    /// <summary>Calls that were not answered get records too.</summary>
    public bool MissedCalls { get; set; }

    /// <summary>An answered call gets an intermediate record each time this long has passed; zero: none. A second or more.</summary>
    public TimeSpan IntermediateInterval { get; set; }

    /// <summary>Names of the dialog values that go into the records.</summary>
    public IList<string> Values { get; } = [];

    /// <summary>The name of this node in the records; empty: none.</summary>
    public string Node { get; set; } = "";
}
