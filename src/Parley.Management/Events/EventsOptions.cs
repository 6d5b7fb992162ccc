using System.Net;

namespace Parley.Management;

/// <summary>Events: the stream of <c>/api/v1/events</c>, webhooks, and datagrams to the places given by <c>event_subscribe</c>.</summary>
public sealed class EventsOptions
{
    /// <summary>How many events the stream keeps for readers that come back (<c>Last-Event-ID</c>), 1 or more. It keeps 16 MB of them at most.</summary>
    public int StreamHistory { get; set; } = 16_384;

    /// <summary>How many may read the stream at once, 1 or more.</summary>
    public int MaxStreams { get; set; } = 64;

    /// <summary>Targets of webhooks; no two with the same URL.</summary>
    public IList<WebhookOptions> Webhooks { get; } = [];

    /// <summary>The folder in which events wait for their webhooks; it is made. Needed when there are webhooks.</summary>
    public string QueueDirectory { get; set; } = "";

    /// <summary>How many bytes of events may wait for each target, 256 KB or more. What comes then is dropped and counted.</summary>
    public long QueueSize { get; set; } = 256L << 20;

    /// <summary>Where datagrams of <c>event_subscribe</c> may go. Default: loopback alone.</summary>
    public IList<IPNetwork> SubscriberNetworks { get; } = [IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("::1/128")];

    /// <summary>How they are written.</summary>
    public EventDatagramFormat DatagramFormat { get; set; }

    /// <summary>Reads the name of a kind: <c>call.ended</c> and so on, <c>call</c> for the three of calls, or <c>all</c>.</summary>
    /// <param name="text">The name.</param>
    /// <param name="kind">The kind, or several.</param>
    public static bool TryParseKind(string text, out EventKinds kind) => EventNames.TryParse(text, out kind);

    /// <exception cref="ArgumentException">Something cannot be; the message says what.</exception>
    internal void Validate()
    {
        if (StreamHistory < 1 || MaxStreams < 1)
            throw new ArgumentException("EventsOptions.StreamHistory and MaxStreams are 1 or more.");
        foreach (WebhookOptions webhook in Webhooks)
            webhook.Validate();
        if (Webhooks.Count == 0)
            return;
        if (Webhooks.DistinctBy(static webhook => webhook.Url).Count() < Webhooks.Count)
            throw new ArgumentException("EventsOptions.Webhooks has a URL twice.");
        if (string.IsNullOrWhiteSpace(QueueDirectory))
            throw new ArgumentException("EventsOptions.QueueDirectory is needed for webhooks.");
        if (QueueSize < 256 << 10)
            throw new ArgumentException("EventsOptions.QueueSize is 256 KB or more.");
    }
}
