using Parley.Sip;

namespace Parley.Proxy;

/// <summary>A response on its way upstream, in a reply hook. Valid during the call.</summary>
public sealed class SipReplyContext
{
    [ThreadStatic]
    private static SipReplyContext? t_free;

    private SipReplyContext? _next;
    private SipContext? _context;
    private SipMessage? _reply;
    private SipEdits? _edits;

    internal SipReplyContext() { }

    /// <summary>The request it answers.</summary>
    /// <exception cref="InvalidOperationException">Used after its hook.</exception>
    public SipContext Context => _context ?? throw Closed();

    /// <summary>Where it came from; null for a response of the proxy's own.</summary>
    public SipBranch? Branch { get; private set; }

    /// <summary>The response as received (or as the proxy built it).</summary>
    /// <exception cref="InvalidOperationException">Used after its hook.</exception>
    public SipMessage Reply => _reply ?? throw Closed();

    /// <summary>Its status.</summary>
    public int StatusCode { get; private set; }

    /// <summary>Its changes.</summary>
    /// <exception cref="InvalidOperationException">Used after its hook.</exception>
    public SipEdits Edits => _edits ?? throw Closed();

    /// <summary>Adds a header line to this response.</summary>
    /// <param name="name">As in <see cref="SipEdits.AddHeader(string, string)"/>.</param>
    /// <param name="value">As there.</param>
    /// <exception cref="ArgumentException">As there.</exception>
    /// <exception cref="InvalidOperationException">Used after its hook.</exception>
    public void AddHeader(string name, string value) => Edits.AddHeader(name, value);

    /// <summary>One header line of this name in this response, in place of all others.</summary>
    /// <param name="name">As in <see cref="SipEdits.AddHeader(string, string)"/>.</param>
    /// <param name="value">As there.</param>
    /// <exception cref="ArgumentException">As there.</exception>
    /// <exception cref="InvalidOperationException">Used after its hook.</exception>
    public void SetHeader(string name, string value) => Edits.SetHeader(name, value);

    /// <summary>No header line of this name, full or compact, in this response.</summary>
    /// <param name="name">As in <see cref="SipEdits.AddHeader(string, string)"/>.</param>
    /// <exception cref="ArgumentException">As there.</exception>
    /// <exception cref="InvalidOperationException">Used after its hook.</exception>
    public void RemoveHeader(string name) => Edits.RemoveHeader(name);

    internal bool IsSuppressed { get; private set; }

    /// <summary>A provisional is not passed on; does nothing for a final response.</summary>
    public void Suppress() => IsSuppressed = StatusCode < 200;

    /// <summary>From a small stack of this thread, since a hook may cause another response.</summary>
    internal static SipReplyContext Rent()
    {
        SipReplyContext? free = t_free;
        if (free is null)
            return new SipReplyContext();
        t_free = free._next;
        free._next = null;
        return free;
    }

    internal void Return()
    {
        _context = null;
        Branch = null;
        _reply = null;
        _edits = null;
        _next = t_free;
        t_free = this;
    }

    internal void Open(SipContext context, SipBranch? branch, SipMessage reply, SipEdits edits)
    {
        _context = context;
        Branch = branch;
        _reply = reply;
        StatusCode = reply.StatusCode;
        _edits = edits;
        IsSuppressed = false;
    }

    private static InvalidOperationException Closed() => new("A reply context is valid during its hook only.");
}
