using Parley.Transactions;
using Parley.Transport;

namespace Parley.Proxy;

/// <summary>Brings the parts of an awaiting handler back into its request's strand, so that they never run beside replies, timers or a CANCEL of the same request.</summary>
internal sealed class StrandSynchronization(SipContext context) : SynchronizationContext
{
    private static readonly StrandWork Continue = static (target, argument, _) =>
        ((StrandSynchronization)target!).Run((Continuation)argument!);

    public override void Post(SendOrPostCallback d, object? state)
    {
        ISipTransport transport = context.Core.Transport; // afterwards the context may serve another request
        context.Strand.Post(Continue, this, new Continuation(d, state));
        // A pool thread has no receive loop that would flush for it: not this continuation, nor what of others the strand has run after it.
        transport.Flush();
    }

    public override void Send(SendOrPostCallback d, object? state)
    {
        if (!context.Strand.IsOwned)
            throw new NotSupportedException("A strand is entered by Post: waiting for it would block a receive loop.");
        d(state);
    }

    public override SynchronizationContext CreateCopy() => this;

    private void Run(Continuation continuation)
    {
        SynchronizationContext? before = Current;
        SetSynchronizationContext(this);
        HandlerWatchdog? watchdog = context.Core.Watchdog;
        watchdog?.Enter(context, "handler");
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
