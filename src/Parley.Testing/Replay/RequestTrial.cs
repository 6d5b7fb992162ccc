using System.Text;
using Parley.Hosting;
using Parley.Sip;
using Parley.Transport;

namespace Parley.Testing;

/// <summary>
/// Tries a request without effect: an application gets it on a simulated clock and without a network, and what it would send is kept. For an application that
/// stands for a running one, give it copies of that one's state.
/// </summary>
public sealed class RequestTrial
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(64);

    private readonly IReadOnlyList<SipListener> _listeners;

    /// <summary>A trial on given listeners.</summary>
    /// <param name="listeners">Where the element listens, e.g. those of the running transport; not empty.</param>
    /// <param name="now">The time at which the request arrives.</param>
    /// <exception cref="ArgumentException">No listeners.</exception>
    public RequestTrial(IReadOnlyList<SipListener> listeners, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(listeners);
        if (listeners.Count == 0)
            throw new ArgumentException("One listener or more.", nameof(listeners));
        _listeners = listeners;
        Clock = new SimulatedClock(now);
    }

    /// <summary>The clock of the trial.</summary>
    public SimulatedClock Clock { get; }

    /// <summary>Names and addresses that are the element's own.</summary>
    public IList<string> OwnNames { get; } = [];

    /// <summary>From URIs to places; null: literal addresses alone are found.</summary>
    public ISipServerLocator? Locator { get; set; }

    /// <summary>Tries a request.</summary>
    /// <param name="request">The request, whole, with CRLF or LF at the ends of lines. What pasted text has lost is added: Via, Max-Forwards, CSeq, From, To, Call-ID, Content-Length.</param>
    /// <param name="protocol">How it arrives.</param>
    /// <param name="source">Where it comes from.</param>
    /// <param name="build">Makes the application, with its route; it is started, and disposed afterwards.</param>
    /// <exception cref="ArgumentException">The text is no SIP request, or there is no listener for protocol and source.</exception>
    public TrialResult Run(string request, SipProtocol protocol, SipEndPoint source, Func<ReplaySite, ParleyApplication> build)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(build);
        byte[] bytes = PastedRequest.Complete(request, protocol, source);
        var sent = new List<TrialMessage>();
        var transport = new ReplayTransport(_listeners, OwnNames, (flow, message) => Keep(sent, flow, message));
        SipListener listener =
            transport.ListenerFor(protocol, source, null)
            ?? throw new ArgumentException($"There is no listener for {NameOf(protocol)} from {source}.", nameof(protocol));
        if (!SipMessage.TryParse(bytes, out SipMessage? parsed))
            throw new ArgumentException("The text cannot be read as a SIP request.", nameof(request));
        var file = new CallFile
        {
            CallId = Encoding.UTF8.GetString(parsed.CallId),
            Saved = Clock.GetUtcNow(),
            Entries = [new CallFileMessage(Clock.GetUtcNow(), source.ToString(), CallFile.Ours, NameOf(protocol), true, bytes)],
        };
        var site = new ReplaySite(file, Clock, transport, new TrialLocator(Locator));
        using ParleyApplication application = build(site);
        var steps = new StepCollector(Clock);
        if (site.Steps is null)
            application.CallSteps.Sink = steps;
        application.StartAsync().GetAwaiter().GetResult();
        transport.Receive(bytes, transport.FlowFrom(listener, source));
        // Nobody answers: what is sent later is what comes when a target stays silent.
        Clock.RunFor(Patience);
        return new TrialResult(Encoding.UTF8.GetString(bytes), sent, site.Steps?.Invoke() ?? steps.Steps);
    }

    private static string NameOf(SipProtocol protocol) => Encoding.ASCII.GetString(protocol.UriText());

    private void Keep(List<TrialMessage> sent, SipFlow flow, byte[] bytes)
    {
        if (!SipMessage.TryParse(bytes, out SipMessage? message))
            return;
        // A retransmission says nothing new.
        foreach (TrialMessage before in sent)
        {
            if (before.Bytes.Span.SequenceEqual(bytes) && before.Remote == flow.Remote)
                return;
        }

        sent.Add(new TrialMessage(Clock.Elapsed, flow.Listener.Protocol, flow.Remote, message.IsRequest, bytes));
    }
}
