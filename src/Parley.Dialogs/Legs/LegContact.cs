using Parley.Proxy;
using Parley.Sip;

namespace Parley.Dialogs;

/// <summary>
/// Reads where a party is out of its messages: the Contact as received, or as it leaves the proxy (after NAT fixing by hooks). Within the dialog
/// it counts once the request is accepted (RFC 3261 12.2.1.2, 12.2.2).
/// </summary>
internal static class LegContact
{
    /// <summary>The same as <see cref="Of"/>; of a Contact that cannot be read the whole value.</summary>
    public static ReadOnlySpan<byte> OrRaw(SipContext context, SipMessage message, out bool isRaw)
    {
        ReadOnlySpan<byte> contact = Of(context, message);
        isRaw =
            contact.IsEmpty
            && !message.Contacts.TryGetFirst(out _)
            && message.TryGetHeader(SipHeaderName.Contact, out contact)
            && !contact.IsEmpty;
        return contact;
    }

    /// <summary>The URI to send requests of this party to; empty when there is none, for a star, and for a URI of the proxy's own.</summary>
    public static ReadOnlySpan<byte> Of(SipContext context, SipMessage message)
    {
        SipUriView uri = default;
        if (message.Contacts.TryGetFirst(out NameAddrView contact))
        {
            if (contact.IsStar)
                return default;
            uri = contact.Uri;
        }
        else if (message.TryGetHeader(SipHeaderName.Contact, out ReadOnlySpan<byte> value))
        {
            uri = Bracketed(value);
        }

        return !uri.IsValid || context.IsOwn(uri) ? default : uri.Text;
    }

    /// <summary>The Contact of a message that leaves, edited or not.</summary>
    public static ReadOnlySpan<byte> Leaving(SipContext context, SipEdits edits) =>
        edits.Changes(SipHeaderName.Contact) ? OfEdited(context, edits) : Of(context, edits.Original);

    /// <summary>The Contact of an edited message as it leaves. One of the proxy's own (hidden topology) says nothing about where the party is: then that of the message as received.</summary>
    public static ReadOnlySpan<byte> OfEdited(SipContext context, SipEdits edits)
    {
        if (LeavingMessage.Read(edits) is not { } leaving)
            return default;
        ReadOnlySpan<byte> contact = Of(context, leaving);
        if (!contact.IsEmpty || !leaving.Contacts.TryGetFirst(out NameAddrView first) || first.IsStar)
            return contact;
        return Of(context, edits.Original);
    }

    /// <summary>The URI in the brackets of a value that is malformed around them (<c>"Joe" &lt;sip:joe@host&gt;;;</c>): the remote target is no less certain for it.</summary>
    private static SipUriView Bracketed(ReadOnlySpan<byte> value)
    {
        for (int open = value.IndexOf((byte)'<'); open >= 0; )
        {
            value = value[(open + 1)..];
            int close = value.IndexOf((byte)'>');
            if (close < 0)
                break;
            if (SipUriView.TryParse(value[..close], out SipUriView uri) && uri.Scheme is SipUriScheme.Sip or SipUriScheme.Sips)
                return uri;
            open = value.IndexOf((byte)'<');
        }

        return default;
    }
}
