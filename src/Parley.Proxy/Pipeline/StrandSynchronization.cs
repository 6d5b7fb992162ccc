using Parley.Transactions;
using Parley.Transport;

namespace Parley.Proxy;

/// <summary>Brings the parts of an awaiting handler back into its request's strand, so that they never run at the same time as replies, timers or a CANCEL of the same request.</summary>
internal sealed class StrandSynchronization(ISipTransport transport, HandlerWatchdog? watchdog, IRequestHolder holder)
    : SynchronizationContext
{
    private static readonly StrandWork Continue = static (target, argument, _) =>
        ((StrandSynchronization)target!).Run((Continuation)argument!);

    /// <summary>The strand of the request that is handled.</summary>
    public Strand? Strand { get; set; }

    public override void Post(SendOrPostCallback d, object? state)
    {
        Strand!.Post(Continue, this, new Continuation(d, state));
        // A pool thread has no receive loop that would flush for it: not this continuation, nor what of others the strand has run after it.
        transport.Flush();
    }

    public override void Send(SendOrPostCallback d, object? state)
    {
        if (!Strand!.IsOwned)
            throw new NotSupportedException("A strand is entered by Post: waiting for it would block a receive loop.");
        d(state);
    }

    public override SynchronizationContext CreateCopy() => this;

    private void Run(Continuation continuation)
    {
        SynchronizationContext? before = Current;
        SetSynchronizationContext(this);
        watchdog?.Enter(holder, "handler");
        try
        {
            continuation.Callback(continuation.State);
        }
        finally
        {
            watchdog?.Leave();
            SetSynchronizationContext(before);
        }
    }

    private sealed record Continuation(SendOrPostCallback Callback, object? State);
}
