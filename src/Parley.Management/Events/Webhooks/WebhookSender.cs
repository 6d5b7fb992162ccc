using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net.Http.Headers;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Parley.Sip;

namespace Parley.Management;

/// <summary>
/// Posts what is in a queue to its target. Several events at once, those of one key one after the other: a key has its lane. An event is tried until the
/// target takes it, or refuses it for good; meanwhile its lane waits, and when the target is down all lanes do.
/// </summary>
internal sealed class WebhookSender : IDisposable
{
    private const int Window = 256;
    private static readonly TimeSpan MaxRetryAfter = TimeSpan.FromHours(1);

    private readonly WebhookQueue _queue;
    private readonly WebhookOptions _options;
    private readonly WebhookBackoff _backoff;
    private readonly DeadLetters _dead;
    private readonly WebhookSignature? _signature;
    private readonly HttpClient _client;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly SemaphoreSlim _waiting = new(0);
    private readonly SemaphoreSlim _room = new(Window);
    private readonly DeliveryWindow _window;
    private long _delivered;
    private long _refused;
    private long _failures;

    public WebhookSender(
        WebhookQueue queue,
        WebhookOptions options,
        DeadLetters dead,
        TimeProvider time,
        SipRandom random,
        ILogger log,
        HttpMessageHandler? handler = null
    )
    {
        (_queue, _options, _dead, _time, _log) = (queue, options, dead, time, log);
        _backoff = new WebhookBackoff(time, random);
        _window = new DeliveryWindow(queue);
        _signature = WebhookSignature.Of(options.Secret);
        Name = options.Url!.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);
        _client = new HttpClient(handler ?? NewHandler()) { Timeout = Timeout.InfiniteTimeSpan };
        _client.DefaultRequestHeaders.UserAgent.Add(
            new ProductInfoHeaderValue("Parley", typeof(WebhookSender).Assembly.GetName().Version?.ToString(3) ?? "0")
        );
    }

    /// <summary>The target for the log: its URL without a query, which may hold a key.</summary>
    public string Name { get; }

    /// <summary>It signs what it sends.</summary>
    public bool Signs => _signature is not null;

    /// <summary>Events that the target took.</summary>
    public long Delivered => Volatile.Read(ref _delivered);

    /// <summary>Events that it refused for good.</summary>
    public long Refused => Volatile.Read(ref _refused);

    /// <summary>Tries that failed.</summary>
    public long Failures => Volatile.Read(ref _failures);

    /// <summary>The latest try failed.</summary>
    public bool IsFailing => _backoff.IsFailing;

    /// <summary>Something was appended.</summary>
    public void Wake()
    {
        if (_waiting.CurrentCount == 0)
            _waiting.Release();
    }

    /// <summary>Sends until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        var lanes = new Channel<DeliveryWindow.Place>[_options.Concurrency];
        var running = new List<Task>();
        for (int i = 0; i < lanes.Length; i++)
        {
            Channel<DeliveryWindow.Place> lane = lanes[i] = Channel.CreateUnbounded<DeliveryWindow.Place>();
            running.Add(Task.Run(() => RunLaneAsync(lane.Reader, stopping), stopping));
        }

        while (!stopping.IsCancellationRequested)
        {
            await _room.WaitAsync(stopping).ConfigureAwait(false);
            DeliveryWindow.Place place = await NextAsync(stopping).ConfigureAwait(false);
            uint hash = (uint)string.GetHashCode(place.Event.Key, StringComparison.Ordinal);
            lanes[hash % (uint)lanes.Length].Writer.TryWrite(place);
        }

        await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose()
    {
        _client.Dispose();
        _waiting.Dispose();
        _room.Dispose();
    }

    private static SocketsHttpHandler NewHandler() =>
        new()
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5), // a name may mean another address by then
        };

    private async ValueTask<DeliveryWindow.Place> NextAsync(CancellationToken stopping)
    {
        while (true)
        {
            if (_window.Take() is { } place)
                return place;
            await _waiting.WaitAsync(stopping).ConfigureAwait(false);
        }
    }

    private async Task RunLaneAsync(ChannelReader<DeliveryWindow.Place> lane, CancellationToken stopping)
    {
        await foreach (DeliveryWindow.Place place in lane.ReadAllAsync(stopping).ConfigureAwait(false))
        {
            while (!await TryAsync(place.Event, stopping).ConfigureAwait(false))
                await _backoff.WaitAsync(stopping).ConfigureAwait(false);
            _window.Complete(place);
            _room.Release();
        }
    }

    /// <summary>Posts once. True: it is done with, taken or refused for good.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "Whatever keeps the event from its target, it stays and is tried again.")]
    private async ValueTask<bool> TryAsync(QueuedEvent one, CancellationToken stopping)
    {
        await _backoff.WaitAsync(stopping).ConfigureAwait(false);
        try
        {
            using HttpRequestMessage request = RequestOf(one);
            using var limit = new CancellationTokenSource(_options.Timeout, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stopping);
            using HttpResponseMessage response = await _client
                .SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token)
                .ConfigureAwait(false);
            int status = (int)response.StatusCode;
            if (response.IsSuccessStatusCode)
            {
                Interlocked.Increment(ref _delivered);
            }
            else if (IsForGood(status))
            {
                Interlocked.Increment(ref _refused);
                WebhookLog.Refused(_log, Name, one.Id, one.Dialog.Length > 0 ? one.Key : "-", one.Dialog, status, _dead.Add(one, status));
            }
            else
            {
                Failed(status.ToString(CultureInfo.InvariantCulture), RetryAfterOf(response));
                return false;
            }

            if (_backoff.Succeeded() is { } outage)
                WebhookLog.Works(_log, Name, (long)outage.TotalSeconds, _queue.Waiting);
            return true;
        }
        catch (Exception failure) when (!stopping.IsCancellationRequested)
        {
            Failed(
                failure is OperationCanceledException ? "no answer in time" : failure.GetBaseException().Message.ReplaceLineEndings(" "),
                null
            );
            return false;
        }
    }

    /// <summary>The request itself is wrong, or the target is gone (410): the same again brings nothing. What an operator may mend (401, 403, 404), what may pass (408, 425, 429) and redirects are tried again.</summary>
    private static bool IsForGood(int status) =>
        status is >= 400 and < 500 and not (401 or 403 or 404 or 407 or 408 or 409 or 421 or 425 or 429);

    private HttpRequestMessage RequestOf(QueuedEvent one)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, _options.Url) { Content = new ReadOnlyMemoryContent(one.Body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(CloudEvent.ContentType);
        // The time of the try, so that a target may refuse old copies.
        long now = _time.GetUtcNow().ToUnixTimeSeconds();
        request.Headers.TryAddWithoutValidation(WebhookSignature.IdHeader, one.Id);
        request.Headers.TryAddWithoutValidation(WebhookSignature.TimeHeader, now.ToString(CultureInfo.InvariantCulture));
        if (_signature is not null)
            request.Headers.TryAddWithoutValidation(WebhookSignature.SignatureHeader, _signature.Sign(one.Id, now, one.Body.Span));
        return request;
    }

    private TimeSpan? RetryAfterOf(HttpResponseMessage response)
    {
        TimeSpan? wait = response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - _time.GetUtcNow(),
            _ => null,
        };
        return wait is null ? null
            : wait < TimeSpan.Zero ? TimeSpan.Zero
            : wait > MaxRetryAfter ? MaxRetryAfter
            : wait;
    }

    private void Failed(string reason, TimeSpan? retryAfter)
    {
        Interlocked.Increment(ref _failures);
        if (_backoff.Failed(retryAfter))
            WebhookLog.Failed(_log, Name, reason);
    }
}
