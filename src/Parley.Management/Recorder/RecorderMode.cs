namespace Parley.Management;

/// <summary>What the recorder keeps of each message.</summary>
public enum RecorderMode
{
    /// <summary>Nothing: there is no recorder.</summary>
    Off,

    /// <summary>The first line and the headers.</summary>
    Headers,

    /// <summary>The whole message.</summary>
    Whole,
}
