using System.Globalization;
using System.Text;
using Parley.Sip;
using Parley.Transport;

namespace Parley.Server.Calls;

/// <summary>Parts of messages as words of a log line: one word each, or without a quote where the line puts it in quotes.</summary>
internal static class LogWords
{
    /// <summary>A text that the line quotes.</summary>
    public static string Of(ReadOnlySpan<byte> text) => Encoding.UTF8.GetString(text).Replace('"', '\'');

    /// <summary>The URI of a From or To; its display name is left out.</summary>
    public static string UriOf(NameAddrView address) => address.Uri.IsValid ? Word(address.Uri.Text) : "-";

    /// <summary>The address-of-record of a To, as the registrar writes it: user and host.</summary>
    public static string AddressOf(NameAddrView address)
    {
        var uri = address.Uri;
        if (!uri.IsValid)
            return "-";
        return uri.User.IsEmpty ? Word(uri.Host) : $"{Word(uri.User)}@{Word(uri.Host)}";
    }

    /// <summary>A word: blanks in what the network sent do not make two of it.</summary>
    public static string Word(ReadOnlySpan<byte> text) =>
        text.IsEmpty ? "-" : Encoding.UTF8.GetString(text).Replace(' ', '_').Replace('\t', '_');

    /// <summary>The protocol and the far end, <c>udp:192.0.2.1:5060</c>; a dash when it is not known.</summary>
    public static string Of(in SipFlow flow) =>
        flow.Listener is { } listener ? $"{listener.Protocol.ToString().ToLowerInvariant()}:{flow.Remote}" : "-";

    public static string Seconds(TimeSpan span) => span.TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture);

    /// <summary>The usual phrase of a status.</summary>
    public static string PhraseOf(int status) =>
        status switch
        {
            400 => "the request is malformed",
            408 => "no answer",
            416 => "the URI scheme is not supported",
            420 => "an extension that it requires is not supported",
            440 => "Max-Breadth exceeded",
            482 => "loop, or a copy that came by another way",
            483 => "Max-Forwards used up",
            487 => "cancelled",
            500 => "internal error",
            503 => "service unavailable",
            _ => "refused",
        };
}
