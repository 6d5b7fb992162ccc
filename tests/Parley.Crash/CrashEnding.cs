namespace Parley.Crash;

/// <summary>How the proxy is ended.</summary>
public enum CrashEnding
{
    /// <summary>kill -9.</summary>
    Kill,

    /// <summary>SIGTERM: an orderly stop.</summary>
    Term,

    /// <summary>One after the other, SIGTERM first.</summary>
    Both,
}
