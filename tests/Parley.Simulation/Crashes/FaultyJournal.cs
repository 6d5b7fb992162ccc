using System.Runtime.CompilerServices;
using Parley.Dialogs;
using Parley.Sip;
using Parley.Testing;

namespace Parley.Simulation;

/// <summary>The journal of one life of the proxy: an entry is on the disk once its append has completed, and an append fails by the seed.</summary>
internal sealed class FaultyJournal(List<byte[]> disk, SimulatedClock clock, SipRandom random) : IJournal
{
    private TimeSpan _brokenUntil;
    private bool _isDead;

    public long Length => disk.Sum(static entry => (long)entry.Length);

    /// <summary>Nothing fails any more, and nothing takes time.</summary>
    public bool IsHealthy { get; set; }

    /// <summary>Now and then an append fails, or the removal of all entries; and for some seconds everything does.</summary>
    public bool Fails { get; init; }

    public int Appends { get; private set; }

    public void Crash() => _isDead = true;

    public ValueTask OpenAsync(CancellationToken cancellation) => ValueTask.CompletedTask;

    public async ValueTask AppendAsync(IReadOnlyList<ReadOnlyMemory<byte>> entries, CancellationToken cancellation)
    {
        byte[][] bytes = [.. entries.Select(static entry => entry.ToArray())];
        await WaitAsync();
        Fail("the journal's disk is full");
        disk.AddRange(bytes);
        Appends++;
    }

    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await Task.CompletedTask;
        foreach (byte[] entry in disk.ToArray())
            yield return entry;
    }

    public async ValueTask ClearAsync(CancellationToken cancellation)
    {
        // Done before the crash or not: nobody was told.
        bool isFirst = clock.Elapsed >= _brokenUntil && random.Next(2) == 0;
        if (isFirst)
            disk.Clear();
        await WaitAsync();
        if (!isFirst)
            Fail("the journal cannot be cut off");
        disk.Clear();
    }

    private void Fail(string text)
    {
        if (!Fails || IsHealthy)
            return;
        if (clock.Elapsed >= _brokenUntil && random.Next(100) < 2)
            _brokenUntil = clock.Elapsed + TimeSpan.FromMilliseconds(random.Next(10_000));
        if (clock.Elapsed < _brokenUntil || random.Next(100) < 5)
            throw new IOException(text);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task WaitAsync()
    {
        if (!_isDead && (IsHealthy || random.Next(3) == 0))
            return;
        var done = new TaskCompletionSource();
        clock.Schedule(TimeSpan.FromMilliseconds(random.Next(30)), () => done.TrySetResult());
        await done.Task;
        if (_isDead)
            await new TaskCompletionSource().Task;
    }
}
