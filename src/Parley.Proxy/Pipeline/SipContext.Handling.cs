using System.Diagnostics.CodeAnalysis;
using Parley.Sip;

namespace Parley.Proxy;

// How a handler runs: at once in the strand; when it awaits, its parts come back into the strand.
public sealed partial class SipContext
{
    /// <summary>Runs the main handler. Afterwards something has been done about the request, or 500 is answered.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "The boundary to user code: whatever it throws is a 500.")]
    internal void RunHandler(SipRequestHandler handler)
    {
        Relay.HandlerBegins();
        SynchronizationContext? before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(_synchronization);
        try
        {
            ValueTask task = handler(this);
            if (!task.IsCompleted)
            {
                _ = AwaitHandler(task);
                return;
            }

            task.GetAwaiter().GetResult();
        }
        catch (Exception error)
        {
            HandlerFailed(error);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }

        HandlerDone();
    }

    // Called with the strand's synchronization context as the current one, so the rest runs in the strand.
    [SuppressMessage("Design", "CA1031", Justification = "The boundary to user code: whatever it throws is a 500.")]
    [SuppressMessage("Reliability", "CA2007", Justification = "Coming back into the strand is the point.")]
    private async Task AwaitHandler(ValueTask task)
    {
        try
        {
            await task;
        }
        catch (Exception error)
        {
            HandlerFailed(error);
        }

        HandlerDone();
    }

    private void HandlerFailed(Exception error)
    {
        Core.Counters.Count(ProxyCounter.HandlerErrors);
        ProxyLog.HandlerFailed(Core.Logger, MethodText, CallIdText, error);
        if (!Relay.IsUnderWay)
            ReplyInStrand(500, null, default);
    }

    private void HandlerDone()
    {
        if (Relay.IsUnderWay || IsAnswered)
        {
            AbortDeferred();
        }
        else if (!IsDeferred && Method != SipMethod.Ack)
        {
            if (IsCancelled)
            {
                ReplyInStrand(487, null, default);
            }
            else
            {
                ProxyLog.NothingDone(Core.Logger, MethodText, CallIdText);
                ReplyInStrand(500, null, default);
            }
        }

        Relay.HandlerEnds();
    }
}
