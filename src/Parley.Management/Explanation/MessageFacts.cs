using System.Text;
using Parley.Sip;

namespace Parley.Management;

/// <summary>What the explanation of a call needs of one of its messages.</summary>
internal sealed class MessageFacts
{
    private MessageFacts(RecordedMessage message, string malformed)
    {
        Message = message;
        Malformed = malformed;
    }

    public RecordedMessage Message { get; }

    /// <summary>Why it cannot be read; empty: it can.</summary>
    public string Malformed { get; }

    public bool IsRequest => Message.Status is null;

    public bool IsInbound => Message.IsInbound;

    public int Status => Message.Status ?? 0;

    public string Method => Message.Method;

    public string Remote => Message.Remote;

    public DateTimeOffset At => Message.At;

    public string Phrase { get; private init; } = "";

    public uint CSeq { get; private init; }

    public string From { get; private init; } = "";

    public string To { get; private init; } = "";

    public string FromTag { get; private init; } = "";

    public string ToTag { get; private init; } = "";

    public string RequestUri { get; private init; } = "";

    public bool HasRecordRoute { get; private init; }

    public bool HasCredentials { get; private init; }

    public bool IsStale { get; private init; }

    /// <summary>The Contact is missing, or no address that can be called.</summary>
    public bool IsUncallable { get; private init; }

    /// <summary>The text of its Reason header (RFC 3326); empty without one.</summary>
    public string Reason { get; private init; } = "";

    public static MessageFacts Of(RecordedMessage message)
    {
        byte[] bytes = message.IsCut ? CutMessage.Whole(message.Bytes.Span) : message.Bytes.ToArray();
        var sip = new SipMessage();
        SipParseResult result = sip.Parse(bytes, 0, bytes.Length, SipLimits.Default);
        if (result.Status == SipParseStatus.Ok)
            result = SipScreening.Screen(sip);
        if (result.Status != SipParseStatus.Ok)
            return new MessageFacts(message, result.Reason is { Length: > 0 } reason ? reason : "it is no SIP message");
        return new MessageFacts(message, "")
        {
            Phrase = Encoding.UTF8.GetString(sip.ReasonPhrase),
            CSeq = sip.CSeqNumber,
            From = UriOf(sip.From),
            To = UriOf(sip.To),
            FromTag = Encoding.UTF8.GetString(sip.FromTag),
            ToTag = Encoding.UTF8.GetString(sip.ToTag),
            RequestUri = Encoding.UTF8.GetString(sip.RequestUri),
            HasRecordRoute = sip.IndexOf(SipHeaderName.RecordRoute) >= 0,
            HasCredentials = sip.IndexOf("Authorization"u8) >= 0 || sip.IndexOf("Proxy-Authorization"u8) >= 0,
            IsStale = message.Text.Contains("stale=true", StringComparison.OrdinalIgnoreCase),
            IsUncallable = !HasCallableContact(sip),
            Reason = sip.TryGetHeader("Reason"u8, out ReadOnlySpan<byte> why) ? Encoding.UTF8.GetString(why) : "",
        };
    }

    private static bool HasCallableContact(SipMessage sip)
    {
        foreach (NameAddrView contact in sip.Contacts)
        {
            SipUriView uri = contact.Uri;
            return uri.IsValid
                && uri.Scheme is SipUriScheme.Sip or SipUriScheme.Sips
                && !uri.Host.SequenceEqual("0.0.0.0"u8)
                && !uri.Host.SequenceEqual("[::]"u8);
        }

        return false;
    }

    private static string UriOf(NameAddrView address) => address.Uri.IsValid ? Encoding.UTF8.GetString(address.Uri.Text) : "";
}
