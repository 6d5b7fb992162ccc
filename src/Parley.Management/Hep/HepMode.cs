namespace Parley.Management;

/// <summary>Which messages go out by HEP.</summary>
public enum HepMode
{
    /// <summary>None.</summary>
    Off,

    /// <summary>All.</summary>
    All,

    /// <summary>Those of calls that were chosen, by Call-ID or by user.</summary>
    Selected,
}
