using Parley.Sip;

namespace Parley.Dialogs;

/// <summary>Telephone numbers, as they are sought and as user parts and tel URIs hold them.</summary>
internal static class NumberText
{
    /// <summary>The digits of a number that is sought, without what begins it in a country or abroad (+, 00, 0); empty when it has none or is no number.</summary>
    public static byte[] DigitsOf(ReadOnlySpan<char> number)
    {
        Span<byte> digits = stackalloc byte[64];
        int count = 0;
        foreach (char c in number.Trim())
        {
            if (char.IsAsciiDigit(c) && count < digits.Length)
                digits[count++] = (byte)c;
            else if (!IsSeparator(c) && !(c == '+' && count == 0))
                return [];
        }

        ReadOnlySpan<byte> all = digits[..count];
        ReadOnlySpan<byte> significant = all.TrimStart((byte)'0');
        // Two leading zeros go abroad, one into the country; a number of zeros alone stays what it is.
        return significant.IsEmpty ? all.ToArray()
            : all.Length - significant.Length <= 2 ? significant.ToArray()
            : all[2..].ToArray();
    }

    /// <summary>Whether the number in a URI ends with these digits.</summary>
    public static bool IsOf(ReadOnlySpan<byte> uri, ReadOnlySpan<byte> digits)
    {
        ReadOnlySpan<byte> user = UserOf(uri);
        int left = digits.Length;
        for (int i = user.Length - 1; i >= 0 && left > 0; i--)
        {
            if (IsSeparator((char)user[i]))
                continue;
            if (user[i] != digits[left - 1])
                return false;
            left--;
        }

        return left == 0;
    }

    /// <summary>The user part without its parameters; of a tel URI the number (RFC 3966 3).</summary>
    private static ReadOnlySpan<byte> UserOf(ReadOnlySpan<byte> uri)
    {
        ReadOnlySpan<byte> user =
            System.Text.Ascii.EqualsIgnoreCase(uri[..Math.Min(4, uri.Length)], "tel:"u8) ? uri[4..]
            : SipUriView.TryParse(uri, out SipUriView view) ? view.User
            : default;
        int end = user.IndexOf((byte)';');
        return end < 0 ? user : user[..end];
    }

    private static bool IsSeparator(char c) => c is '-' or '.' or '(' or ')' or ' ' or '/';
}
