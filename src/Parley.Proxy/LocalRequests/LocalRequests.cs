using System.Diagnostics.CodeAnalysis;
using Parley.Sip;
using Parley.Transport;

namespace Parley.Proxy;

/// <summary>Sends requests of this element's own: BYE, OPTIONS, re-INVITE, ACK.</summary>
public sealed class LocalRequests
{
    private readonly Pool<LocalRequest> _pool;

    internal LocalRequests(ProxyCore core)
    {
        Core = core;
        _pool = new Pool<LocalRequest>(() => new LocalRequest(this));
    }

    internal ProxyCore Core { get; }

    internal Action<LocalRequest>[] Hooks { get; set; } = [];

    /// <summary>Where the steps of the application's calls go.</summary>
    public CallSteps CallSteps => Core.Steps;

    /// <summary>Local requests that are not over.</summary>
    public int Pending => _pool.Rented;

    /// <summary>Sends a request in a client transaction of its own; the local-request hooks run first.</summary>
    /// <param name="request">A whole request without Via; copied.</param>
    /// <param name="flow">Over which to send; null: where the top Route or request-URI says (RFC 3263).</param>
    /// <param name="user">Gets the responses.</param>
    /// <param name="state">Given back in <see cref="LocalRequest.State"/>.</param>
    /// <param name="timeout">How long to wait for a final response; null: 64*T1.</param>
    /// <param name="newConnections">False: over a stream only by the connection that <paramref name="flow"/> names.</param>
    /// <param name="from">Without a flow: the listener to leave by where it reaches the place; null: any that does. Its transport is used where the URI names
    /// none, and TLS never becomes less.</param>
    /// <param name="nextHop">Without a flow: the URI to send it to; empty: the top Route if it is loose, else the request-URI. Needed when the request goes to a strict router, which is in the request-URI above loose Routes.</param>
    /// <returns>False when it could not even be tried; then the user is not called.</returns>
    /// <exception cref="ArgumentException">The request is none, or is an ACK.</exception>
    public bool Send(
        ReadOnlySpan<byte> request,
        SipFlow? flow,
        ILocalRequestUser user,
        object? state = null,
        TimeSpan? timeout = null,
        bool newConnections = true,
        SipListener? from = null,
        ReadOnlySpan<byte> nextHop = default
    )
    {
        ArgumentNullException.ThrowIfNull(user);
        LocalRequest local = _pool.Rent();
        if (!local.TryParse(request) || local.Method == SipMethod.Ack)
        {
            Return(local);
            throw new ArgumentException("Not a request that has a transaction.", nameof(request));
        }

        local.State = state;
        local.User = user;
        local.Timeout = timeout;
        local.From = from;
        bool tried = flow is { } way
            ? (newConnections || !way.Listener.IsReliable || way.ConnectionId != 0) && local.Exchange.Start(way)
            : local.Exchange.Start(nextHop.IsEmpty ? NextHop(local.Message) : nextHop);
        if (!tried)
            Return(local);
        else
            Core.Transport.Flush();
        return tried;
    }

    /// <summary>Sends the ACK of a 2xx, without a transaction.</summary>
    /// <param name="ack">A whole ACK without Via.</param>
    /// <param name="flow">Over which to send; null, or a connection that is closed: where the top Route or request-URI says. A name that must be looked up is sent to later.</param>
    /// <param name="from">Without a flow: the listener to leave by where it reaches the place; null: any that does.</param>
    /// <param name="nextHop">Without a flow: the URI to send it to; empty: as of Send.</param>
    /// <returns>False when it could not be sent.</returns>
    /// <exception cref="ArgumentException">Not an ACK.</exception>
    public bool SendAck(ReadOnlySpan<byte> ack, SipFlow? flow, SipListener? from = null, ReadOnlySpan<byte> nextHop = default)
    {
        LocalRequest local = _pool.Rent();
        if (!local.TryParse(ack) || local.Method != SipMethod.Ack)
        {
            Return(local);
            throw new ArgumentException("Not an ACK.", nameof(ack));
        }

        local.From = from;
        if (flow is { } way)
        {
            if (IsSent(local, way, null))
                return Ended(local, true);
            if (way.ConnectionId == 0)
                return Ended(local, false);
            local.From = from ?? way.Listener;
        }

        ReadOnlySpan<byte> hop = nextHop.IsEmpty ? NextHop(local.Message) : nextHop;
        if (TryPlaces(local, hop, out SipUri? uri))
            return SendOnce(local);
        if (uri is null)
        {
            Return(local);
            return false;
        }

        ValueTask<bool> task = Core.LocateAsync(uri, local.Places);
        if (!task.IsCompleted)
        {
            _ = SendLater(local, task);
            return true;
        }

        if (task.GetAwaiter().GetResult() && local.Places.Count > 0)
            return SendOnce(local);
        Return(local);
        return false;
    }

    internal void Return(LocalRequest request)
    {
        request.End();
        _pool.Return(request);
    }

    /// <summary>The places of a literal next hop: over the transport of <see cref="LocalRequest.From"/> where the URI leaves it open, then what the URI alone gives.</summary>
    /// <returns>False: <paramref name="uri"/> must be looked up; null: it is none.</returns>
    internal bool TryPlaces(LocalRequest request, ReadOnlySpan<byte> hop, out SipUri? uri)
    {
        uri = null;
        if (!SipUriView.TryParse(hop, out SipUriView view))
            return false;
        SipProtocol? kept = request.From is { } from ? KeptTransport.For(view, from.Protocol) : null;
        if (kept is { } protocol)
        {
            if (!KeptTransport.TryPlace(view, protocol, out SipTarget there))
            {
                uri = KeptTransport.ToLocate(view, protocol);
                return false;
            }

            request.Places.Add(there);
        }

        if (kept is not { } secure || !secure.IsSecure())
        {
            if (Core.Locator.TryLocateLiteral(view, out SipTarget place))
                request.Places.Add(place);
        }

        if (request.Places.Count > 0)
            return true;
        _ = SipUri.TryParse(hop, out uri);
        return false;
    }

    /// <summary>The bytes that leave: hooks run, our Via on top.</summary>
    internal ReadOnlySpan<byte> Write(RelayScratch scratch, LocalRequest request, in SipFlow flow, ReadOnlySpan<byte> branch)
    {
        SipEdits edits = scratch.Edits;
        edits.Reset(request.Message);
        RunHooks(request, edits);
        SipListener listener = flow.Listener;
        Span<byte> via = edits.Scratch(32 + listener.SentBy.Length + branch.Length);
        int length = 0;
        Add(via, ref length, "SIP/2.0/"u8);
        Add(via, ref length, listener.ViaTransport);
        Add(via, ref length, " "u8);
        Add(via, ref length, listener.SentBy);
        Add(via, ref length, ";branch="u8);
        Add(via, ref length, branch);
        edits.PushVia(via[..length]);
        if (listener.IsReliable)
            edits.EnsureContentLength();
        return scratch.Write();
    }

    private static void Add(Span<byte> text, ref int length, ReadOnlySpan<byte> part)
    {
        part.CopyTo(text[length..]);
        length += part.Length;
    }

    private static ReadOnlySpan<byte> NextHop(SipMessage request) =>
        request.Routes.TryGetFirst(out NameAddrView route) && route.Uri.IsLoose ? route.UriText : request.RequestUri;

    /// <summary>To the first of its places that can be sent to; the next one is where it goes when that fails later.</summary>
    private bool SendOnce(LocalRequest local)
    {
        SipFlow? first = null,
            second = null;
        foreach (SipTarget place in local.Places)
        {
            if (second is not null || Core.Transport.SelectListener(place.Protocol, place.EndPoint, local.From) is not { } listener)
                continue;
            var flow = new SipFlow(listener, place.EndPoint) { ServerName = place.HostName };
            if (first is null)
                first = flow;
            else
                second = flow;
        }

        return Ended(local, first is { } way && IsSent(local, way, second));
    }

    private bool Ended(LocalRequest local, bool isSent)
    {
        Return(local);
        Core.Transport.Flush();
        return isSent;
    }

    private bool IsSent(LocalRequest local, in SipFlow flow, SipFlow? second)
    {
        Span<byte> branch = stackalloc byte[StatelessRelay.BranchLength];
        branch = branch[..StatelessRelay.WriteBranch(Core.Random, local.Message, flow.Remote, Core.Options.Stateless, branch)];
        RelayScratch scratch = RelayScratch.Rent(),
            spare = RelayScratch.Rent();
        local.Flow = flow;
        ReadOnlySpan<byte> bytes = Write(scratch, local, flow, branch);
        bool sent = second is { } other
            ? Core.Transactions.SendOnce(bytes, flow, Write(spare, local, other, branch), other)
            : Core.Transactions.SendOnce(bytes, flow);
        spare.Return();
        scratch.Return();
        return sent;
    }

    [SuppressMessage("Design", "CA1031", Justification = "A locator that throws has found nothing.")]
    private async Task SendLater(LocalRequest local, ValueTask<bool> task)
    {
        try
        {
            if (await task.ConfigureAwait(false) && local.Places.Count > 0)
            {
                SendOnce(local);
                return;
            }
        }
        catch (Exception)
        {
            // Nothing found: the 2xx will come again, and with it another try.
        }

        Return(local);
    }

    [SuppressMessage("Design", "CA1031", Justification = "The boundary to user code: the request leaves.")]
    private void RunHooks(LocalRequest request, SipEdits edits)
    {
        request.OpenEdits(edits);
        foreach (Action<LocalRequest> hook in Hooks)
        {
            try
            {
                hook(request);
            }
            catch (Exception error)
            {
                Core.Counters.Count(ProxyCounter.HandlerErrors);
                ProxyLog.LocalHookFailed(Core.Logger, error);
            }
        }

        request.OpenEdits(null);
    }
}
