namespace Parley.Sip;

public sealed partial class SipMessage
{
    // Bits of _known: what has been looked at since the last parse.
    private const int KnowsVia = 1,
        KnowsFrom = 2,
        KnowsTo = 4,
        KnowsCSeq = 8,
        KnowsMaxForwards = 16,
        KnowsUri = 32;

    private int _known;
    private ViaParts _via;
    private int _viaConsumed;
    private NameAddrParts _from;
    private NameAddrParts _to;
    private UriParts _uri;
    private bool _viaGood;
    private bool _cseqGood;
    private uint _cseqNumber;
    private int _cseqDigits;
    private int _cseqMethodStart;
    private int _cseqMethodLength;
    private SipMethod _cseqMethod;
    private int _maxForwards;

    /// <summary>The request URI's parts; default (not valid) when it is malformed or this is a response.</summary>
    public SipUriView RequestUriView
    {
        get
        {
            if ((_known & KnowsUri) == 0)
            {
                _known |= KnowsUri;
                if (!UriParts.TryParse(RequestUri, out _uri))
                    _uri = default;
            }
            return _uri.SchemeLength == 0 ? default : new SipUriView(RequestUri, _uri);
        }
    }

    /// <summary>The first Via value; false when it is absent or malformed.</summary>
    public bool TryGetTopVia(out ViaView via)
    {
        int index = FirstOf(SipHeaderName.Via);
        if ((_known & KnowsVia) == 0)
        {
            _known |= KnowsVia;
            _viaGood = index >= 0 && ViaParts.TryParse(ValueOf(_headers[index]), out _via, out _viaConsumed);
        }
        via = _viaGood ? new ViaView(ValueOf(_headers[index])[.._via.Length], _via) : default;
        return _viaGood;
    }

    /// <summary>The first Via value as <see cref="TryGetTopVia"/> gives it, and how far it reached into its line, up to its comma or the end.</summary>
    internal bool ReadTopVia(out ViaView via, out int consumed)
    {
        bool isGood = TryGetTopVia(out via);
        consumed = _viaConsumed;
        return isGood;
    }

    /// <summary>All Via values, first one first.</summary>
    public ViaList Vias => new(this);

    /// <summary>The From value; default when absent or malformed.</summary>
    public NameAddrView From => NameAddr(SipHeaderName.From, KnowsFrom, ref _from);

    /// <summary>The To value; default when absent or malformed.</summary>
    public NameAddrView To => NameAddr(SipHeaderName.To, KnowsTo, ref _to);

    /// <summary>The From tag; empty when there is none.</summary>
    public ReadOnlySpan<byte> FromTag => From.Tag;

    /// <summary>The To tag; empty when there is none.</summary>
    public ReadOnlySpan<byte> ToTag => To.Tag;

    /// <summary>The Call-ID; empty when there is none.</summary>
    public ReadOnlySpan<byte> CallId => TryGetHeader(SipHeaderName.CallId, out var value) ? value : default;

    /// <summary>The CSeq number, below 2^31; 0 when absent or malformed (see <see cref="TryGetCSeq"/>).</summary>
    public uint CSeqNumber => TryGetCSeq(out uint number, out _) ? number : 0;

    /// <summary>The CSeq method; empty when absent or malformed.</summary>
    public ReadOnlySpan<byte> CSeqMethodText => TryGetCSeq(out _, out var method) ? method : default;

    private SipMethod CSeqMethod => TryGetCSeq(out _, out _) ? _cseqMethod : SipMethod.Other;

    /// <summary>The CSeq number as written; empty when absent or malformed. It can be given to <see cref="SipEdits.Replace(ReadOnlySpan{byte}, ReadOnlySpan{byte})"/>.</summary>
    public ReadOnlySpan<byte> CSeqNumberText =>
        TryGetCSeq(out _, out _) ? Slice(_headers[FirstOf(SipHeaderName.CSeq)].ValueStart, _cseqDigits) : default;

    /// <summary>Both parts of the CSeq; false when it is absent or malformed (RFC 3261 8.1.1.5: the number is below 2^31).</summary>
    public bool TryGetCSeq(out uint number, out ReadOnlySpan<byte> method)
    {
        if ((_known & KnowsCSeq) == 0)
        {
            _known |= KnowsCSeq;
            ParseCSeq();
        }
        number = _cseqGood ? _cseqNumber : 0;
        method = _cseqGood ? Slice(_cseqMethodStart, _cseqMethodLength) : default;
        return _cseqGood;
    }

    /// <summary>Hops left, 0 to 255; -1 when absent or malformed.</summary>
    public int MaxForwards
    {
        get
        {
            if ((_known & KnowsMaxForwards) == 0)
            {
                _known |= KnowsMaxForwards;
                _maxForwards =
                    TryGetHeader(SipHeaderName.MaxForwards, out var value) && SipGrammar.TryParseNumber(value, 255, out uint hops)
                        ? (int)hops
                        : -1;
            }
            return _maxForwards;
        }
    }

    /// <summary>All Route values.</summary>
    public NameAddrList Routes => new(this, SipHeaderName.Route);

    /// <summary>All Record-Route values.</summary>
    public NameAddrList RecordRoutes => new(this, SipHeaderName.RecordRoute);

    /// <summary>All Contact values, "*" included.</summary>
    public NameAddrList Contacts => new(this, SipHeaderName.Contact);

    /// <summary>All Path values (RFC 3327).</summary>
    public NameAddrList Paths => new(this, SipHeaderName.Path);

    /// <summary>All addresses of a header that holds such (Service-Route, P-Asserted-Identity, Diversion and so on).</summary>
    public NameAddrList Addresses(SipHeaderName name) => new(this, name);

    /// <summary>All comma-separated values of a header (Require, Proxy-Require, Supported, Allow and so on).</summary>
    public TokenList Tokens(SipHeaderName name) => new(this, name);

    /// <summary>Seconds of the Expires header, at most 2^32-1; -1 when absent or malformed.</summary>
    public long Expires => TryGetHeader(SipHeaderName.Expires, out var value) ? SipGrammar.ParseSeconds(value) : -1;

    /// <summary>The RAck header (RFC 3262 7.2); false when absent or malformed.</summary>
    public bool TryGetRAck(out RAckView rack)
    {
        rack = default;
        return TryGetHeader(SipHeaderName.RAck, out var value) && RAckView.TryParse(value, out rack);
    }

    /// <summary>The RSeq number (RFC 3262 7.1); -1 when absent or malformed.</summary>
    public long RSeq =>
        TryGetHeader(SipHeaderName.RSeq, out var value) && SipGrammar.TryParseNumber(value, uint.MaxValue, out uint number) ? number : -1;

    /// <summary>The media type with its parameters; empty when absent.</summary>
    public ReadOnlySpan<byte> ContentType => TryGetHeader(SipHeaderName.ContentType, out var value) ? value : default;

    /// <summary>The Content-Length; -1 when absent or malformed.</summary>
    public int ContentLength => _contentLength;

    /// <summary>Credentials or challenges of (Proxy-)Authorization and (WWW|Proxy)-Authenticate headers.</summary>
    /// <param name="name">Which header.</param>
    /// <param name="occurrence">0 for the first such header line, 1 for the second and so on.</param>
    /// <returns>Empty (with an empty scheme) when there is no such line.</returns>
    public AuthParameterList AuthParameters(SipHeaderName name, int occurrence = 0)
    {
        int index = IndexOf(name);
        while (index >= 0 && occurrence-- > 0)
            index = IndexOf(name, index + 1);
        return index < 0 ? default : new AuthParameterList(ValueOf(_headers[index]));
    }

    /// <summary>True when From, To, Call-ID, CSeq or Max-Forwards came more than once (RFC 4475 3.3.8).</summary>
    internal bool RepeatsSingle { get; private set; }

    private NameAddrView NameAddr(SipHeaderName name, int bit, ref NameAddrParts parts)
    {
        int index = FirstOf(name);
        if ((_known & bit) == 0)
        {
            _known |= bit;
            // One value and no more: a comma after it makes the header malformed.
            if (
                index < 0
                || !NameAddrParts.TryParse(ValueOf(_headers[index]), out parts, out int consumed)
                || parts.IsStar
                || consumed != _headers[index].ValueLength
            )
                parts = default;
        }
        return parts.Length == 0 ? default : new NameAddrView(ValueOf(_headers[index])[..parts.Length], parts);
    }

    private void ParseCSeq()
    {
        _cseqGood = false;
        int index = FirstOf(SipHeaderName.CSeq);
        if (index < 0)
            return;
        var value = ValueOf(_headers[index]);
        int digits = value.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        if (digits <= 0 || !SipGrammar.IsWhite(value[digits]) || !SipGrammar.TryParseNumber(value[..digits], int.MaxValue, out _cseqNumber))
            return;
        int method = SipGrammar.SkipWhite(value, digits);
        _cseqDigits = digits;
        _cseqMethodStart = _headers[index].ValueStart + method;
        _cseqMethodLength = value.Length - method;
        _cseqMethod = SipText.ParseMethod(value[method..]);
        _cseqGood = _cseqMethod != SipMethod.Other || SipGrammar.IsToken(value[method..]);
    }
}
