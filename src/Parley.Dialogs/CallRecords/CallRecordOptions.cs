namespace Parley.Dialogs;

/// <summary>Which calls get records and what is in them.</summary>
public sealed class CallRecordOptions
{
    /// <summary>Calls that were not answered get records too.</summary>
    public bool MissedCalls { get; set; }

    /// <summary>An answered call gets an intermediate record each time this long has passed since the answer; zero: none. Between a second and 24 days.</summary>
    public TimeSpan IntermediateInterval { get; set; }

    /// <summary>Names of the dialog values that go into the records.</summary>
    public IList<string> Values { get; } = [];

    /// <summary>The name of this node in the records; empty: none. At most 255 characters.</summary>
    public string Node { get; set; } = "";

    internal void Validate()
    {
        if (
            IntermediateInterval != TimeSpan.Zero
            && (IntermediateInterval < TimeSpan.FromSeconds(1) || IntermediateInterval.TotalMilliseconds > int.MaxValue)
        )
            throw new ArgumentException(
                $"CallRecordOptions.IntermediateInterval is zero or between one second and 24 days, not {IntermediateInterval}.",
                nameof(IntermediateInterval)
            );
        if (Node is null || Node.Length > 255)
            throw new ArgumentException("CallRecordOptions.Node has at most 255 characters.", nameof(Node));
        foreach (string name in Values)
        {
            if (string.IsNullOrEmpty(name))
                throw new ArgumentException("CallRecordOptions.Values has an empty name.", nameof(Values));
            if (Values.Count(other => other == name) > 1)
                throw new ArgumentException($"CallRecordOptions.Values has {name} twice.", nameof(Values));
        }
    }
}
