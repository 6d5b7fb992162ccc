namespace Parley.Sip;

public sealed partial class SipMessage
{
    // A pooled message is Free in the pool and Held outside; one that was never retained is neither.
    private const int Free = 1,
        Held = 2;

    private int _pooling;

    /// <summary>A pooled message of its own buffer with the same content (bytes and header table copied); give it back with <see cref="Release"/>.
    /// Thread-safe towards the pool; allocates nothing when that is warm.</summary>
    public SipMessage Retain()
    {
        var copy = SipMessagePool.Rent() ?? new SipMessage();
        copy._pooling = Held;
        copy.CopyFrom(this);
        return copy;
    }

    /// <summary>Returns a retained message and its buffer to the pool; does nothing for one that was not retained or is there already.
    /// Its spans must not be used any more: the next message will be written over them.</summary>
    public void Release()
    {
        if (Interlocked.CompareExchange(ref _pooling, Free, Held) == Held)
            SipMessagePool.Return(this);
    }

    // A few large messages must not make the pool hold their buffers for ever.
    internal void DropLargeBuffer()
    {
        if (_ownBuffer.Length > SipMessagePool.LargestKeptBuffer)
            _ownBuffer = [];
        if (_headers.Length > SipMessagePool.LargestKeptTable)
            _headers = new SipHeader[32];
    }

    private byte[] _ownBuffer = [];

    private void CopyFrom(SipMessage other)
    {
        if (_ownBuffer.Length < other._length)
            _ownBuffer = new byte[Math.Max(2048, other._length)];
        other.Bytes.CopyTo(_ownBuffer);
        _buffer = _ownBuffer;
        _start = 0;
        _length = other._length;
        if (_headers.Length < other._headerCount)
            _headers = new SipHeader[other._headers.Length];
        other._headers.AsSpan(0, other._headerCount).CopyTo(_headers);
        _headerCount = other._headerCount;
        other._first.CopyTo(_first, 0);
        _isRequest = other._isRequest;
        _method = other._method;
        _methodLength = other._methodLength;
        _uriStart = other._uriStart;
        _uriLength = other._uriLength;
        _versionStart = other._versionStart;
        _statusCode = other._statusCode;
        _reasonStart = other._reasonStart;
        _reasonLength = other._reasonLength;
        _startLineEnd = other._startLineEnd;
        _bodyStart = other._bodyStart;
        _contentLength = other._contentLength;
        _failureCode = other._failureCode;
        _failure = other._failure;
        RepeatsSingle = other.RepeatsSingle;
        _known = other._known;
        _via = other._via;
        _viaConsumed = other._viaConsumed;
        _from = other._from;
        _to = other._to;
        _uri = other._uri;
        _viaGood = other._viaGood;
        _cseqGood = other._cseqGood;
        _cseqNumber = other._cseqNumber;
        _cseqDigits = other._cseqDigits;
        _cseqMethodStart = other._cseqMethodStart;
        _cseqMethodLength = other._cseqMethodLength;
        _cseqMethod = other._cseqMethod;
        _maxForwards = other._maxForwards;
    }
}
