using System.Globalization;
using System.Text;
using Parley.Sip;
using Parley.Transport;

namespace Parley.Testing;

/// <summary>
/// A small SIP user agent for tests: it behaves well by itself (transactions, retransmissions, dialogs with their route sets, ACK, PRACK) and does
/// what its script does, good or bad. Everything happens in callbacks on the clock; nothing needs to be awaited.
/// </summary>
/// <remarks>It runs on any <see cref="ISipTransport"/> and any <see cref="TimeProvider"/>; scripts run inside the agent's lock.</remarks>
public sealed partial class ScriptedUserAgent : ISipReceiver
{
    private readonly List<Anomaly> _anomalies = [];
    private readonly List<ScriptedCall> _calls = [];
    private readonly long _start;
    private string? _contact;

    /// <summary>An agent on a simulated host, with the network's clock and randomness; it starts the transport.</summary>
    /// <param name="transport">The host.</param>
    /// <param name="user">The user part of its address: "alice".</param>
    public ScriptedUserAgent(SimulatedTransport transport, string user)
        : this(transport ?? throw new ArgumentNullException(nameof(transport)), user, transport.Network.Clock, transport.Network.Random) { }

    /// <summary>An agent on any transport; it starts the transport.</summary>
    /// <param name="transport">Not started yet.</param>
    /// <param name="user">The user part of its address.</param>
    /// <param name="time">Its clock.</param>
    /// <param name="random">Where tags, branches and Call-IDs come from.</param>
    public ScriptedUserAgent(ISipTransport transport, string user, TimeProvider time, SipRandom random)
    {
        ArgumentNullException.ThrowIfNull(transport);
        ArgumentException.ThrowIfNullOrEmpty(user);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(random);
        Transport = transport;
        User = user;
        Time = time;
        Random = random;
        _start = time.GetTimestamp();
        Protocol = transport.Listeners[0].Protocol;
        Address = $"sip:{user}@{ReceivedMessage.Text(transport.Listeners[0].Host)}";
        transport.Start(this);
    }

    /// <summary>The user part of its address.</summary>
    public string User { get; }

    /// <summary>The transport it runs on.</summary>
    public ISipTransport Transport { get; }

    /// <summary>Its clock.</summary>
    public TimeProvider Time { get; }

    /// <summary>Where its tags, branches and Call-IDs come from.</summary>
    public SipRandom Random { get; }

    /// <summary>Its address of record, which From has: "sip:alice@10.0.0.1".</summary>
    public string Address { get; set; }

    /// <summary>The protocol of its <see cref="Contact"/>; that of its first listener at first.</summary>
    public SipProtocol Protocol { get; set; }

    /// <summary>The URI by which it wants to be reached: made from the listener of <see cref="Protocol"/> unless set.</summary>
    public string Contact
    {
        get
        {
            if (_contact is not null)
                return _contact;
            SipListener listener = Transport.Listeners.First(l => l.Protocol == Protocol);
            string transport = Protocol == SipProtocol.Udp ? "" : $";transport={ReceivedMessage.Text(listener.UriTransport)}";
            return $"sip:{User}@{ReceivedMessage.Text(listener.SentBy)}{transport}";
        }
        set => _contact = value;
    }

    /// <summary>Where requests outside of dialogs go: "sip:10.0.0.9;lr" puts it into a Route header, without lr it is just the next hop. Null: to the request-URI.</summary>
    public string? OutboundProxy { get; set; }

    /// <summary>Finds hosts that are names.</summary>
    public ISipServerLocator Locator { get; set; } = new SimulatedServerLocator();

    /// <summary>Timer T1; 500 ms.</summary>
    public TimeSpan T1 { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Timer T2; 4 s.</summary>
    public TimeSpan T2 { get; set; } = TimeSpan.FromSeconds(4);

    /// <summary>Timer T4; 5 s.</summary>
    public TimeSpan T4 { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a call may ring before the caller cancels it or the callee rejects it; 3 minutes.</summary>
    public TimeSpan RingLimit { get; set; } = TimeSpan.FromMinutes(3);

    /// <summary>How long a call may be up before this side ends it; without limit at first.</summary>
    public TimeSpan CallLimit { get; set; } = Timeout.InfiniteTimeSpan;

    /// <summary>Says "Supported: 100rel" in its INVITEs and acknowledges reliable provisional responses; true.</summary>
    public bool Supports100Rel { get; set; } = true;

    /// <summary>Keeps the second and later 2xx of a forked INVITE as calls, instead of acknowledging them and ending them with BYE.</summary>
    public bool KeepsEveryAnswer { get; set; }

    /// <summary>Keeps messages, events and ended calls for the test to look at; true. Switch it off for long runs.</summary>
    public bool KeepsHistory { get; set; } = true;

    /// <summary>The session description in its INVITEs and 2xx.</summary>
    public string Sdp
    {
        get =>
            field ??=
                $"v=0\r\no={User} 1 1 IN IP4 10.0.0.1\r\ns=-\r\nc=IN IP4 10.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n";
        set;
    }

    /// <summary>What to do with a new call; null rings and answers at once.</summary>
    public Action<ScriptedCall>? OnInvite { get; set; }

    /// <summary>Sees every request but a first INVITE, ACK and CANCEL before the agent answers it, in a dialog or not.</summary>
    public Action<IncomingRequest>? OnRequest { get; set; }

    /// <summary>Sees, and may alter, every message before it first leaves.</summary>
    public Action<OutgoingMessage>? OnSending { get; set; }

    /// <summary>Sees every message that arrives.</summary>
    public Action<ReceivedMessage>? OnReceived { get; set; }

    /// <summary>Called when a call ends.</summary>
    public Action<ScriptedCall>? OnCallEnded { get; set; }

    /// <summary>What should not have happened.</summary>
    public IReadOnlyList<Anomaly> Anomalies => _anomalies;

    /// <summary>Its calls in order, the ended ones included while <see cref="KeepsHistory"/> is on.</summary>
    public IReadOnlyList<ScriptedCall> Calls => _calls;

    /// <summary>Calls that have not ended.</summary>
    public int ActiveCalls { get; private set; }

    /// <summary>Messages it retransmitted because an answer or ACK did not come in time.</summary>
    public long RetransmissionsSent { get; internal set; }

    /// <summary>Messages that it received again.</summary>
    public long RetransmissionsReceived { get; internal set; }

    internal object StateLock { get; } = new();

    internal TimeSpan Elapsed => Time.GetElapsedTime(_start);

    /// <summary>Calls somebody.</summary>
    /// <param name="uri">The callee: "sip:bob@10.0.0.2".</param>
    /// <param name="alter">May alter the INVITE.</param>
    public ScriptedCall Invite(string uri, Action<OutgoingMessage>? alter = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(uri);
        ScriptedCall call;
        lock (StateLock)
        {
            call = new ScriptedCall(this, uri, alter);
            Track(call);
            call.Begin();
        }
        Transport.Flush();
        return call;
    }

    /// <summary>Sends a request outside of any dialog.</summary>
    /// <param name="method">Its method; not INVITE, ACK or CANCEL.</param>
    /// <param name="uri">Its request-URI.</param>
    /// <param name="alter">May alter it.</param>
    public SentRequest SendRequest(string method, string uri, Action<OutgoingMessage>? alter = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(method);
        ArgumentException.ThrowIfNullOrEmpty(uri);
        SentRequest sent;
        lock (StateLock)
        {
            OutgoingMessage request = NewRequest(method, uri, NewCallId(), Token(8), 1);
            alter?.Invoke(request);
            sent = new SentRequest(request);
            Transmit(request, sent.Add, sent.Finish);
        }
        Transport.Flush();
        return sent;
    }

    /// <summary>Registers its contact for its address.</summary>
    /// <param name="registrar">The registrar's URI: "sip:example.com".</param>
    /// <param name="expires">Seconds; 0 removes it.</param>
    public SentRequest Register(string registrar, int expires = 3600) =>
        SendRequest(
            "REGISTER",
            registrar,
            request =>
                request
                    .Set("To", $"<{Address}>")
                    .Set("Contact", $"<{Contact}>")
                    .Set("Expires", expires.ToString(CultureInfo.InvariantCulture))
        );

    /// <summary>Sends bytes as they are, outside of all that the agent knows.</summary>
    /// <param name="bytes">The message.</param>
    /// <param name="target">A URI that says where to: "sip:10.0.0.2:5060;transport=tcp".</param>
    /// <exception cref="ArgumentException">The target leads nowhere.</exception>
    public void SendRaw(ReadOnlySpan<byte> bytes, string target)
    {
        SipFlow flow = FlowTo(Locate(target)) ?? throw new ArgumentException($"'{target}' leads nowhere.", nameof(target));
        lock (StateLock)
            Transport.Send(flow, bytes);
        Transport.Flush();
    }

    /// <summary>The same with text, which needs its CRLFs.</summary>
    /// <param name="text">The message.</param>
    /// <param name="target">A URI that says where to.</param>
    public void SendRaw(string text, string target) => SendRaw(Encoding.UTF8.GetBytes(text), target);

    /// <summary>Runs something later, on the agent's clock.</summary>
    /// <param name="delay">When.</param>
    /// <param name="action">What.</param>
    public void After(TimeSpan delay, Action action)
    {
        AgentTimer? timer = null;
        timer = new AgentTimer(
            this,
            () =>
            {
                timer!.Close();
                action();
            }
        );
        timer.Start(delay);
    }

    /// <summary>The agent's user.</summary>
    public override string ToString() => User;

    internal void SoonInLock(Action action) => After(TimeSpan.Zero, action);

    internal void Report(AnomalyKind kind, string callId, string text) => _anomalies.Add(new Anomaly(kind, Elapsed, callId, text));

    internal void Track(ScriptedCall call)
    {
        ActiveCalls++;
        if (KeepsHistory)
            _calls.Add(call);
    }

    internal void CallOver(ScriptedCall call)
    {
        ActiveCalls--;
        OnCallEnded?.Invoke(call);
        // What is still on its way may come for a while yet.
        After(
            64 * T1,
            () =>
            {
                foreach (ScriptedDialog dialog in call.Dialogs)
                    _dialogs.Remove(dialog.Key);
            }
        );
    }
}
