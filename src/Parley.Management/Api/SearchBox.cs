using System.Net;
using System.Text;
using Parley.Dialogs;

namespace Parley.Management;

/// <summary>
/// What an operator types into the one search box. Words are sought one by one and all must be there. A word is, in this order: <c>profile=value</c> of a profile that
/// there is, <c>name=value</c> of a value of the dialog, an IP address with or without port, the id of a dialog, a telephone number or a part of one; anything else, and a number
/// too, is a part of the Call-ID, of the URIs of From and To or of a tag, in whatever case.
/// </summary>
internal sealed class SearchBox
{
    private const int MostWords = 8;

    private readonly List<Func<Dialog, bool>> _words = [];

    private SearchBox() { }

    /// <summary>A box for a text; what is wrong with it otherwise.</summary>
    public static SearchBox? Of(string text, IDialogApi dialogs, out string? fault)
    {
        fault = null;
        var box = new SearchBox();
        foreach (string word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            box._words.Add(Word(word, dialogs));
        if (box._words.Count > MostWords)
            fault = $"The parameter q has at most {MostWords} words.";
        return fault is null ? box : null;
    }

    public bool Matches(Dialog dialog)
    {
        foreach (Func<Dialog, bool> word in _words)
            if (!word(dialog))
                return false;
        return true;
    }

    private static Func<Dialog, bool> Word(string word, IDialogApi dialogs)
    {
        int equals = word.IndexOf('=', StringComparison.Ordinal);
        // A URI may have parameters.
        if (equals > 0 && !word.AsSpan(0, equals).ContainsAny(':', ';', '@'))
            return Pair(word[..equals], word[(equals + 1)..], dialogs);
        if (Place(word) is { } place)
            return place;
        if (DialogId.TryParse(word, out DialogId id) && dialogs.Find(id) is not null)
            return dialog => dialog.Id == id;
        Func<Dialog, bool> part = Part(word);
        if (!IsNumber(word))
            return part;
        byte[] digits = Encoding.ASCII.GetBytes(string.Concat(word.Where(char.IsAsciiDigit)));
        return dialog => part(dialog) || HasDigits(dialog.FromUriUtf8, digits) || HasDigits(dialog.ToUriUtf8, digits);
    }

    private static Func<Dialog, bool> Pair(string name, string value, IDialogApi dialogs)
    {
        if (dialogs.FindProfile(name) is not { } profile)
        {
            byte[] key = Encoding.UTF8.GetBytes(name);
            byte[] sought = Encoding.UTF8.GetBytes(value);
            return dialog => dialog.Values.TryGet(key, out ReadOnlySpan<byte> found) && found.SequenceEqual(sought);
        }

        if (value.Length == 0 || !profile.HasValue)
            return dialog => value.Length == 0 && profile.IsIn(dialog);
        return dialog => profile.IsIn(dialog, value);
    }

    /// <summary>An address with or without port. "1" would be an address too, as inet_aton reads it: four parts or a colon are asked for.</summary>
    private static Func<Dialog, bool>? Place(string word)
    {
        if (!TryPlace(word, out IPAddress? address, out int? port))
            return null;
        var there = Parley.Transport.SipEndPoint.From(address, port ?? 0);
        return dialog =>
        {
            foreach (DialogLeg leg in dialog.Legs)
            {
                Parley.Transport.SipFlow flow = leg.Flow;
                if (flow.Listener is not null && flow.Remote.SameAddress(there) && (port ?? flow.Remote.Port) == flow.Remote.Port)
                    return true;
            }

            return false;
        };
    }

    /// <summary><c>192.0.2.1</c>, <c>192.0.2.1:5060</c>, <c>2001:db8::1</c>, <c>[2001:db8::1]:5060</c>.</summary>
    internal static bool TryPlace(string text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out IPAddress? address, out int? port)
    {
        port = null;
        bool hasFourParts = text.Count(static c => c == '.') == 3;
        if (!hasFourParts && text.Count(static c => c == ':') < 2)
        {
            address = null;
            return false;
        }

        if (IPAddress.TryParse(text, out address))
            return true;
        if (!IPEndPoint.TryParse(text, out IPEndPoint? place))
            return false;
        (address, port) = (place.Address, place.Port);
        return true;
    }

    private static Func<Dialog, bool> Part(string word)
    {
        byte[] sought = Encoding.UTF8.GetBytes(word);
        return dialog =>
            Contains(dialog.CallIdUtf8, sought)
            || Contains(dialog.FromUriUtf8, sought)
            || Contains(dialog.ToUriUtf8, sought)
            || Contains(dialog.Caller.TagUtf8, sought)
            || (dialog.Callee is { } callee && Contains(callee.TagUtf8, sought));
    }

    /// <summary>Letters of ASCII in whatever case.</summary>
    internal static bool Contains(ReadOnlySpan<byte> text, ReadOnlySpan<byte> sought)
    {
        if (sought.IsEmpty)
            return true;
        byte first = sought[0];
        byte other = char.IsAsciiLetter((char)first) ? (byte)(first ^ 0x20) : first;
        while (text.Length >= sought.Length)
        {
            int at = text[..(text.Length - sought.Length + 1)].IndexOfAny(first, other);
            if (at < 0)
                return false;
            if (Ascii.EqualsIgnoreCase(text.Slice(at, sought.Length), sought) || text.Slice(at, sought.Length).SequenceEqual(sought))
                return true;
            text = text[(at + 1)..];
        }

        return false;
    }

    private static bool IsNumber(string word) =>
        word.Any(char.IsAsciiDigit) && word.All(static c => char.IsAsciiDigit(c) || c is '+' or '-' or '(' or ')' or '.' or '/');

    /// <summary>The digits lie side by side in the user part, as written there without separators.</summary>
    private static bool HasDigits(ReadOnlySpan<byte> uri, ReadOnlySpan<byte> digits)
    {
        int at = uri.IndexOf((byte)'@');
        ReadOnlySpan<byte> user = at < 0 ? uri : uri[..at];
        Span<byte> own = stackalloc byte[64];
        int count = 0;
        foreach (byte b in user)
            if (char.IsAsciiDigit((char)b) && count < own.Length)
                own[count++] = b;
        return own[..count].IndexOf(digits) >= 0;
    }
}
