namespace Parley.Dialogs;

/// <summary>What dialogs to look for. Everything that is set must hold; with nothing set all dialogs fit.</summary>
public sealed record DialogQuery
{
    /// <summary>The Call-ID, byte by byte. With it only the dialogs of that Call-ID are looked at.</summary>
    public string? CallId { get; init; }

    /// <summary>The URI of From, compared as URIs are (RFC 3261 19.1.4).</summary>
    public string? FromUri { get; init; }

    /// <summary>The URI of To, compared as URIs are.</summary>
    public string? ToUri { get; init; }

    /// <summary>The URI of From or To, compared as URIs are.</summary>
    public string? Uri { get; init; }

    /// <summary>A profile the dialog is in, by name. With it only the dialogs of that profile are looked at.</summary>
    public string? Profile { get; init; }

    /// <summary>The value it is in the profile with; null: any.</summary>
    public string? ProfileValue { get; init; }

    /// <summary>A value the dialog holds, by name.</summary>
    public string? ValueName { get; init; }

    /// <summary>What that value is, as text; null: whatever it is.</summary>
    public string? Value { get; init; }

    /// <summary>Where it stands.</summary>
    public DialogState? State { get; init; }

    /// <summary>Also dialogs that are over and wait out their delete delay.</summary>
    public bool IncludeDeleted { get; init; }
}
