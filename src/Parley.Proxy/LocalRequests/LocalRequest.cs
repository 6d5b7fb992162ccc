using Parley.Sip;
using Parley.Transactions;
using Parley.Transport;

namespace Parley.Proxy;

/// <summary>A request that this element originates: built whole but for the Via. Pooled: do not keep it after its final response or failure (of an INVITE: after its transaction).</summary>
public sealed class LocalRequest
{
    private SipEdits? _edits;
    private byte[] _buffer = new byte[1024];

    internal LocalRequest(LocalRequests owner)
    {
        Exchange = new LocalExchange(owner, this);
    }

    /// <summary>Its method.</summary>
    public SipMethod Method => Message.Method;

    /// <summary>The request as it was given to Send; readable until it is over.</summary>
    public SipMessage Message { get; } = new();

    /// <summary>In the local-request hook: its changes.</summary>
    /// <exception cref="InvalidOperationException">Outside the hook.</exception>
    public SipEdits Edits => _edits ?? throw new InvalidOperationException("A local request's edits are open inside its hook only.");

    /// <summary>What was given to Send.</summary>
    public object? State { get; internal set; }

    /// <summary>Where it was sent; default before.</summary>
    public SipFlow Flow { get; internal set; }

    internal LocalExchange Exchange { get; }

    internal ILocalRequestUser? User { get; set; }

    internal ClientTransaction? Transaction { get; set; }

    internal List<SipTarget> Places { get; } = [];

    internal int PlacesTried { get; set; }

    internal bool IsOver { get; set; }

    internal TimeSpan? Timeout { get; set; }

    internal SipListener? From { get; set; }

    internal bool TryParse(ReadOnlySpan<byte> request)
    {
        if (_buffer.Length < request.Length)
            _buffer = new byte[request.Length * 2];
        request.CopyTo(_buffer);
        // Without a Via a message is not whole; the result is judged by what is needed here.
        Message.Parse(_buffer, 0, request.Length, SipLimits.Default);
        return Message.IsRequest && !Message.RequestUri.IsEmpty && !Message.CallId.IsEmpty;
    }

    internal void OpenEdits(SipEdits? edits) => _edits = edits;

    internal void End()
    {
        State = null;
        User = null;
        Transaction = null;
        Flow = default;
        Places.Clear();
        PlacesTried = 0;
        IsOver = false;
        Timeout = null;
        From = null;
    }
}
