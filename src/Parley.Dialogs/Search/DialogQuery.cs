using System.Net;

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

    /// <summary>The tag of any of its legs, byte by byte.</summary>
    public string? Tag { get; init; }

    /// <summary>
    /// A telephone number in the user part of From or To: its digits are the last ones of the user's. A leading <c>+</c>, <c>00</c> or <c>0</c> of what is
    /// sought is left out, as are visual separators (RFC 3966 5.1.1), so that <c>030 1234</c> finds <c>+49301234</c>.
    /// </summary>
    public string? Number { get; init; }

    /// <summary>An address that messages of one of its legs came from last.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>The port there; null: any. Of no account without <see cref="Address"/>.</summary>
    public int? Port { get; init; }

    /// <summary>The listener that messages of one of its legs came by last, as <c>udp:192.0.2.1:5060</c>.</summary>
    public string? Listener { get; init; }

    /// <summary>It was created at this moment or earlier.</summary>
    public DateTimeOffset? CreatedUntil { get; init; }

    /// <summary>It was created at this moment or later.</summary>
    public DateTimeOffset? CreatedSince { get; init; }

    /// <summary>The dialogs with these ids. With it no others are looked at.</summary>
    public IReadOnlyCollection<DialogId>? Ids { get; init; }

    /// <summary>Only dialogs behind this id, in the order of ids; null: from the first on.</summary>
    public DialogId? After { get; init; }
}
