using Parley.Transport;

namespace Parley.Testing;

/// <summary>
/// Remembers messages, answers questions about them, and prints a call as a ladder. Attach it to a <see cref="SimulatedNetwork"/>, where it
/// sees every message once, or set it as the <see cref="ISipTransport.Tap"/> of a transport, where it sees what that one element
/// receives and sends.
/// </summary>
public sealed class Recorder : ICaptureTap
{
    private readonly List<RecordedMessage> _messages = [];
    private readonly Dictionary<SipEndPoint, string> _names = [];
    private readonly TimeProvider? _time;
    private readonly long _start;
    private readonly Lock _lock = new();

    /// <summary>A recorder to attach to a network.</summary>
    public Recorder() { }

    /// <summary>A recorder to set as a transport's tap.</summary>
    /// <param name="time">Gives the time at which a message is seen.</param>
    public Recorder(TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        _time = time;
        _start = time.GetTimestamp();
    }

    /// <summary>Everything seen, in order.</summary>
    public IReadOnlyList<RecordedMessage> Messages => _messages;

    /// <summary>Stops or resumes recording.</summary>
    public bool IsPaused { get; set; }

    /// <summary>Makes a recorder and attaches it.</summary>
    /// <param name="network">The network to record.</param>
    public static Recorder On(SimulatedNetwork network)
    {
        ArgumentNullException.ThrowIfNull(network);
        var recorder = new Recorder();
        network.Attach(recorder);
        return recorder;
    }

    /// <summary>Gives an address a name in ladders, for a recorder that is a tap.</summary>
    /// <param name="address">The address and port.</param>
    /// <param name="name">The name.</param>
    public void Name(SipEndPoint address, string name) => _names[address] = name;

    /// <summary>The messages of one call.</summary>
    /// <param name="callId">The Call-ID.</param>
    public IEnumerable<RecordedMessage> OfCall(string callId) => _messages.Where(m => m.CallId == callId);

    /// <summary>The messages that a host sent.</summary>
    /// <param name="host">The host's name.</param>
    public IEnumerable<RecordedMessage> SentBy(string host) => _messages.Where(m => m.From == host);

    /// <summary>The messages that a host was sent, the lost ones left out.</summary>
    /// <param name="host">The host's name.</param>
    public IEnumerable<RecordedMessage> ReceivedBy(string host) => _messages.Where(m => m.To == host && !m.IsLost);

    /// <summary>Counts messages by label, lost ones included.</summary>
    /// <param name="what">"INVITE" counts requests, "200 INVITE" such responses, "200" all responses of that status.</param>
    /// <param name="from">The sending host's name; every host when null.</param>
    /// <param name="to">The receiving host's name; every host when null.</param>
    public int Count(string what, string? from = null, string? to = null) => Find(what, from, to).Count();

    /// <summary>The messages that <see cref="Count"/> counts.</summary>
    /// <param name="what">A label.</param>
    /// <param name="from">The sending host's name; every host when null.</param>
    /// <param name="to">The receiving host's name; every host when null.</param>
    public IEnumerable<RecordedMessage> Find(string what, string? from = null, string? to = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(what);
        bool status = what.Length == 3 && char.IsAsciiDigit(what[0]);
        return _messages.Where(m =>
            (status ? m.Label.StartsWith(what, StringComparison.Ordinal) : m.Label == what)
            && (from is null || m.From == from)
            && (to is null || m.To == to)
        );
    }

    /// <summary>Forgets everything seen.</summary>
    public void Clear() => _messages.Clear();

    /// <summary>Draws messages as a ladder: a column per host in the order of appearance, a line per message.</summary>
    /// <param name="callId">The call to draw; all messages when null.</param>
    public string Ladder(string? callId = null) => Testing.Ladder.Draw(callId is null ? _messages : [.. OfCall(callId)]);

    /// <summary>Records what a transport's boundary sees.</summary>
    /// <param name="inbound">True for what arrived.</param>
    /// <param name="flow">The way it came or takes.</param>
    /// <param name="message">The bytes.</param>
    public void OnMessage(bool inbound, in SipFlow flow, ReadOnlySpan<byte> message)
    {
        TimeSpan time = _time?.GetElapsedTime(_start) ?? TimeSpan.Zero;
        SipEndPoint local = flow.Listener.Local;
        (SipEndPoint from, SipEndPoint to) = inbound ? (flow.Remote, local) : (local, flow.Remote);
        Add(time, NameOf(from), NameOf(to), flow.Listener.Protocol, from, to, message, lost: false);
    }

    internal void Add(
        TimeSpan time,
        string from,
        string to,
        SipProtocol protocol,
        SipEndPoint source,
        SipEndPoint destination,
        ReadOnlySpan<byte> bytes,
        bool lost
    )
    {
        if (IsPaused)
            return;
        var message = new RecordedMessage(time, from, to, protocol, source, destination, bytes.ToArray(), lost);
        lock (_lock)
            _messages.Add(message);
    }

    private string NameOf(SipEndPoint address) => _names.TryGetValue(address, out string? name) ? name : address.ToString();
}
