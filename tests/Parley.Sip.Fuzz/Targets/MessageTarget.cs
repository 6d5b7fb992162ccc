namespace Parley.Sip.Fuzz.Targets;

/// <summary>Parsing, screening, every typed field, edits, answers and retention.</summary>
public sealed class MessageTarget : FuzzTarget
{
    private static readonly SipLimits Tight = new()
    {
        MaxMessageSize = 900,
        MaxHeaderCount = 12,
        MaxHeaderLength = 80,
        MaxUriLength = 30,
        MaxBodySize = 100,
    };
    private static readonly SipHeaderName[] AllNames = Enum.GetValues<SipHeaderName>();

    private readonly SipMessage _message = new();
    private readonly SipMessage _again = new();
    private readonly SipEdits _edits = new();
    private readonly SipWriter _writer = new();
    private byte[] _output = new byte[65_536];

    public override string Name => "message";

    public override int Run(byte[] input, int length)
    {
        var path = new HashCode();
        path.Add(_again.Parse(input, 0, length, Tight).StatusCode);
        var result = _message.Parse(input, 0, length, SipLimits.Default);
        path.Add(result.Reason);
        if (result.Status is SipParseStatus.KeepAlive)
            return path.ToHashCode();
        CheckTable();
        ReadFields(ref path);
        var verdict = SipScreening.Screen(_message);
        path.Add(verdict.Reason);
        if (_message.IsRequest)
        {
            path.Add(SipScreening.ScreenForward(_message, "path").StatusCode);
            Answer();
        }
        Retain();
        if (result.IsOk)
            Edit(input.AsSpan(0, length), verdict.IsOk);
        return path.ToHashCode();
    }

    private void CheckTable()
    {
        int end = 0;
        for (int i = 0; i < _message.HeaderCount; i++)
        {
            var header = _message.HeaderAt(i);
            Check(
                header.Start >= end
                    && header.ValueStart > header.Start + header.NameLength
                    && header.End >= header.ValueStart + header.ValueLength
                    && header.End <= _message.Bytes.Length,
                "headers follow each other"
            );
            Check(header.NameLength > 0 && _message.NameOf(header).IndexOfAny(" \t\r\n:"u8) < 0, "a name is a token");
            Check(_message.IndexOf(_message.NameOf(header), i) == i, "a header is found by its name");
            end = header.End;
        }
        Check(_message.OffsetOf(_message.Body) >= end, "the body follows the headers");
    }

    private void ReadFields(ref HashCode path)
    {
        bool top = _message.TryGetTopVia(out var via);
        var vias = _message.Vias.GetEnumerator();
        Check(vias.MoveNext() == top, "the top Via is the first of all");
        Check(!top || (vias.Current.Text.SequenceEqual(via.Text) && _message.OffsetOf(via.Branch) >= 0), "the top Via lies in the message");
        path.Add((top, via.Port == 0, via.HasRPort, via.Ttl, via.Branch.IsEmpty, via.Received.IsEmpty));
        path.Add(Math.Min(3, _message.Vias.Count()));
        path.Add(
            (
                _message.Method,
                _message.StatusCode / 100,
                _message.RequestUriView.IsValid,
                _message.MaxForwards < 0,
                _message.ContentLength < 0
            )
        );
        path.Add(
            (_message.FromTag.IsEmpty, _message.ToTag.IsEmpty, _message.From.Text.IsEmpty, _message.To.Uri.IsValid, _message.CallId.IsEmpty)
        );
        path.Add(
            (
                _message.TryGetCSeq(out _, out var method),
                method.Length > 8,
                _message.Expires < 0,
                _message.RSeq < 0,
                _message.TryGetRAck(out _)
            )
        );
        Check(_message.CSeqNumberText.IsEmpty || _message.OffsetOf(_message.CSeqNumberText) > 0, "the CSeq number lies in the message");
        foreach (var name in AllNames)
        {
            int index = _message.IndexOf(name);
            if (index < 0)
                continue;
            int values = 0;
            foreach (var token in _message.Tokens(name))
            {
                Check(!token.IsEmpty && _message.OffsetOf(token) > 0, "a token lies in the message");
                values++;
            }
            foreach (var address in _message.Addresses(name))
            {
                Check(_message.OffsetOf(address.Text) > 0, "an address lies in the message");
                values += address.Q + (int)address.Expires + address.RegId + (address.Uri.IsValid ? 1 : 0);
            }
            foreach (var parameter in _message.AuthParameters(name))
                Check(parameter.Value.IsEmpty || _message.OffsetOf(parameter.Value) > 0, "a parameter lies in the message");
            path.Add((name, Math.Min(values, 3)));
        }
    }

    private void Answer()
    {
        _writer.Response(_message, 486, default, "tag"u8, "192.0.2.1"u8, 5060);
        var answer = _writer.End();
        Check(Parse(answer), "an answer parses");
        Check(_again.Vias.Count() == _message.Vias.Count(), "an answer has the Vias of its request");
        Check(_message.To.Text.IsEmpty || !_again.ToTag.IsEmpty, "an answer has a To tag");
    }

    private void Retain()
    {
        var kept = _message.Retain();
        Check(
            kept.Bytes.SequenceEqual(_message.Bytes)
                && kept.HeaderCount == _message.HeaderCount
                && kept.FromTag.SequenceEqual(_message.FromTag)
                && kept.CSeqNumber == _message.CSeqNumber
                && kept.Body.SequenceEqual(_message.Body),
            "a retained message is the same"
        );
        kept.Release();
    }

    private void Edit(ReadOnlySpan<byte> input, bool good)
    {
        _edits.Reset(_message);
        int vias = _message.Vias.Count();
        bool popped = false;
        if (_message.IsRequest)
            _edits.ReplaceRequestUri("sip:x@y"u8);
        _edits.SetReceived("192.0.2.1"u8, 5060);
        // Some bytes of the input choose the edits.
        byte choice = input.IsEmpty ? (byte)0 : input[input.Length / 2];
        if ((choice & 1) != 0 && vias > 0)
        {
            _edits.PopVia();
            popped = true;
        }
        _edits.PushVia("SIP/2.0/UDP p;branch=z9hG4bKx"u8);
        _edits.Set(SipHeaderName.MaxForwards, "5"u8);
        foreach (var route in _message.Routes)
        {
            if ((choice & 2) != 0)
                _edits.RemoveValue(route.Text);
            choice = (byte)((choice >> 1) | (choice << 7));
        }
        _edits.Push(SipHeaderName.RecordRoute, "<sip:p;lr>"u8);
        if ((choice & 4) != 0)
            _edits.RemoveAll(SipHeaderName.Contact);
        if ((choice & 8) != 0)
            _edits.ReplaceBody("text/plain"u8, "new"u8);
        _edits.EnsureContentLength();
        int length = _edits.Length;
        if (_output.Length < length)
            _output = new byte[length];
        Check(_edits.WriteTo(_output) == length, "the length is what is written");
        if (length > SipLimits.Default.MaxMessageSize)
            return;
        Check(Parse(_output.AsSpan(0, length)), "an edited message parses");
        Check(_again.TryGetTopVia(out var via) && via.Branch.SequenceEqual("z9hG4bKx"u8), "the pushed Via is on top");
        if (good)
        {
            Check(!_message.IsRequest || _again.MaxForwards == 5, "Max-Forwards is set");
            Check(popped || _again.Vias.Count() >= vias, "no Via is lost");
            Check(_again.CallId.SequenceEqual(_message.CallId) && _again.CSeqNumber == _message.CSeqNumber, "what is not edited stays");
        }
    }

    private bool Parse(ReadOnlySpan<byte> bytes)
    {
        if (_copy.Length < bytes.Length)
            _copy = new byte[bytes.Length];
        bytes.CopyTo(_copy);
        return _again.Parse(_copy, 0, bytes.Length, Loose).IsOk;
    }

    private static readonly SipLimits Loose = new()
    {
        MaxHeaderCount = 1_000,
        MaxHeaderLength = 70_000,
        MaxMessageSize = 200_000,
        MaxBodySize = 200_000,
    };

    private byte[] _copy = new byte[65_536];
}
