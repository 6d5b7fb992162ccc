using Parley.Sip;
using Parley.Transport;

namespace Parley.Proxy;

/// <summary>
/// How one request is to be routed: what RFC 3261 16.4 found in it, and what the handler wants instead. All offsets and one reused
/// buffer, so that a pooled context routes without allocating; <see cref="RouteForwarding"/> turns it into edits when a branch leaves.
/// </summary>
internal sealed class RouteState
{
    private const int KeptRoutes = 64; // a pooled context does not keep the table of one huge message for ever
    private RouteSlice[] _routes = new RouteSlice[4];
    private byte[] _requestUri = [];
    private int _requestUriLength = -1; // -1: the message's own, or the restored one
    private MessageSlice _own0,
        _own1,
        _own2;
    private byte[][]? _replacement;

    /// <summary>16.4 has run for this request.</summary>
    public bool IsProcessed { get; set; }

    /// <summary>What LooseRoute answers.</summary>
    public bool Result { get; set; }

    /// <summary>A Route value could not be read; nothing was consumed.</summary>
    public bool IsMalformed { get; set; }

    public RouteKind Kind { get; set; }

    /// <summary>The listener that later requests of the dialog leave by: from the own Route consumed last. Null: whatever reaches the target.</summary>
    public SipListener? SendListener { get; set; }

    /// <summary>The transport that the own Route consumed last names, whether <see cref="SendListener"/> is still there or not; null without one.</summary>
    public SipProtocol? SendProtocol { get; set; }

    /// <summary>Both Record-Routes of a pair came back: the second one is certainly that of the side where the request leaves.</summary>
    public bool IsPair { get; set; }

    /// <summary>Route values received.</summary>
    public int Count { get; private set; }

    /// <summary>Own Route values taken from the top: 0, 1, or 2 for a pair.</summary>
    public int Consumed { get; set; }

    /// <summary>The last Route value became the request-URI again (a strict router was before us).</summary>
    public bool IsRestored { get; set; }

    /// <summary>Own URIs found: Routes consumed and, behind a strict router, the request-URI.</summary>
    public int OwnCount { get; private set; }

    /// <summary>This element's Record-Route goes into every copy.</summary>
    public bool IsRecordRouting { get; set; }

    /// <summary>What the proof in our Record-Routes says of the request.</summary>
    public RouteProofKind ProofKind { get; set; }

    /// <summary>The kind of the proof that is among <see cref="Parameters"/> already.</summary>
    public RouteProofKind WrittenProof { get; set; }

    /// <summary>The extra parameters of our Record-Routes.</summary>
    public RecordRouteParameters Parameters { get; } = new();

    /// <summary>Routes set by code in place of those received; null for the received ones.</summary>
    public ReadOnlySpan<byte[]> Replacement => _replacement;

    public bool IsReplaced => _replacement is not null;

    public int RemainingCount => _replacement?.Length ?? Count - Consumed - (IsRestored ? 1 : 0);

    public void Reset()
    {
        if (_routes.Length > KeptRoutes)
            _routes = new RouteSlice[4];
        Count = Consumed = OwnCount = 0;
        IsProcessed = Result = IsMalformed = IsRestored = IsRecordRouting = false;
        Kind = RouteKind.None;
        ProofKind = WrittenProof = RouteProofKind.None;
        SendListener = null;
        SendProtocol = null;
        IsPair = false;
        _requestUriLength = -1;
        _replacement = null;
        Parameters.Clear();
    }

    public void AddRoute(RouteSlice route)
    {
        if (Count == _routes.Length)
            Array.Resize(ref _routes, Count * 2);
        _routes[Count++] = route;
    }

    public void ForgetRoutes() => Count = 0;

    public RouteSlice RouteAt(int index) => _routes[index];

    /// <summary>One of the Routes still to be travelled, as received; only while nothing replaced them.</summary>
    public RouteSlice RemainingAt(int index) => _routes[Consumed + index];

    /// <summary>The last Route received.</summary>
    public RouteSlice Last => _routes[Count - 1];

    public void AddOwn(MessageSlice uri)
    {
        if (OwnCount == 0)
            _own0 = uri;
        else if (OwnCount == 1)
            _own1 = uri;
        else
            _own2 = uri;
        OwnCount = Math.Min(OwnCount + 1, 3);
    }

    public MessageSlice OwnAt(int index) =>
        index switch
        {
            0 => _own0,
            1 => _own1,
            _ => _own2,
        };

    /// <summary>The request-URI that branches get: the one set, else the restored one, else the received one.</summary>
    public ReadOnlySpan<byte> RequestUri(SipMessage request)
    {
        if (_requestUriLength >= 0)
            return _requestUri.AsSpan(0, _requestUriLength);
        return IsRestored ? Last.Uri.In(request) : request.RequestUri;
    }

    public void SetRequestUri(ReadOnlySpan<byte> uri)
    {
        uri.CopyTo(RequestUriBuffer(uri.Length));
        _requestUriLength = uri.Length;
    }

    /// <summary>Room to write a request-URI in; then <see cref="CommitRequestUri"/>.</summary>
    public Span<byte> RequestUriBuffer(int length)
    {
        if (_requestUri.Length < length)
        {
            var grown = new byte[Math.Max(length, 128)];
            _requestUri.CopyTo(grown, 0); // the source may be the old content itself
            _requestUri = grown;
        }
        return _requestUri;
    }

    public void CommitRequestUri(int length) => _requestUriLength = length;

    /// <summary>Replaces the routes still to be travelled.</summary>
    /// <exception cref="ArgumentException">An entry is neither a name-addr nor a URI.</exception>
    public void SetRoutes(IReadOnlyList<byte[]> routes)
    {
        ArgumentNullException.ThrowIfNull(routes);
        var replacement = new byte[routes.Count][];
        for (var i = 0; i < replacement.Length; i++)
        {
            if (routes[i] is null || !RouteEntry.IsValid(routes[i]))
                throw new ArgumentException($"Entry {i} is not a URI or name-addr.", nameof(routes));
            replacement[i] = RouteEntry.Bracketed(routes[i]);
        }
        _replacement = replacement;
    }

    /// <summary>The Routes still to be travelled.</summary>
    public RouteList Remaining(SipMessage request) => new(this, request);

    /// <summary>The <paramref name="occurrence"/>-th own URI that has this parameter: a did may stand in any of them.</summary>
    public bool TryGetParameter(SipMessage request, ReadOnlySpan<byte> name, int occurrence, out ReadOnlySpan<byte> value)
    {
        for (var i = 0; i < OwnCount; i++)
        {
            if (!SipUriView.TryParse(OwnAt(i).In(request), out var uri) || !uri.Parameters.TryGet(name, out value))
                continue;
            if (occurrence-- == 0)
                return true;
        }
        value = default;
        return false;
    }

    /// <summary>From caller to callee? By the first ftag against the From tag; null when no own URI carries one.</summary>
    public bool? IsDownstream(SipMessage request) =>
        TryGetParameter(request, "ftag"u8, 0, out var ftag) ? UriParameterText.Matches(ftag, request.FromTag) : null;
}
