namespace Parley.Sip.Fuzz.Targets;

/// <summary>The framer: in one piece, in many pieces, and against the parser.</summary>
public sealed class StreamTarget : FuzzTarget
{
    private static readonly SipLimits Limits = new() { MaxMessageSize = 20_000, MaxBodySize = 15_000 };

    private readonly SipMessage _message = new();
    private readonly List<SipFrame> _whole = [];

    public override string Name => "stream";

    public override int Run(byte[] input, int length)
    {
        var path = new HashCode();
        _whole.Clear();
        int taken = 0;
        while (true)
        {
            var frame = SipFraming.Next(input.AsSpan(taken, length - taken), Limits);
            path.Add((frame.Kind, frame.Ping));
            if (frame.Kind == SipFrameKind.Padding)
            {
                // As much as is there: pieces may take it in pieces.
                Check(frame.Length > 0 && frame.Length <= length - taken, "a frame lies in the buffer");
                taken += frame.Length;
                continue;
            }
            _whole.Add(frame);
            if (frame.Kind is not (SipFrameKind.Message or SipFrameKind.KeepAlive))
                break;
            Check(frame.Length > 0 && frame.Length <= length - taken, "a frame lies in the buffer");
            if (frame.Kind == SipFrameKind.Message)
            {
                var result = _message.Parse(input, taken, frame.Length, Limits);
                path.Add(result.StatusCode);
                Check(!result.IsOk || _message.Bytes.Length == frame.Length, "framer and parser agree on the length");
                Check(result.Status != SipParseStatus.KeepAlive, "a message is not a keep-alive");
            }
            taken += frame.Length;
        }
        InPieces(input, length);
        return path.ToHashCode();
    }

    private void InPieces(byte[] input, int length)
    {
        // Piece sizes follow from the input, so that a run can be repeated.
        uint state = (uint)length + 1;
        int taken = 0,
            arrived = 0,
            index = 0;
        while (true)
        {
            var frame = SipFraming.Next(input.AsSpan(taken, arrived - taken), Limits);
            if (frame.Kind == SipFrameKind.NeedMore && arrived < length)
            {
                state = (state * 1664525) + 1013904223;
                arrived = Math.Min(length, arrived + 1 + (int)((state >> 24) & 63));
                continue;
            }
            if (frame.Kind == SipFrameKind.Padding)
            {
                taken += frame.Length;
                continue;
            }
            Check(frame == _whole[index++], "pieces give the frames of the whole");
            if (frame.Kind is not (SipFrameKind.Message or SipFrameKind.KeepAlive))
                return;
            taken += frame.Length;
        }
    }
}
