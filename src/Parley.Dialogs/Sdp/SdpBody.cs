using Parley.Sip;

namespace Parley.Dialogs;

/// <summary>A session description with its media type, as one array: the length of the type (0: application/sdp), the type, the body.</summary>
internal static class SdpBody
{
    private static ReadOnlySpan<byte> Sdp => "application/sdp"u8;

    /// <summary>The description in a message as it leaves, a multipart whole; null when it has none.</summary>
    public static byte[]? Of(SipMessage message, SipEdits? edits)
    {
        SipMessage? leaving =
            edits is not null && (edits.ChangesBody || edits.Changes(SipHeaderName.ContentType)) ? LeavingMessage.Read(edits) : message;
        return leaving is null ? null : Of(leaving.ContentType, leaving.Body);
    }

    /// <summary>A body of this type; null when it is none or no description.</summary>
    public static byte[]? Of(ReadOnlySpan<byte> type, ReadOnlySpan<byte> body)
    {
        if (body.IsEmpty)
            return null;
        bool isSdp = SipText.EqualsIgnoreCase(type, Sdp);
        if (!isSdp && !StartsWith(type, Sdp) && !StartsWith(type, "multipart/"u8))
            return null;
        if (isSdp)
            type = default;
        return type.Length > byte.MaxValue ? null : [(byte)type.Length, .. type, .. body];
    }

    /// <summary>The media type to send it with.</summary>
    public static ReadOnlySpan<byte> TypeOf(byte[] packed) => packed[0] == 0 ? Sdp : packed.AsSpan(1, packed[0]);

    /// <summary>The description.</summary>
    public static ReadOnlySpan<byte> BodyOf(byte[] packed) => packed.AsSpan(1 + packed[0]);

    private static bool StartsWith(ReadOnlySpan<byte> text, ReadOnlySpan<byte> start) =>
        text.Length >= start.Length && SipText.EqualsIgnoreCase(text[..start.Length], start);
}
