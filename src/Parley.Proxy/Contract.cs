// The agreed surface of this floor. Its owner replaces this file with one type per file and real bodies.
#pragma warning disable CS1591, RS0016, CA1822, IDE0060, CA1065, CA1034, CS0067, CA1003, CA1024, CS1573
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Parley.Sip;
using Parley.Transactions;
using Parley.Transport;

namespace Parley.Proxy;

public delegate ValueTask SipRequestHandler(SipContext context);
public delegate void SipBranchHandler(SipContext context, SipBranch branch);
public delegate void SipReplyHandler(SipReplyContext reply);

/// <summary>A SIP proxy: an IHost whose way of a request is the handler given to OnRequest.</summary>
public sealed class ParleyApplication : IHost, IAsyncDisposable
{
    public static ParleyApplicationBuilder CreateBuilder(string[]? args = null) => throw new NotImplementedException();
    public IServiceProvider Services => throw new NotImplementedException();
    public IConfiguration Configuration => throw new NotImplementedException();
    public ISipTransport Transport => throw new NotImplementedException();
    public TransactionLayer Transactions => throw new NotImplementedException();
    public TimeProvider Time => throw new NotImplementedException();
    public SipRandom Random => throw new NotImplementedException();
    public ISipServerLocator Locator => throw new NotImplementedException();
    public ProxyOptions Options => throw new NotImplementedException();
    /// <summary>The main route. Set before Start; without one every request is answered 501... by the implementer's judgement.</summary>
    public void OnRequest(SipRequestHandler handler) => throw new NotImplementedException();
    /// <summary>Global counterparts of the per-request hooks; the per-request ones run after them.</summary>
    public void OnBranch(SipBranchHandler handler) => throw new NotImplementedException();
    public void OnReply(SipReplyHandler handler) => throw new NotImplementedException();
    public void OnFailure(SipRequestHandler handler) => throw new NotImplementedException();
    /// <summary>Requests that this element itself originates (the field's local route).</summary>
    public void OnLocalRequest(Action<LocalRequest> handler) => throw new NotImplementedException();
    /// <summary>New INVITEs get 503 with Retry-After from now on; requests within dialogs go on.</summary>
    public void StartDraining() => throw new NotImplementedException();
    public LocalRequests LocalRequests => throw new NotImplementedException();
    public Task StartAsync(CancellationToken cancellationToken = default) => throw new NotImplementedException();
    public Task StopAsync(CancellationToken cancellationToken = default) => throw new NotImplementedException();
    public void Run() => throw new NotImplementedException();
    public void Dispose() => throw new NotImplementedException();
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}

public sealed class ParleyApplicationBuilder
{
    public IServiceCollection Services => throw new NotImplementedException();
    public ConfigurationManager Configuration => throw new NotImplementedException();
    public ILoggingBuilder Logging => throw new NotImplementedException();
    /// <summary>"udp:127.0.0.1:5060", "tls:[::1]:5061".</summary>
    public ParleyApplicationBuilder Listen(string listener, string? advertised = null) => throw new NotImplementedException();
    public SipTransportOptionsPlaceholder TransportOptions => throw new NotImplementedException();
    public ProxyOptions Proxy => throw new NotImplementedException();
    public SipTimerOptions Timers => throw new NotImplementedException();
    /// <summary>For simulations: a network, a clock and a seed in place of the real ones.</summary>
    public ParleyApplicationBuilder UseTransport(ISipTransport transport) => throw new NotImplementedException();
    public ParleyApplicationBuilder UseTimeProvider(TimeProvider time) => throw new NotImplementedException();
    public ParleyApplicationBuilder UseRandom(SipRandom random) => throw new NotImplementedException();
    public ParleyApplicationBuilder UseLocator(ISipServerLocator locator) => throw new NotImplementedException();
    public ParleyApplication Build() => throw new NotImplementedException();
}
public sealed class SipTransportOptionsPlaceholder { } // the transport floor's SipTransportOptions when it lands

public sealed class ProxyOptions
{
    public TimeSpan TimerC { get; set; } = TimeSpan.FromSeconds(185); // > 3 min, RFC 3261 16.6 step 11
    public int MaxForwards { get; set; } = 70;
    public bool DoubleRecordRoute { get; set; } = true;
    public bool RecordRouteFromTag { get; set; } = true; // ftag=
    public string? ServerHeader { get; set; }
    public int MaxBranches { get; set; } = 16;
}

/// <summary>How LooseRoute found hop before and hop after: RFC 3261 16.4 and 16.12.</summary>
public enum RouteKind : byte { None, LooseToLoose, StrictToLoose, LooseToStrict, StrictToStrict }

/// <summary>One request on its way. Pooled: do not keep it after the handler and its hooks are through.</summary>
public sealed class SipContext
{
    public ParleyApplication Application => throw new NotImplementedException();
    public IServiceProvider Services => throw new NotImplementedException();
    public SipMessage Request => throw new NotImplementedException();
    public SipMethod Method => throw new NotImplementedException();
    public SipFlow Source => throw new NotImplementedException();
    /// <summary>The request has a To tag.</summary>
    public bool IsInDialog => throw new NotImplementedException();
    /// <summary>Null for an ACK of a 2xx and for stateless handling.</summary>
    public ServerTransaction? Transaction => throw new NotImplementedException();
    public bool IsCancelled => throw new NotImplementedException();
    /// <summary>What modules hang on the request; by exact type, few entries.</summary>
    public T? Get<T>() where T : class => throw new NotImplementedException();
    public void Set<T>(T? value) where T : class => throw new NotImplementedException();
    /// <summary>Changes that every branch shall carry.</summary>
    public SipEdits Edits => throw new NotImplementedException();

    // routing -------------------------------------------------------
    /// <summary>RFC 3261 16.4 and 16.12, as the field's loose_route: consumes own Routes; true for a request within a dialog (or with preloaded foreign routes) that can now be relayed. Modules' OnRouted hooks run inside.</summary>
    public bool LooseRoute() => throw new NotImplementedException();
    public RouteKind RouteKind => throw new NotImplementedException();
    /// <summary>A parameter of any own Route URI consumed, top first, and of an own request-URI of a strict previous hop; did and ftag are found here.</summary>
    public bool TryGetRouteParameter(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value) => throw new NotImplementedException();
    /// <summary>All candidates for one parameter (a did may stand in the second of a double pair or the rewritten request-URI): index 0, 1, ... until false.</summary>
    public bool TryGetRouteParameter(ReadOnlySpan<byte> name, int occurrence, out ReadOnlySpan<byte> value) => throw new NotImplementedException();
    /// <summary>True: travels from caller to callee, by ftag against the From tag; when no ftag is known, null.</summary>
    public bool? IsDownstream => throw new NotImplementedException();
    public bool IsOwn(SipUriView uri) => throw new NotImplementedException();
    /// <summary>The request-URI branches will get unless a target says otherwise; set to replace it. After strict routing it is the restored one.</summary>
    public ReadOnlySpan<byte> RequestUri => throw new NotImplementedException();
    public void SetRequestUri(ReadOnlySpan<byte> uri) => throw new NotImplementedException();
    /// <summary>Replaces the remaining Route set (fix-route): name-addrs or bare URIs; empty removes all.</summary>
    public void SetRoutes(IReadOnlyList<byte[]> routes) => throw new NotImplementedException();
    /// <summary>The remaining Routes after LooseRoute (the top one is the next hop).</summary>
    public NameAddrList RemainingRoutes => throw new NotImplementedException(); // shape by the implementer
    /// <summary>Where to send instead of what Route or request-URI say.</summary>
    public void SetDestination(SipUri uri) => throw new NotImplementedException();
    public void SetDestination(in SipFlow flow) => throw new NotImplementedException();

    // Record-Route ---------------------------------------------------
    public void RecordRoute() => throw new NotImplementedException();
    public bool IsRecordRouting => throw new NotImplementedException();
    /// <summary>";name=value" in every Record-Route of this request; before or after RecordRoute().</summary>
    public void AddRecordRouteParameter(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) => throw new NotImplementedException();

    // action ---------------------------------------------------------
    public void AddTarget(SipUri uri, int q = 1000) => throw new NotImplementedException();
    public void AddTarget(BranchTarget target) => throw new NotImplementedException();
    /// <summary>Forwards to the targets (none added: the request-URI), parallel within one q, serial from high q to low (16.6). Completes when the first group has left; false when nothing could be sent and a failure was answered. May be called again from a failure hook with new targets.</summary>
    public ValueTask<bool> RelayAsync() => throw new NotImplementedException();
    /// <summary>Without transactions (16.11).</summary>
    public ValueTask<bool> RelayStatelessAsync() => throw new NotImplementedException();
    public void Reply(int statusCode, string? reason = null, ReadOnlySpan<byte> headerLines = default) => throw new NotImplementedException();
    /// <summary>CANCELs every pending branch (also from outside the strand: it is posted there).</summary>
    public void CancelBranches(ReadOnlySpan<byte> headerLines = default) => throw new NotImplementedException();
    public void OnBranch(SipBranchHandler handler) => throw new NotImplementedException();
    public void OnReply(SipReplyHandler handler) => throw new NotImplementedException();
    /// <summary>Runs when all branches failed, before the best response leaves; may add targets and relay again.</summary>
    public void OnFailure(SipRequestHandler handler) => throw new NotImplementedException();
    /// <summary>Modules (dialogs) watch a request through this.</summary>
    public void Observe(RelayObserver observer) => throw new NotImplementedException();
    /// <summary>In a failure hook: the status chosen (16.7 step 6).</summary>
    public int FailureStatus => throw new NotImplementedException();
    public IReadOnlyList<SipBranch> Branches => throw new NotImplementedException();
}

public sealed class BranchTarget
{
    public required SipUri Uri { get; init; }
    public int Q { get; init; } = 1000;
    /// <summary>Path vector of the registration (RFC 3327): Routes to push.</summary>
    public IReadOnlyList<byte[]> Path { get; init; } = [];
    /// <summary>Send here whatever the URI says (e.g. the connection a phone registered over).</summary>
    public SipFlow? Flow { get; init; }
}

/// <summary>One forwarded copy of a request.</summary>
public sealed class SipBranch
{
    public int Index => throw new NotImplementedException();
    public SipContext Context => throw new NotImplementedException();
    public ReadOnlySpan<byte> RequestUri => throw new NotImplementedException();
    public SipFlow Flow => throw new NotImplementedException();
    public ReadOnlySpan<byte> ViaBranch => throw new NotImplementedException();
    public int LastStatus => throw new NotImplementedException();
    public bool IsFinal => throw new NotImplementedException();
    /// <summary>The branch's own changes, valid inside a branch hook.</summary>
    public SipEdits Edits => throw new NotImplementedException();
}

/// <summary>A reply on its way back, in a reply hook. Valid during the call.</summary>
public sealed class SipReplyContext
{
    public SipContext Context => throw new NotImplementedException();
    /// <summary>Null for a response of the proxy's own.</summary>
    public SipBranch? Branch => throw new NotImplementedException();
    public SipMessage Reply => throw new NotImplementedException();
    public int StatusCode => throw new NotImplementedException();
    public SipEdits Edits => throw new NotImplementedException();
    /// <summary>A provisional is not passed on.</summary>
    public void Suppress() => throw new NotImplementedException();
}

/// <summary>How a module follows one request through the relay. All calls run inside the request's strand (an ACK's: on its thread), in the order of Observe.</summary>
public abstract class RelayObserver
{
    /// <summary>Once, after the server transaction exists and before the first branch is written.</summary>
    public virtual void OnRelaying(SipContext context) { }
    /// <summary>A branch (or an ACK, or a stateless copy: branch null) is about to be written; the proxy's own edits are in, the last word is the observer's.</summary>
    public virtual void OnBranch(SipContext context, SipBranch? branch, SipEdits edits) { }
    /// <summary>Every response that arrives on a branch, before any decision. Valid during the call.</summary>
    public virtual void OnBranchReply(SipContext context, SipBranch branch, SipMessage reply) { }
    /// <summary>A response is about to go upstream: branch null when it is the proxy's own (timeout, error, 487), then reply is null before a message exists.</summary>
    public virtual void OnReplyForwarding(SipContext context, SipBranch? branch, SipMessage? reply, int statusCode, SipEdits? edits) { }
    public virtual void OnReplyForwarded(SipContext context, SipBranch? branch, int statusCode) { }
    /// <summary>The caller's CANCEL arrived.</summary>
    public virtual void OnCancelled(SipContext context, SipMessage cancel) { }
    /// <summary>Server transaction and all branches are over; the context is about to go back to its pool.</summary>
    public virtual void OnCompleted(SipContext context) { }
}

/// <summary>A module of the proxy, registered in the services.</summary>
public interface IProxyModule
{
    /// <summary>Before the handler, for each request (ACK too).</summary>
    void OnRequest(SipContext context);
    /// <summary>Inside LooseRoute, after the Routes were consumed.</summary>
    void OnRouted(SipContext context);
}

/// <summary>A request that this element originates: built whole but for the Via.</summary>
public sealed class LocalRequest
{
    public SipMethod Method => throw new NotImplementedException();
    /// <summary>In the local-request hook: the message about to leave, and its changes.</summary>
    public SipMessage Message => throw new NotImplementedException();
    public SipEdits Edits => throw new NotImplementedException();
    public object? State => throw new NotImplementedException();
}
public interface ILocalRequestUser
{
    /// <summary>Provisional and final responses; a 2xx of INVITE also when it comes again (ACK it again).</summary>
    void OnResponse(LocalRequest request, SipMessage response);
    /// <summary>No final response: timeout (408) or transport failure (503); called once instead of a final response.</summary>
    void OnFailed(LocalRequest request, int statusCode);
}
public sealed class LocalRequests
{
    /// <summary>Sends a request (no Via yet) over this flow, or where the top Route or request-URI says (RFC 3263) when flow is null. User code of the local-request hook runs first. False when it could not even be tried. timeout: null = 64*T1.</summary>
    public bool Send(ReadOnlySpan<byte> request, SipFlow? flow, ILocalRequestUser user, object? state = null, TimeSpan? timeout = null, bool newConnections = true) => throw new NotImplementedException();
    /// <summary>Without a transaction: the ACK of a 2xx.</summary>
    public bool SendAck(ReadOnlySpan<byte> ack, SipFlow? flow) => throw new NotImplementedException();
}
