using System.Diagnostics.CodeAnalysis;
using Parley.Sip;
using Parley.Transactions;

namespace Parley.Proxy;

/// <summary>
/// A request that is answered or relayed after its handler has returned (<see cref="Deferring.Defer"/>): the handle to keep. Thread-safe. Whichever call
/// comes first takes the request; later ones, and those that come too late, return false and do nothing.
/// </summary>
/// <remarks>
/// It is too late once the caller's CANCEL has come (answered 487 at once), once the limit is over (answered 408 to an INVITE, 500 to another method, which
/// must not get a 408 by RFC 4320 4.2), and once the request has been answered otherwise. A handle that is dropped without a call ends by its limit.
/// </remarks>
[SuppressMessage("Design", "CA1001", Justification = "A source of cancellation without a timer holds nothing to dispose of.")]
public sealed class DeferredRequest : ITimerTarget, IDeferral
{
    /// <summary>How long a closed handle may stay in the timer wheel.</summary>
    private const long SliceMilliseconds = 30_000;

    private static readonly StrandWork TakeWork = static (target, argument, _) => ((DeferredRequest)target!).Take((Step)argument!);
    private static readonly StrandWork ExpireWork = static (target, _, _) => ((DeferredRequest)target!).Expire();

    private readonly SipContext _context;
    private readonly ProxyCore _core;
    private readonly Strand _strand;
    private readonly long _due;
    private readonly long _limit;
    private readonly CancellationTokenSource _aborted = new();
    private volatile bool _isOpen = true;

    internal DeferredRequest(SipContext context, long limitMilliseconds)
    {
        _context = context;
        _core = context.Core;
        _strand = context.Strand;
        Method = context.Method;
        CallIdText = context.CallIdText;
        _limit = limitMilliseconds;
        _due = _core.Timers.Now + limitMilliseconds;
    }

    /// <summary>The request's method.</summary>
    public SipMethod Method { get; }

    /// <summary>The request's Call-ID.</summary>
    public string CallIdText { get; }

    /// <summary>Nothing has taken the request yet, and it is not too late.</summary>
    public bool IsOpen => _isOpen;

    /// <summary>
    /// Cancelled when the request ends without this handle: by CANCEL, by its limit, or because it was answered otherwise. Its callbacks run on the
    /// thread that received the CANCEL: they must not block.
    /// </summary>
    public CancellationToken RequestAborted => _aborted.Token;

    /// <summary>Answers with a response of the proxy's own, as <see cref="SipContext.Reply(int, string, ReadOnlySpan{byte})"/>.</summary>
    /// <param name="statusCode">100 to 699. A provisional one (INVITE only) leaves the handle open.</param>
    /// <param name="reason">Reason phrase; null: the usual one.</param>
    /// <returns>False when it was too late.</returns>
    /// <exception cref="ArgumentException">Status or reason cannot stand in a message.</exception>
    public Task<bool> ReplyAsync(int statusCode, string? reason = null) => ReplyAsync(new SipReply(statusCode, reason));

    /// <summary>Answers with a response of the proxy's own, with headers and a body.</summary>
    /// <param name="reply">The response. A provisional one (INVITE only) leaves the handle open.</param>
    /// <returns>False when it was too late.</returns>
    /// <exception cref="ArgumentException">It has a body without a content type, or a content type without a body.</exception>
    public Task<bool> ReplyAsync(SipReply reply)
    {
        ArgumentNullException.ThrowIfNull(reply);
        reply.CheckBody(nameof(reply));
        return reply.StatusCode < 200
            ? Post(new Step(null, reply))
            : ResumeAsync(context =>
            {
                context.Reply(reply);
                return default;
            });
    }

    /// <summary>Refuses the request; does nothing when it is too late.</summary>
    /// <param name="statusCode">300 to 699.</param>
    /// <param name="reason">Reason phrase; null: the usual one.</param>
    /// <exception cref="ArgumentException">Status or reason cannot stand in a message, or the status is not a failure.</exception>
    public void Reject(int statusCode, string? reason = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(statusCode, 300);
        _ = ReplyAsync(statusCode, reason);
    }

    /// <summary>Relays to the targets that the handler has added, or to the request-URI, as <see cref="SipContext.RelayAsync"/>.</summary>
    /// <returns>False when it was too late. True does not mean that a branch has left: failures are answered to the caller.</returns>
    public Task<bool> RelayAsync() => ResumeAsync(static async context => await context.RelayAsync().ConfigureAwait(true));

    /// <summary>Relays to this target, after those that the handler has added.</summary>
    /// <param name="target">Becomes the request-URI of the branch.</param>
    /// <returns>False when it was too late. True does not mean that a branch has left: failures are answered to the caller.</returns>
    public Task<bool> RelayAsync(SipUri target)
    {
        ArgumentNullException.ThrowIfNull(target);
        return ResumeAsync(async context =>
        {
            context.AddTarget(target);
            await context.RelayAsync().ConfigureAwait(true);
        });
    }

    /// <summary>Goes on with the request as its handler would: runs with everything else of the request in one strand, may await, and has to answer or relay.</summary>
    /// <param name="handler">Gets the context; what it throws is logged and answered 500.</param>
    /// <returns>Completes when the handler is through; false when it was too late and the handler was not called.</returns>
    public Task<bool> ResumeAsync(SipRequestHandler handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return Post(new Step(handler, null));
    }

    void ITimerTarget.OnTimer(int kind, long version)
    {
        if (!_isOpen)
            return;
        long left = _due - _core.Timers.Now;
        if (left > 0)
            ArmNext(left);
        else
            _strand.Run(ExpireWork, this);
    }

    /// <summary>The limit begins.</summary>
    internal void Start() => ArmNext(_limit);

    void IDeferral.Abort() => Abort();

    private void Abort()
    {
        if (!_isOpen)
            return;
        _isOpen = false;
        try
        {
            _aborted.Cancel();
        }
        catch (AggregateException error)
        {
            _context.HookFailed("abort", error);
        }
    }

    private Task<bool> Post(Step step)
    {
        if (!_isOpen)
            return Task.FromResult(false);
        _strand.Post(TakeWork, this, step);
        _core.Transport.Flush();
        return step.Done.Task;
    }

    private void Take(Step step)
    {
        // While it is open the context is this request's: its end is held up until the handle is closed.
        if (_isOpen && _context.IsAnswered)
            _context.AbortDeferred();
        if (!_isOpen)
        {
            step.Done.SetResult(false);
            return;
        }

        if (step.Provisional is { } provisional)
        {
            _context.Reply(provisional);
            step.Done.SetResult(true);
            return;
        }

        _isOpen = false;
        _context.ResumeDeferred(step.RunAsync);
    }

    private void Expire()
    {
        if (!_isOpen)
            return;
        if (_context.IsAnswered)
        {
            _context.AbortDeferred();
            return;
        }

        Abort();
        ProxyLog.DeferredTooLong(_core.Logger, _context.MethodText, CallIdText, _limit);
        _context.ExpireDeferred(Method == SipMethod.Invite ? 408 : 500);
    }

    private void ArmNext(long left) => _core.Timers.Arm(this, 0, 0, Math.Min(left, SliceMilliseconds));

    /// <summary>What a call wants to be done in the strand: the rest of the handling, or a provisional reply that leaves the handle open.</summary>
    private sealed record Step(SipRequestHandler? Handler, SipReply? Provisional)
    {
        public TaskCompletionSource<bool> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async ValueTask RunAsync(SipContext context)
        {
            try
            {
                await Handler!(context).ConfigureAwait(true);
            }
            finally
            {
                Done.TrySetResult(true);
            }
        }
    }
}
