namespace Parley.Dialogs;

/// <summary>Which way a message travels in its dialog.</summary>
public enum DialogDirection : byte
{
    /// <summary>No message, or one of the proxy's own.</summary>
    None = 0,

    /// <summary>From the caller to the callee.</summary>
    Downstream = 1,

    /// <summary>From the callee to the caller.</summary>
    Upstream = 2,
}
