using System.Text;

namespace Parley.Sip;

/// <summary>An address with its display name and header parameters: a From, To, Contact, Route, Record-Route, Path or the like.</summary>
public readonly ref struct NameAddrView
{
    private readonly NameAddrParts _parts;

    internal NameAddrView(ReadOnlySpan<byte> text, scoped in NameAddrParts parts)
    {
        Text = text;
        _parts = parts;
    }

    /// <summary>Reads one value; malformed text, or more than one value, gives false. The URI's own syntax is only looked at by <see cref="Uri"/>.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out NameAddrView value)
    {
        text = SipGrammar.Trim(text);
        bool good = NameAddrParts.TryParse(text, out var parts, out int consumed) && consumed == text.Length;
        value = good ? new NameAddrView(text[..parts.Length], parts) : default;
        return good;
    }

    /// <summary>The whole value, display name to last parameter; empty for a default (absent or malformed) value.</summary>
    public ReadOnlySpan<byte> Text { get; }

    /// <summary>The display name as written, quotes included; empty when there is none.</summary>
    public ReadOnlySpan<byte> DisplayName => Text.Slice(_parts.DisplayStart, _parts.DisplayLength);

    /// <summary>The URI as written, without angle brackets; empty for "*".</summary>
    public ReadOnlySpan<byte> UriText => Text.Slice(_parts.UriStart, _parts.UriLength);

    /// <summary>The URI's parts, parsed at each call; default when the URI is malformed (<see cref="SipUriView.IsValid"/> false).</summary>
    public SipUriView Uri => SipUriView.TryParse(UriText, out var uri) ? uri : default;

    /// <summary>The header parameters, not those of the URI.</summary>
    public ParameterList Parameters => new(Text[_parts.ParametersStart..], escaped: false);

    /// <summary>The tag; empty when there is none.</summary>
    public ReadOnlySpan<byte> Tag => Text.Slice(_parts.TagStart, _parts.TagLength);

    /// <summary>True for the "*" of a Contact that removes all bindings.</summary>
    public bool IsStar => _parts.IsStar;

    /// <summary>Preference in thousandths, 0 to 1000; 1000 when absent; -1 when malformed.</summary>
    public int Q
    {
        get
        {
            if (!Parameters.TryGet("q"u8, out var value))
                return 1000;
            if (value.IsEmpty || value.Length > 5 || value[0] is not ((byte)'0' or (byte)'1') || (value.Length > 1 && value[1] != '.'))
                return -1;
            int thousandths = (value[0] - '0') * 1000,
                weight = 100;
            for (int i = 2; i < value.Length; i++, weight /= 10)
            {
                if (!SipGrammar.IsDigit(value[i]))
                    return -1;
                thousandths += (value[i] - '0') * weight;
            }
            return thousandths > 1000 ? -1 : thousandths;
        }
    }

    /// <summary>Seconds of the expires parameter, at most 2^32-1; -1 when absent or malformed.</summary>
    public long Expires => Parameters.TryGet("expires"u8, out var value) ? SipGrammar.ParseSeconds(value) : -1;

    /// <summary>The +sip.instance parameter (RFC 5626 4.1) without its quotes, angle brackets included; empty when absent.</summary>
    public ReadOnlySpan<byte> Instance => Parameters.TryGet("+sip.instance"u8, out var value) ? Parameter.Unquote(value) : default;

    /// <summary>The reg-id parameter (RFC 5626 4.2), from 1; 0 when absent or malformed.</summary>
    public int RegId =>
        Parameters.TryGet("reg-id"u8, out var value) && SipGrammar.TryParseNumber(value, int.MaxValue, out uint id) ? (int)id : 0;

    /// <summary>The display name as text: quotes and backslashes undone, folds as one space; empty when there is none. Allocates.</summary>
    public string DisplayNameText => QuotedText.ToText(DisplayName);

    /// <summary>The tag as text; empty when there is none. Allocates.</summary>
    public string TagText => Encoding.ASCII.GetString(Tag);

    /// <summary>The whole value as text, as written; allocates.</summary>
    public override string ToString() => Encoding.UTF8.GetString(Text);
}
