using Parley.Sip;

namespace Parley.Dialogs;

/// <summary>Writes requests of the proxy's own within a dialog, all but the Via: RFC 3261 12.2.1.1.</summary>
internal static class InDialogRequestWriter
{
    private const int MaxForwards = 70;

    /// <summary>Writes the request; it stays valid until the writer is used again. Allocates nothing but what the writer needs to grow.</summary>
    /// <returns>False when the leg has no remote target to send to, or a URI of its is malformed.</returns>
    public static bool TryWrite(SipWriter writer, in InDialogRequest request, out ReadOnlySpan<byte> written)
    {
        written = default;
        PackedLeg leg = request.Destination;
        if (!SipUriView.TryParse(leg.Contact, out _))
            return false;
        ReadOnlySpan<byte> firstRoute = default;
        foreach (ReadOnlySpan<byte> route in leg.Routes)
        {
            firstRoute = route;
            break;
        }

        bool isStrict = false;
        if (!firstRoute.IsEmpty)
        {
            if (!SipUriView.TryParse(firstRoute, out SipUriView hop))
                return false;
            isStrict = !hop.IsLoose;
        }

        writer.Reset();
        // To a strict router its own URI is the request-URI, without what may not stand there (19.1.1: method, headers); the target goes last.
        writer.RequestLine(request.Method, isStrict ? WithoutHeaders(firstRoute) : leg.Contact);
        WriteRoutes(writer, leg, isStrict);
        writer.Header(SipHeaderName.MaxForwards, MaxForwards);
        WriteParty(writer, SipHeaderName.From, request.FromUri, request.FromTag);
        WriteParty(writer, SipHeaderName.To, request.ToUri, request.ToTag);
        writer.Header(SipHeaderName.CallId, request.CallId);
        writer.CSeq(request.CSeq, request.Method);
        writer.Lines(request.ExtraHeaders);
        written = writer.End(request.ContentType, request.Body);
        return true;
    }

    private static void WriteRoutes(SipWriter writer, PackedLeg leg, bool isStrict)
    {
        bool skip = isStrict;
        foreach (ReadOnlySpan<byte> route in leg.Routes)
        {
            if (!skip)
                WriteRoute(writer, route);
            skip = false;
        }

        if (isStrict)
            WriteRoute(writer, leg.Contact);
    }

    private static void WriteRoute(SipWriter writer, ReadOnlySpan<byte> uri)
    {
        writer.Lines("Route: <"u8);
        writer.Lines(uri);
        writer.Lines(">\r\n"u8);
    }

    private static void WriteParty(SipWriter writer, SipHeaderName name, ReadOnlySpan<byte> uri, ReadOnlySpan<byte> tag)
    {
        writer.Lines(name == SipHeaderName.From ? "From: <"u8 : "To: <"u8);
        writer.Lines(uri);
        writer.Lines(">"u8);
        if (!tag.IsEmpty) // an RFC 2543 peer may have none
        {
            writer.Lines(";tag="u8);
            writer.Lines(tag);
        }

        writer.Lines("\r\n"u8);
    }

    private static ReadOnlySpan<byte> WithoutHeaders(ReadOnlySpan<byte> uri)
    {
        int headers = uri.IndexOf((byte)'?');
        return headers < 0 ? uri : uri[..headers];
    }
}
