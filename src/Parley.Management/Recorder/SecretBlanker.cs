using System.Buffers;
using System.Text;

namespace Parley.Management;

/// <summary>
/// Overwrites what is secret in the bytes of a message by asterisks, in place, so that lengths stay: responses to challenges, passwords of URIs, keys of
/// session descriptions (RFC 4568, RFC 3830, RFC 8839) and, unless they may be shown, bodies of MESSAGE and keys pressed. Works line by line,
/// also on what is malformed.
/// </summary>
internal sealed class SecretBlanker
{
    private const byte Blank = (byte)'*';

    private static readonly SearchValues<byte> UserEnds = SearchValues.Create("@>\" \t,?"u8);

    private static readonly byte[][] SecretAttributes = ["a=ice-pwd:"u8.ToArray(), "a=key-mgmt:"u8.ToArray()];

    private readonly bool _showsTexts;
    private readonly byte[][] _headers;

    public SecretBlanker(RecorderOptions options)
    {
        _showsTexts = options.ShowTexts;
        _headers = [.. options.BlankedHeaders.Select(static name => Encoding.UTF8.GetBytes(name.Trim()))];
    }

    public void Blanken(Span<byte> message)
    {
        bool isHead = true,
            isFirst = true,
            isCredentials = false,
            isHidden = false;
        bool hidesBody = !_showsTexts && message.StartsWith("MESSAGE "u8);
        bool hidesKeys = false;
        for (int at = 0; at < message.Length; )
        {
            int end = message[at..].IndexOf((byte)'\n');
            int next = end < 0 ? message.Length : at + end + 1;
            Span<byte> line = message[at..next].TrimEnd("\r\n"u8);
            at = next;
            if (!isHead)
            {
                Body(line, hidesKeys);
                continue;
            }

            if (line.IsEmpty && !isFirst)
            {
                isHead = false;
                if (hidesBody)
                {
                    message[at..].TrimEnd("\r\n"u8).Fill(Blank);
                    return;
                }

                continue;
            }

            // A folded line belongs to the header before it.
            if (isFirst || line[0] is not ((byte)' ' or (byte)'\t'))
            {
                int value = line.IndexOf((byte)':') + 1;
                ReadOnlySpan<byte> name = value == 0 ? default : line[..(value - 1)].TrimEnd(" \t"u8);
                isCredentials = !isFirst && IsCredentials(name);
                isHidden = !isFirst && IsHidden(name);
                hidesKeys |= !_showsTexts && !isFirst && IsContentType(name) && IsOfKeys(line[value..]);
                if (isHidden)
                    line[value..].Fill(Blank);
                else if (isCredentials)
                    Credentials(line[value..], isBegin: true);
                else
                    Passwords(line);
            }
            else if (isHidden)
            {
                line.Fill(Blank);
            }
            else if (isCredentials)
            {
                Credentials(line, isBegin: false);
            }
            else
            {
                Passwords(line);
            }

            isFirst = false;
        }
    }

    private bool IsHidden(ReadOnlySpan<byte> name)
    {
        foreach (byte[] header in _headers)
            if (Ascii.EqualsIgnoreCase(name, header))
                return true;
        return false;
    }

    private static bool IsCredentials(ReadOnlySpan<byte> name) =>
        name.Length is > 12 and < 26
        && (
            Ascii.EqualsIgnoreCase(name, "Authorization"u8)
            || Ascii.EqualsIgnoreCase(name, "Proxy-Authorization"u8)
            || Ascii.EqualsIgnoreCase(name, "Authentication-Info"u8)
            || Ascii.EqualsIgnoreCase(name, "Proxy-Authentication-Info"u8)
        );

    private static bool IsContentType(ReadOnlySpan<byte> name) =>
        Ascii.EqualsIgnoreCase(name, "Content-Type"u8) || Ascii.EqualsIgnoreCase(name, "c"u8);

    private static bool IsOfKeys(ReadOnlySpan<byte> type)
    {
        type = type.TrimStart(" \t"u8);
        return StartsWith(type, "application/dtmf"u8) || StartsWith(type, "application/kpml"u8) || StartsWith(type, "multipart/"u8);
    }

    /// <summary>
    /// Of Digest the values that are made from the password (RFC 7616 3.4.1: response; rspauth of the answer; auts of AKA); of any other scheme, such as
    /// Basic or Bearer, everything.
    /// </summary>
    private static void Credentials(Span<byte> value, bool isBegin)
    {
        if (isBegin)
        {
            Span<byte> rest = value.TrimStart(" \t"u8);
            int end = rest.IndexOfAny((byte)' ', (byte)'\t');
            ReadOnlySpan<byte> scheme = end < 0 ? rest : rest[..end];
            if (scheme.IndexOf((byte)'=') < 0 && !Ascii.EqualsIgnoreCase(scheme, "Digest"u8))
            {
                if (end >= 0)
                    rest[end..].Trim(" \t"u8).Fill(Blank);
                return;
            }
        }

        Parameter(value, "response"u8);
        Parameter(value, "rspauth"u8);
        Parameter(value, "auts"u8);
        Parameter(value, "password"u8);
    }

    private static void Parameter(Span<byte> value, ReadOnlySpan<byte> name)
    {
        for (int at = 0; at < value.Length; )
        {
            int found = IndexOf(value[at..], name);
            if (found < 0)
                return;
            int start = at + found;
            at = start + name.Length;
            if (start > 0 && !IsEdge(value[start - 1]))
                continue;
            Span<byte> rest = value[at..].TrimStart(" \t"u8);
            if (rest.IsEmpty || rest[0] != (byte)'=')
                continue;
            rest = rest[1..].TrimStart(" \t"u8);
            if (!rest.IsEmpty && rest[0] == (byte)'"')
            {
                int quote = rest[1..].IndexOf((byte)'"');
                (quote < 0 ? rest[1..] : rest.Slice(1, quote)).Fill(Blank);
            }
            else
            {
                int end = rest.IndexOfAny((byte)',', (byte)' ', (byte)'\t');
                (end < 0 ? rest : rest[..end]).Fill(Blank);
            }
        }
    }

    private static bool IsEdge(byte before) => before is (byte)' ' or (byte)'\t' or (byte)',' or (byte)'"';

    /// <summary>RFC 3261 19.1.1: <c>sip:user:password@host</c>, wherever a URI can stand.</summary>
    private static void Passwords(Span<byte> line)
    {
        for (int at = 0; ; )
        {
            int found = IndexOf(line[at..], "sip"u8);
            if (found < 0)
                return;
            at += found + 3;
            if (at < line.Length && (line[at] | 0x20) == 's')
                at++;
            if (at >= line.Length || line[at] != (byte)':')
                continue;
            Span<byte> user = line[(at + 1)..];
            int end = user.IndexOfAny(UserEnds);
            if (end < 0 || user[end] != (byte)'@')
                continue;
            int colon = user[..end].IndexOf((byte)':');
            if (colon >= 0)
                user[(colon + 1)..end].Fill(Blank);
        }
    }

    private static void Body(Span<byte> line, bool hidesKeys)
    {
        if (line.Length < 3)
            return;
        if (hidesKeys && (StartsWith(line, "Signal"u8) || line.IndexOf("digits="u8) >= 0 || line.Length <= 4))
        {
            int equals = line.IndexOf((byte)'=');
            line[(equals + 1)..].Fill(Blank);
        }
        else if (line[0] == (byte)'k' && line[1] == (byte)'=')
        {
            line[2..].Fill(Blank);
        }
        else if (line[0] == (byte)'a' && line[1] == (byte)'=')
        {
            Attribute(line);
        }
    }

    private static void Attribute(Span<byte> line)
    {
        if (StartsWith(line, "a=crypto:"u8))
        {
            for (int at = 0; ; )
            {
                int key = IndexOf(line[at..], "inline:"u8);
                if (key < 0)
                    return;
                at += key + "inline:"u8.Length;
                int end = line[at..].IndexOfAny((byte)' ', (byte)';');
                (end < 0 ? line[at..] : line.Slice(at, end)).Fill(Blank);
            }
        }

        foreach (byte[] name in SecretAttributes)
        {
            if (!StartsWith(line, name))
                continue;
            line[name.Length..].Fill(Blank);
            return;
        }
    }

    private static bool StartsWith(ReadOnlySpan<byte> text, ReadOnlySpan<byte> begin) =>
        text.Length >= begin.Length && Ascii.EqualsIgnoreCase(text[..begin.Length], begin);

    private static int IndexOf(ReadOnlySpan<byte> text, ReadOnlySpan<byte> part)
    {
        byte lower = (byte)(part[0] | 0x20),
            upper = (byte)(lower & ~0x20);
        for (int at = 0; at + part.Length <= text.Length; )
        {
            int found = text[at..].IndexOfAny(lower, upper);
            if (found < 0 || at + found + part.Length > text.Length)
                return -1;
            at += found;
            if (Ascii.EqualsIgnoreCase(text.Slice(at, part.Length), part))
                return at;
            at++;
        }

        return -1;
    }
}
