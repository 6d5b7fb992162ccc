namespace Parley.Transactions.Tests;

/// <summary>A clock whose timestamp is set by hand and whose timers never fire: for tests that drive a loop wheel.</summary>
internal sealed class ManualTime : TimeProvider
{
    public long Milliseconds { get; set; }

    public override long TimestampFrequency => 1000;

    public override long GetTimestamp() => Milliseconds;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new DeadTimer();

    private sealed class DeadTimer : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose() { }

        public ValueTask DisposeAsync() => default;
    }
}
