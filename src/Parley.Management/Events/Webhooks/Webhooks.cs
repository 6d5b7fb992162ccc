using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Parley.Hosting;
using Parley.Sip;

namespace Parley.Management;

/// <summary>The targets of an application: a folder of the queue directory for each, named by its URL.</summary>
internal sealed class Webhooks : IStatisticSource, IAsyncDisposable
{
    private readonly EventHub _hub;
    private readonly EventsOptions _options;
    private readonly TimeProvider _time;
    private readonly SipRandom _random;
    private readonly ILogger _log;
    private readonly List<WebhookTarget> _targets = [];
    private bool _isOver;

    public Webhooks(EventHub hub, EventsOptions options, TimeProvider time, SipRandom random, ILoggerFactory loggers)
    {
        (_hub, _options, _time, _random) = (hub, options, time, random);
        _log = loggers.CreateLogger("Parley.Management.Webhooks");
    }

    /// <summary>In place of the network; for tests.</summary>
    public Func<HttpMessageHandler>? NewHandler { get; init; }

    public IReadOnlyList<WebhookTarget> Targets => _targets;

    /// <summary>A target gets events of dialogs or calls: they are to be on the disk before what waits for durability goes on.</summary>
    public static bool AreDurable(EventsOptions options) => options.Webhooks.Any(static hook => (hook.Kinds & DialogEvents.Made) != 0);

    public IEnumerable<Statistic> Statistics =>
        [
            Counter("webhooks_delivered", static t => t.Sender.Delivered),
            Counter("webhooks_refused", static t => t.Sender.Refused),
            Counter("webhooks_failures", static t => t.Sender.Failures),
            Counter("webhooks_dropped", static t => t.Dropped),
            new Statistic("events", "webhooks_waiting", () => Sum(static t => t.Queue.Waiting)),
            new Statistic("events", "webhooks_queue_bytes", () => Sum(static t => t.Queue.Bytes)),
        ];

    /// <exception cref="ManagementException">A queue cannot be used.</exception>
    public async Task StartAsync(string source, CancellationToken cancellation)
    {
        foreach (WebhookOptions options in _options.Webhooks)
        {
            string directory = DirectoryOf(options.Url!);
            var queue = new WebhookQueue(directory, _options.QueueSize, Math.Min(4 << 20, _options.QueueSize / 4));
            await queue.OpenAsync(cancellation).ConfigureAwait(false);
            var sender = new WebhookSender(queue, options, new DeadLetters(directory), _time, _random, _log, NewHandler?.Invoke());
            var target = new WebhookTarget(queue, sender, source, _log);
            _targets.Add(target);
            WebhookLog.Sends(_log, string.Join(", ", EventNames.OfAll(options.Kinds)), sender.Name, queue.Waiting);
            if (queue.TornBytes > 0)
                WebhookLog.Torn(_log, sender.Name, queue.TornBytes);
            if (!sender.Signs)
                WebhookLog.Unsigned(_log, sender.Name);
            _hub.Add(target, options.Kinds);
            target.Start();
        }
    }

    /// <summary>What was offered is written, what was not delivered stays on the disk. Again: nothing.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isOver)
            return;
        _isOver = true;
        foreach (WebhookTarget target in _targets)
        {
            _hub.Remove(target);
            await target.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>By the URL, so that another order in the settings changes nothing. Host and port, to be read by people, and a hash.</summary>
    private string DirectoryOf(Uri url)
    {
        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(url.AbsoluteUri)).AsSpan(0, 6));
        string host = new([.. url.IdnHost.Select(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' ? c : '_')]);
        return Path.Combine(_options.QueueDirectory, string.Create(CultureInfo.InvariantCulture, $"{host}-{url.Port}-{hash}"));
    }

    private Statistic Counter(string name, Func<WebhookTarget, long> read) => new("events", name, () => Sum(read)) { IsCounter = true };

    private long Sum(Func<WebhookTarget, long> read) => _targets.Sum(read);
}
