using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Parley.Server.Configuration;
using Parley.Sip;

namespace Parley.Server.Routing;

/// <summary>What was dialled, as prefix routes see it, and what becomes of it at their target. Bytes that need no change stay as they came.</summary>
internal static class DialledUri
{
    // What says where the old URI leads, or how the request would be made of it (RFC 3261 19.1.1), is not for the new one.
    private static readonly string[] OfTheOldPlace = ["transport", "maddr", "ttl", "lr", "method", "gr", "ob"];

    private static readonly SearchValues<byte> Separators = SearchValues.Create("-.()"u8);

    /// <summary>What a prefix is compared with: the user with its escapes undone, of a tel URI the number without its visual separators (RFC 3966 5.1.1).</summary>
    public static string NumberOf(SipUriView uri)
    {
        if (uri.Scheme != SipUriScheme.Tel)
            return uri.UserText;
        var number = new StringBuilder(uri.User.Length);
        foreach (var digit in uri.User)
        {
            if (!Separators.Contains(digit))
                number.Append((char)digit);
        }
        return number.ToString();
    }

    /// <summary>A local number whose context is a domain (RFC 3966 5.1.5) as a user of that domain; false for any other.</summary>
    public static bool TryPlaceInDomain(SipUriView tel, [NotNullWhen(true)] out SipUri? uri)
    {
        uri = null;
        if (!tel.Parameters.TryGet("phone-context"u8, out var context) || context.IsEmpty || context[0] == '+' || tel.User[0] == '+')
            return false;
        var text = new StringBuilder("sip:");
        Append(text, NumberOf(tel));
        return SipUri.TryParse(text.Append('@').Append(SipEscaping.UnescapeToString(context)).Append(";user=phone").ToString(), out uri);
    }

    /// <summary>The request-URI of a call that goes by a prefix route to one of its targets: the dialled user, stripped and prepended, at the target. Null when nothing can be made of it.</summary>
    public static SipUri? Rewrite(RouteConfiguration route, SipUri to, SipUriView dialled)
    {
        var target = to.View;
        var text = new StringBuilder(target.Scheme == SipUriScheme.Sips ? "sips:" : "sip:");
        var user = new StringBuilder();
        Append(user, route.Prepend);
        if (dialled.Scheme == SipUriScheme.Tel)
            AppendNumber(user, dialled, route.Strip);
        else
            user.Append(Encoding.Latin1.GetString(Stripped(dialled.User, route.Strip)));
        if (user.Length > 0)
            text.Append(user).Append('@');
        text.Append(target.HostText);
        if (target.Port != 0)
            text.Append(':').Append(target.Port.ToString(CultureInfo.InvariantCulture));
        if (dialled.Scheme == SipUriScheme.Tel)
        {
            if (!target.Parameters.Contains("user"u8))
                text.Append(";user=phone"); // RFC 3261 19.1.6
        }
        else
        {
            AppendKept(text, dialled.Parameters, target.Parameters);
        }
        text.Append(Encoding.Latin1.GetString(target.Parameters.Text));
        return SipUri.TryParse(Encoding.Latin1.GetBytes(text.ToString()), out var uri) ? uri : null;
    }

    private static void AppendKept(StringBuilder text, ParameterList dialled, ParameterList target)
    {
        foreach (var parameter in dialled)
        {
            if (target.Contains(parameter.Name) || IsOfTheOldPlace(parameter.Name))
                continue;
            text.Append(';').Append(Encoding.Latin1.GetString(parameter.Name));
            if (!parameter.Value.IsEmpty)
                text.Append('=').Append(Encoding.Latin1.GetString(parameter.Value));
        }
    }

    private static bool IsOfTheOldPlace(ReadOnlySpan<byte> name)
    {
        foreach (var each in OfTheOldPlace)
        {
            if (Ascii.EqualsIgnoreCase(name, each))
                return true;
        }
        return false;
    }

    // The parameters of a tel URI belong to the number, so they go into the user part with it (RFC 3261 19.1.6).
    private static void AppendNumber(StringBuilder user, SipUriView tel, int strip)
    {
        var number = NumberOf(tel);
        Append(user, strip < number.Length ? number[strip..] : string.Empty);
        var isGlobal = user.Length > 0 && user[0] == '+';
        foreach (var parameter in tel.Parameters)
        {
            // A number that has become a global one has no context any more (RFC 3966 5.1.4).
            if (isGlobal && Ascii.EqualsIgnoreCase(parameter.Name, "phone-context"u8))
                continue;
            user.Append(';');
            Append(user, SipEscaping.UnescapeToString(parameter.Name));
            if (parameter.Value.IsEmpty)
                continue;
            user.Append('=');
            Append(user, SipEscaping.UnescapeToString(parameter.Value));
        }
    }

    // One character is a byte, an escape of one, or all bytes of a character of several.
    private static ReadOnlySpan<byte> Stripped(ReadOnlySpan<byte> user, int characters)
    {
        while (!user.IsEmpty && characters > 0)
        {
            user = user[Next(user, out _)..];
            while (!user.IsEmpty && Next(user, out var value) is var length && (value & 0xC0) == 0x80)
                user = user[length..];
            characters--;
        }
        return user;
    }

    private static int Next(ReadOnlySpan<byte> text, out byte value)
    {
        if (
            text[0] == '%'
            && text.Length > 2
            && byte.TryParse(text.Slice(1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value)
        )
            return 3;
        value = text[0];
        return 1;
    }

    private static void Append(StringBuilder text, string plain)
    {
        if (plain.Length == 0)
            return;
        var bytes = Encoding.UTF8.GetBytes(plain);
        var escaped = new byte[bytes.Length * 3];
        text.Append(Encoding.ASCII.GetString(escaped, 0, SipEscaping.EscapeUser(bytes, escaped)));
    }
}
