namespace Parley.Server.Terminal.Top;

/// <summary>What a key of <c>parley top</c> asks for.</summary>
internal enum TopWish
{
    None,

    /// <summary>New figures, at once.</summary>
    Refresh,

    /// <summary>The ladder of the chosen call.</summary>
    Trace,

    /// <summary>The end of the chosen call.</summary>
    End,

    Quit,
}
