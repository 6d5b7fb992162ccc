using Parley.Sip;

namespace Parley.Dialogs;

/// <summary>Reads a message as it leaves: with the proxy's and the hooks' edits in it. Only asked for what an edit has touched.</summary>
internal static class LeavingMessage
{
    [ThreadStatic]
    private static SipMessage? t_message;

    [ThreadStatic]
    private static byte[]? t_bytes;

    /// <summary>The message; valid on this thread until the next one is read. Null when the edits made something unreadable of it.</summary>
    public static SipMessage? Read(SipEdits edits)
    {
        int length = edits.Length;
        if (t_bytes is null || t_bytes.Length < length)
            t_bytes = new byte[Math.Max(4096, length * 2)];
        edits.WriteTo(t_bytes);
        t_message ??= new SipMessage();
        return t_message.Parse(t_bytes, 0, length, SipLimits.Default).IsOk ? t_message : null;
    }
}
