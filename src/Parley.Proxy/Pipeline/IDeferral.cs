namespace Parley.Proxy;

/// <summary>The open end of a request whose handler has returned.</summary>
internal interface IDeferral
{
    /// <summary>Nothing has taken the request yet.</summary>
    bool IsOpen { get; }

    /// <summary>In the strand: the request has ended otherwise.</summary>
    void Abort();
}
