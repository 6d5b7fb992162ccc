using System.Diagnostics.CodeAnalysis;
using System.Text;
using Parley.Sip;
using Parley.Transactions;
using Parley.Transport;

namespace Parley.Proxy;

/// <summary>The user of the transactions: takes requests in, gives them a context and runs validation, modules and handler on it.</summary>
internal sealed class ProxyPipeline : ITransactionUser
{
    private readonly ProxyCore _core;

    public ProxyPipeline(ProxyCore core)
    {
        _core = core;
        Contexts = new Pool<SipContext>(() =>
        {
            var context = new SipContext(_core, Hooks);
            context.Relay = new ResponseContext(context, Contexts!);
            return context;
        });
    }

    public ProxyHooks Hooks { get; } = new();

    public Pool<SipContext> Contexts { get; }

    public bool Admit(SipMessage request, in SipFlow source)
    {
        if (!_core.Options.Stateless)
            return true;
        RunStateless(request, source);
        return false;
    }

    public void OnRequest(ServerTransaction transaction)
    {
        SipContext context = Contexts.Rent();
        context.Begin(transaction);
        transaction.User = (ResponseContext)context.Relay;
        _core.Counters.CountRequest(context.Method);
        if (_core.IsDraining && context.Method == SipMethod.Invite && !context.IsInDialog)
            Refuse(context);
        else
            Handle(context);
        context.Relay.EndOfFirstCall();
    }

    public void OnCancel(ServerTransaction invite, SipMessage cancel) => (invite.User as ResponseContext)?.OnCancel(cancel);

    public void OnAck(SipMessage ack, in SipFlow source) => RunStateless(ack, source);

    public void OnStrayResponse(SipMessage response, in SipFlow source)
    {
        if (!StatelessRelay.TryForwardResponse(_core, response, source))
            _core.Counters.Count(ProxyCounter.StrayReplies);
    }

    private void RunStateless(SipMessage request, in SipFlow source)
    {
        SipContext context = Contexts.Rent();
        context.BeginStateless(request, source);
        _core.Counters.CountRequest(context.Method);
        Strand strand = context.Strand;
        if (!strand.TryEnter())
        {
            // Only when something of a former request on this context was posted late; it leaves in a moment.
            SpinWait.SpinUntil(strand.TryEnter);
        }

        long version = context.Relay.Version;
        try
        {
            if (context.Method == SipMethod.Ack || !_core.IsDraining || context.Method != SipMethod.Invite || context.IsInDialog)
                Handle(context);
            else
                Refuse(context);
            context.Relay.EndOfFirstCall();
            if (context.Relay.Version == version)
                context.Detach();
        }
        finally
        {
            strand.Leave();
        }
    }

    private void Refuse(SipContext context)
    {
        _core.Counters.Count(ProxyCounter.Drained);
        context.ReplyInStrand(503, null, Encoding.ASCII.GetBytes($"Retry-After: {_core.Options.DrainRetryAfter}\r\n"));
    }

    [SuppressMessage("Design", "CA1031", Justification = "The boundary to modules: whatever they throw is a 500.")]
    private void Handle(SipContext context)
    {
        _core.Watchdog?.Enter(context, "handler");
        try
        {
            Pass(context);
        }
        catch (Exception error)
        {
            context.HookFailed("module", error);
            context.ReplyInStrand(500, null, default);
        }
        finally
        {
            _core.Watchdog?.Leave();
        }
    }

    private void Pass(SipContext context)
    {
        if (!RequestValidation.Admit(context))
            return;
        foreach (IProxyModule module in Hooks.Modules)
            module.OnRequest(context);
        if (context.IsAnswered)
            return;
        if (Hooks.Handler is { } handler)
            context.RunHandler(handler);
        else
            context.ReplyInStrand(501, null, default);
    }
}
