using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;

namespace Parley.Management;

/// <summary>One target of webhooks: takes its events, has them on the disk, and sends what is there.</summary>
internal sealed class WebhookTarget : EventReceiver, IAsyncDisposable
{
    private const int MaxPending = 100_000;

    private readonly Lock _lock = new();
    private readonly Lock _writing = new();
    private readonly WebhookQueue _queue;
    private readonly WebhookSender _sender;
    private readonly string _source;
    private readonly ILogger _log;
    private readonly SemaphoreSlim _offered = new(0);
    private readonly CancellationTokenSource _stopping = new();
    private List<ParleyEvent> _pending = [];
    private Task _running = Task.CompletedTask;
    private long _lost; // since the last gap that was written
    private long _dropped;
    private bool _isDropping;

    public WebhookTarget(WebhookQueue queue, WebhookSender sender, string source, ILogger log)
    {
        (_queue, _sender, _source, _log) = (queue, sender, source, log);
    }

    /// <summary>Events that were dropped: its place on the disk was full, or the disk failed.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    public WebhookQueue Queue => _queue;

    public WebhookSender Sender => _sender;

    public void Start() => _running = Task.WhenAll(Task.Run(WriteAsync), Task.Run(() => _sender.RunAsync(_stopping.Token)));

    public override void Offer(ParleyEvent occurrence)
    {
        bool isFirst;
        lock (_lock)
        {
            isFirst = _pending.Count == 0;
            if (_pending.Count < MaxPending)
            {
                _pending.Add(occurrence);
            }
            else
            {
                _lost++;
                _dropped++;
            }
        }

        if (isFirst)
            _offered.Release();
    }

    /// <summary>What was offered is on the disk when it returns, or counted as dropped.</summary>
    public override void Flush()
    {
        lock (_writing)
        {
            List<ParleyEvent> pending;
            lock (_lock)
            {
                if (_pending.Count == 0)
                    return;
                (pending, _pending) = (_pending, []);
            }

            var texts = new List<ReadOnlyMemory<byte>>(pending.Count + 1);
            long lost = Volatile.Read(ref _lost);
            if (lost > 0)
                texts.Add(CloudEvent.Of(new GapEvent(lost) { Number = pending[0].Number - 1, Time = pending[0].Time }, _source).Format());
            foreach (ParleyEvent one in pending)
                texts.Add(CloudEvent.Of(one, _source).Format());
            if (TryAppend(texts))
            {
                Interlocked.Add(ref _lost, -lost);
                Recovered();
                _sender.Wake();
            }
            else
            {
                Drop(pending.Count);
            }
        }
    }

    /// <summary>What was offered is written; what was not delivered stays on the disk.</summary>
    public async ValueTask DisposeAsync()
    {
        Flush();
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _queue.DisposeAsync().ConfigureAwait(false);
        _sender.Dispose();
        _stopping.Dispose();
        _offered.Dispose();
    }

    /// <summary>For events that no reader of the feed brings.</summary>
    private async Task WriteAsync()
    {
        while (true)
        {
            await _offered.WaitAsync(_stopping.Token).ConfigureAwait(false);
            Flush();
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever the disk says, calls go on; what it did not take is counted.")]
    private bool TryAppend(List<ReadOnlyMemory<byte>> texts)
    {
        try
        {
            return _queue.TryAppend(texts);
        }
        catch (Exception failure)
        {
            if (!_isDropping)
                WebhookLog.DiskFailed(_log, failure, _sender.Name);
            return false;
        }
    }

    private void Drop(int count)
    {
        Interlocked.Add(ref _lost, count);
        Interlocked.Add(ref _dropped, count);
        if (_isDropping)
            return;
        _isDropping = true;
        WebhookLog.Dropping(_log, _sender.Name, _queue.Bytes, _queue.Waiting);
    }

    private void Recovered()
    {
        if (!_isDropping)
            return;
        _isDropping = false;
        WebhookLog.DropsOver(_log, _sender.Name, Dropped);
    }
}
