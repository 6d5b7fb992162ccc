using System.Text;
using Parley.Hosting;
using Parley.Sip;
using Parley.Transport;

namespace Parley.Testing;

/// <summary>Finds for each message that a replay sends the recorded one, and keeps what differs.</summary>
internal sealed class ReplayMatching
{
    private readonly CallFile _file;
    private readonly SimulatedClock _clock;
    private readonly TimeSpan _tolerance;
    private readonly ReplayTokens _tokens = new();
    private readonly List<Expected> _expected = [];
    private readonly List<(CallFileMessage Message, int Next)> _extra = [];
    private readonly List<ReplayDifference> _differences = [];
    private readonly List<CallFileEntry> _entries = [];
    private readonly DateTimeOffset _start;

    public ReplayMatching(CallFile file, SimulatedClock clock, TimeSpan tolerance)
    {
        _file = file;
        _clock = clock;
        _tolerance = tolerance;
        _start = file.Entries[0].At;
        int number = 0;
        foreach (CallFileMessage message in file.Messages)
        {
            number++;
            if (!message.IsInbound)
                _expected.Add(new Expected(message, number, KeyOf(message)));
        }
    }

    /// <summary>How many messages were sent that were recorded.</summary>
    public int Compared { get; private set; }

    /// <summary>The messages of the replay.</summary>
    public IReadOnlyList<CallFileEntry> Entries => _entries;

    /// <summary>Hands a recorded message up, with what it quotes of ours as the replay has it.</summary>
    public void Deliver(CallFileMessage message, ReplayTransport transport, SipFlow flow)
    {
        byte[] bytes = _tokens.Apply(message.Bytes.Span);
        _entries.Add(message with { Bytes = bytes });
        transport.Receive(bytes, flow);
    }

    /// <summary>Takes a message that the application sent.</summary>
    public void OnSent(SipFlow flow, byte[] bytes)
    {
        SipListener listener = flow.Listener;
        string protocol = Encoding.ASCII.GetString(listener.Protocol.UriText());
        var sent = new CallFileMessage(_clock.GetUtcNow(), CallFile.Ours, flow.Remote.ToString(), NameOf(listener.Protocol), false, bytes)
        {
            Listener = $"{protocol}:{listener.Local}",
        };
        if (sent.Read() is not { } message || Encoding.UTF8.GetString(message.CallId) != _file.CallId)
            return; // another call's, such as an OPTIONS of the application's own
        _entries.Add(sent);
        string key = KeyOf(sent);
        Expected? expected = _expected.Find(e => !e.IsMet && e.Key == key);
        if (expected is null)
        {
            _extra.Add((sent, NextNumber(sent.At)));
            return;
        }

        expected.IsMet = true;
        Compared++;
        Compare(expected, sent, message);
    }

    /// <summary>All that differs; called once, when the replay is over.</summary>
    public IReadOnlyList<ReplayDifference> Finish()
    {
        foreach (Expected missing in _expected.Where(static e => !e.IsMet))
        {
            // What was sent about then instead says more than that something is missing.
            int instead = _extra.FindIndex(e => (e.Message.At - missing.Message.At).Duration() <= _tolerance);
            string text = $"recorded {missing.Message.Label} to {missing.Message.Peer}, now ";
            text += instead < 0 ? "not sent" : $"{_extra[instead].Message.Label} to {_extra[instead].Message.Peer}";
            if (instead >= 0)
                _extra.RemoveAt(instead);
            _differences.Add(new ReplayDifference(missing.Number, missing.Message.At - _start, text));
        }

        foreach ((CallFileMessage message, int next) in _extra)
            _differences.Add(new ReplayDifference(next, message.At - _start, $"not recorded, now {message.Label} to {message.Peer}"));
        return _differences;
    }

    private void Compare(Expected expected, CallFileMessage sent, SipMessage message)
    {
        TimeSpan late = sent.At - expected.Message.At;
        if (late.Duration() > _tolerance)
            Differ(
                expected,
                string.Create(
                    System.Globalization.CultureInfo.InvariantCulture,
                    $"{expected.Message.Label} to {sent.Peer} leaves {late.Duration().TotalSeconds:F3} s {(late > TimeSpan.Zero ? "later" : "earlier")}"
                )
            );
        if (!SipMessage.TryParse(_tokens.Apply(expected.Message.Bytes.Span), out SipMessage? recorded))
        {
            if (!expected.Message.IsTruncated)
                Differ(expected, $"{expected.Message.Label}: the recorded message cannot be read");
            return;
        }

        if (MessageComparison.Difference(recorded, !expected.Message.IsTruncated, message, _tokens) is { } difference)
            Differ(expected, $"{expected.Message.Label} to {sent.Peer}: {difference}");
    }

    private void Differ(Expected expected, string text) =>
        _differences.Add(new ReplayDifference(expected.Number, expected.Message.At - _start, text));

    /// <summary>The number of the recorded message before which something happened; 0 after all.</summary>
    private int NextNumber(DateTimeOffset at)
    {
        int number = 0;
        foreach (CallFileMessage message in _file.Messages)
        {
            number++;
            if (message.At >= at)
                return number;
        }

        return number + 1;
    }

    private static string NameOf(SipProtocol protocol) => protocol.ToString().ToLowerInvariant();

    /// <summary>What two messages have in common that are the same one of a call: the way, kind and number.</summary>
    private static string KeyOf(CallFileMessage message) =>
        message.Read() is { } read
            ? $"{message.Transport} {message.Peer} {(read.IsRequest ? Encoding.UTF8.GetString(read.MethodText) : read.StatusCode)} {read.CSeqNumber} {Encoding.UTF8.GetString(read.CSeqMethodText)}"
            : $"{message.Transport} {message.Peer} ?";

    private sealed class Expected(CallFileMessage message, int number, string key)
    {
        public CallFileMessage Message { get; } = message;

        public int Number { get; } = number;

        public string Key { get; } = key;

        public bool IsMet { get; set; }
    }
}
