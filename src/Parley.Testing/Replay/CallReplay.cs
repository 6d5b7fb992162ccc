using System.Globalization;
using System.Text;
using Parley.Hosting;
using Parley.Transport;

namespace Parley.Testing;

/// <summary>
/// Runs a recorded call again: what arrived then arrives at an application at the same times, on a simulated clock and without a network, and what it sends is
/// compared with what was sent then. Made of one <see cref="CallFile"/>; every run is the same.
/// </summary>
/// <remarks>A recording has messages alone: that a connection broke, or an ICMP error came, is not repeated. Credentials in it are blanked, so that an
/// application which checks them refuses them.</remarks>
public sealed class CallReplay
{
    private static readonly TimeSpan LongestTail = TimeSpan.FromSeconds(64);

    private readonly CallFile _file;

    /// <summary>A replay of a call.</summary>
    /// <param name="file">The recording.</param>
    public CallReplay(CallFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        _file = file;
    }

    /// <summary>How much earlier or later than recorded a message may leave; 250 ms.</summary>
    public TimeSpan Tolerance { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Names and addresses that are the element's own, besides those that the recording has.</summary>
    public IList<string> OwnNames { get; } = [];

    /// <summary>Runs the call.</summary>
    /// <param name="build">Makes the application, with its route, on the place it is given (<see cref="ReplaySite.AddTo"/>); it is started, and disposed afterwards.</param>
    /// <returns>What differs.</returns>
    public ReplayResult Run(Func<ReplaySite, ParleyApplication> build)
    {
        ArgumentNullException.ThrowIfNull(build);
        if (WhyNot() is { } reason)
            return new ReplayResult(ReplayOutcome.Cannot, "The call cannot be replayed: " + reason);
        var clock = new SimulatedClock(_file.Entries[0].At);
        ReplayMatching matching = new(_file, clock, Tolerance);
        var transport = new ReplayTransport(Listeners(), _file.OwnNames.Concat(OwnNames), matching.OnSent);
        var site = new ReplaySite(_file, clock, transport, new ReplayLocator(_file));
        using ParleyApplication application = build(site);
        application.StartAsync().GetAwaiter().GetResult();
        foreach (CallFileMessage message in _file.Messages)
        {
            if (!message.IsInbound)
                continue;
            SipFlow flow = FlowOf(message, transport)!.Value;
            clock.Schedule(message.At - _file.Entries[0].At, () => matching.Deliver(message, transport, flow));
        }

        clock.RunFor(End() - _file.Entries[0].At);
        IReadOnlyList<CallFileStep> steps = site.Steps?.Invoke() ?? [];
        return Result(matching, site.Steps is null ? null : steps);
    }

    private ReplayResult Result(ReplayMatching matching, IReadOnlyList<CallFileStep>? steps)
    {
        var differences = new List<ReplayDifference>(matching.Finish());
        if (steps is not null)
            differences.AddRange(StepComparison.Differences(_file, steps));
        // A step at the time of a message explains it: the message comes first.
        differences =
        [
            .. differences.OrderBy(static d => d.At).ThenBy(static d => d.MessageNumber == 0).ThenBy(static d => d.MessageNumber),
        ];
        string line =
            differences.Count == 0
                ? string.Create(CultureInfo.InvariantCulture, $"Same: {matching.Compared} sent messages as recorded.")
                : $"Differs at {differences[0]}";
        return new ReplayResult(differences.Count == 0 ? ReplayOutcome.Same : ReplayOutcome.Differs, line)
        {
            Differences = differences,
            Compared = matching.Compared,
            Entries = [.. matching.Entries.Concat(steps ?? []).OrderBy(static e => e.At)],
        };
    }

    private string? WhyNot()
    {
        if (_file.IsTruncated)
            return "the recording is not complete.";
        CallFileMessage? first = _file.Messages.FirstOrDefault();
        if (first is null)
            return "it has no messages.";
        int number = 0;
        foreach (CallFileMessage message in _file.Messages)
        {
            number++;
            if (message.From != CallFile.Ours && message.To != CallFile.Ours)
                return $"message {number} was captured by another element, from {message.From} to {message.To}.";
            if (message.IsInbound && message.IsTruncated)
                return $"message {number} was not recorded whole.";
            if (message.IsInbound && FlowOf(message, null) is null)
                return $"message {number} came by {message.Transport} from {message.Peer}, for which the recording has no listener.";
        }

        return first.Read() is { IsRequest: true } request && first.IsInbound
            ? request.ToTag.IsEmpty
                ? null
                : $"it begins within the call, with {Encoding.UTF8.GetString(request.MethodText)}."
            : $"it begins with {(first.IsInbound ? "a response" : "a message of the server's own")}.";
    }

    /// <summary>What is known of the time after the last entry is that nothing happened until the file was saved.</summary>
    private DateTimeOffset End()
    {
        DateTimeOffset last = _file.Entries[^1].At;
        DateTimeOffset end = _file.Saved < last + LongestTail ? _file.Saved : last + LongestTail;
        return end < last ? last + TimeSpan.FromMilliseconds(1) : end;
    }

    private List<SipListener> Listeners()
    {
        IEnumerable<string> texts = _file.Listeners.Count > 0 ? _file.Listeners : _file.Messages.Select(m => m.Listener ?? "").Distinct();
        List<SipListener> listeners = ReplayTransport.Parse(texts);
        return listeners.Count > 0 ? listeners : ReplayTransport.Parse(["udp:127.0.0.1:5060", "tcp:127.0.0.1:5060"]);
    }

    private SipFlow? FlowOf(CallFileMessage message, ReplayTransport? transport)
    {
        transport ??= new ReplayTransport(Listeners(), [], static (_, _) => { });
        if (
            !CallFileMessage.TryPlace(message.Peer, out System.Net.IPEndPoint place)
            || !SipProtocolExtensions.TryParse(Encoding.ASCII.GetBytes(message.Transport), out SipProtocol protocol)
        )
            return null;
        SipEndPoint remote = SipEndPoint.From(place);
        SipEndPoint? local = SipListenerOptions.TryParse(message.Listener, out SipListenerOptions? options)
            ? SipEndPoint.From(options.EndPoint)
            : null;
        return transport.ListenerFor(protocol, remote, local) is { } listener ? transport.FlowFrom(listener, remote) : null;
    }
}
