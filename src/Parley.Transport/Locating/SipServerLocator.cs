using System.Text;
using Parley.Sip;

namespace Parley.Transport;

/// <summary>RFC 3263 over the DNS: NAPTR, SRV with weights, A and AAAA, cached by their times. Only protocols and families that a listener speaks are chosen.</summary>
/// <remarks>A lookup is a walk through the cache. What is missing there is asked, all that can be at once, and the walk starts anew:
/// so a cached name completes synchronously, and there is one description of the rules, without waiting in it.</remarks>
public sealed class SipServerLocator : ISipServerLocator
{
    // NAPTR, SRV, addresses; the fourth is for answers that expire meanwhile.
    private const int MaxRounds = 6;

    private readonly DnsCache _cache;
    private readonly FailedTargets _failed;
    private readonly SipServerLocatorOptions _options;
    private readonly SipRandom _random;
    private readonly byte _protocols4;
    private readonly byte _protocols6;

    /// <summary>Locates over the given source.</summary>
    /// <param name="dns">Where questions go.</param>
    /// <param name="listeners">The listeners there are: <see cref="ISipTransport.Listeners"/>.</param>
    /// <param name="random">Chooses among SRV weights.</param>
    /// <param name="timeProvider">The clock of the cache.</param>
    /// <param name="options">Null: the defaults.</param>
    public SipServerLocator(
        IDnsSource dns,
        IReadOnlyList<SipListener> listeners,
        SipRandom random,
        TimeProvider timeProvider,
        SipServerLocatorOptions? options = null
    )
    {
        ArgumentNullException.ThrowIfNull(dns);
        ArgumentNullException.ThrowIfNull(listeners);
        ArgumentNullException.ThrowIfNull(random);
        ArgumentNullException.ThrowIfNull(timeProvider);
        _options = options ?? new SipServerLocatorOptions();
        _options.Validate();
        _cache = new DnsCache(dns, _options, timeProvider);
        _failed = new FailedTargets(_options.FailedTargetTime, timeProvider);
        _random = random;
        foreach (var listener in listeners)
        {
            if (listener.Local.IsIPv6)
                _protocols6 |= (byte)(1 << (int)listener.Protocol);
            else
                _protocols4 |= (byte)(1 << (int)listener.Protocol);
        }
    }

    /// <summary>Answers that are kept.</summary>
    public int CachedAnswers => _cache.Count;

    /// <summary>Questions on their way to the DNS.</summary>
    public int PendingQuestions => _cache.Pending;

    /// <summary>Questions that were not asked because of a limit.</summary>
    public long QuestionsRefused => _cache.Refused;

    /// <inheritdoc/>
    public ValueTask<bool> LocateAsync(SipUri uri, IList<SipTarget> targets, CancellationToken cancellationToken) =>
        LocateAsync(uri, targets, default, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<bool> LocateAsync(SipUri uri, IList<SipTarget> targets, SipEndPoint cause, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(uri);
        ArgumentNullException.ThrowIfNull(targets);
        var start = targets.Count;
        List<DnsQuestion>? missing = null;
        if (!Walk(uri, targets, ref missing))
            return new ValueTask<bool>(false);
        return missing is null
            ? new ValueTask<bool>(Finish(targets, start))
            : new ValueTask<bool>(AskAsync(uri, targets, missing, cause, cancellationToken));
    }

    /// <inheritdoc/>
    public bool TryLocateLiteral(SipUriView uri, out SipTarget target)
    {
        target = default;
        if (!TryReadTransport(uri, out var secure, out var wanted))
            return false;
        var host = uri.MAddr.IsEmpty ? uri.Host : uri.MAddr;
        if (!SipEndPoint.TryParseHost(host, uri.Port, out var address))
            return false;
        if (!TryChooseDefault(secure, wanted, address.IsIPv6, out var protocol))
            return false;
        target = new SipTarget(protocol, uri.Port != 0 ? address : address.WithPort(protocol.DefaultPort()));
        return true;
    }

    /// <inheritdoc/>
    public void ReportFailure(SipTarget target) => _failed.Add(target);

    private async Task<bool> AskAsync(
        SipUri uri,
        IList<SipTarget> targets,
        List<DnsQuestion> missing,
        SipEndPoint cause,
        CancellationToken cancellationToken
    )
    {
        for (var round = 0; round < MaxRounds; round++)
        {
            var answers = new List<Task>(missing.Count);
            foreach (var question in missing)
            {
                // Of one that may not be asked the walk cannot go on; those on their way fill the cache.
                if (_cache.Ask(question, cause) is not { } answer)
                    return false;
                answers.Add(answer);
            }
            foreach (var answer in answers)
                await answer.WaitAsync(cancellationToken).ConfigureAwait(false);
            var start = targets.Count;
            List<DnsQuestion>? still = null;
            if (!Walk(uri, targets, ref still))
                return false;
            if (still is null)
                return Finish(targets, start);
            missing = still;
        }
        return false;
    }

    private bool Finish(IList<SipTarget> targets, int start)
    {
        _failed.PutLast(targets, start);
        return targets.Count > start;
    }

    /// <summary>The rules of RFC 3263 4.1 and 4.2 over what the cache holds. With something missing no target stays in the list. False: not supported.</summary>
    private bool Walk(SipUri uri, IList<SipTarget> targets, ref List<DnsQuestion>? missing)
    {
        var view = uri.View;
        if (TryLocateLiteral(view, out var literal))
        {
            targets.Add(literal);
            return true;
        }
        if (!TryReadTransport(view, out var secure, out var wanted))
            return false;
        if (SipEndPoint.TryParseHost(view.MAddr.IsEmpty ? view.Host : view.MAddr, 0, out _))
            return false; // an address that no listener reaches
        var host = (view.MAddr.IsEmpty ? uri.Host : Encoding.Latin1.GetString(view.MAddr)).TrimEnd('.');
        if (host.Length is 0 or > 253)
            return false;
        var start = targets.Count;
        var walk = new Search(this, targets, host);
        if (view.Port != 0)
        {
            if (!TryChooseDefault(secure, wanted, null, out var protocol))
                return false;
            walk.Addresses(host, view.Port, protocol);
        }
        else if (wanted is { } protocol)
        {
            if (!IsSpoken(protocol))
                return false;
            if (!walk.Srv(new DnsQuestion(DnsQuestion.SrvOf(protocol), host), protocol) && walk.Missing is null)
                walk.Addresses(host, protocol.DefaultPort(), protocol);
        }
        else
        {
            Domain(ref walk, host, secure);
        }
        missing = walk.Missing;
        if (missing is not null)
        {
            while (targets.Count > start)
                targets.RemoveAt(targets.Count - 1);
        }
        return true;
    }

    // Neither port nor transport: NAPTR says which transports, else SRV of each, else the address.
    private void Domain(ref Search walk, string host, bool secure)
    {
        if (_options.UseNaptr && walk.Naptr(host, secure))
            return;
        if (walk.Missing is not null)
            return;
        var found = false;
        if (secure)
        {
            if (IsSpoken(SipProtocol.Tls))
                found = walk.Srv(new DnsQuestion(DnsQuestionKind.SrvSipsTcp, host), SipProtocol.Tls);
        }
        else
        {
            if (IsSpoken(SipProtocol.Udp))
                found = walk.Srv(new DnsQuestion(DnsQuestionKind.SrvSipUdp, host), SipProtocol.Udp);
            if (IsSpoken(SipProtocol.Tcp))
                found |= walk.Srv(new DnsQuestion(DnsQuestionKind.SrvSipTcp, host), SipProtocol.Tcp);
        }
        if (!found && walk.Missing is null && TryChooseDefault(secure, null, null, out var protocol))
            walk.Addresses(host, protocol.DefaultPort(), protocol);
    }

    /// <summary>The transport that scheme and parameter ask for, null for none; false for what is not supported (tel, sctp, sips over UDP).</summary>
    private static bool TryReadTransport(SipUriView uri, out bool secure, out SipProtocol? wanted)
    {
        secure = uri.Scheme == SipUriScheme.Sips;
        wanted = null;
        if (uri.Scheme is not (SipUriScheme.Sip or SipUriScheme.Sips))
            return false;
        if (uri.Transport.IsEmpty)
            return true;
        if (!SipProtocolExtensions.TryParse(uri.Transport, out var protocol))
            return false;
        if (secure)
        {
            if (protocol == SipProtocol.Udp)
                return false;
            // RFC 3261 26.2.2: transport=tcp in a sips URI is TLS over TCP.
            protocol = protocol is SipProtocol.Ws or SipProtocol.Wss ? SipProtocol.Wss : SipProtocol.Tls;
        }
        wanted = protocol;
        return true;
    }

    /// <summary>Without NAPTR and SRV: the protocol asked for, else TLS for sips, else UDP, and TCP where there is no UDP listener.</summary>
    private bool TryChooseDefault(bool secure, SipProtocol? wanted, bool? ipv6, out SipProtocol protocol)
    {
        protocol = wanted ?? (secure ? SipProtocol.Tls : SipProtocol.Udp);
        if (wanted is null && !secure && !IsSpoken(protocol, ipv6))
            protocol = SipProtocol.Tcp;
        return IsSpoken(protocol, ipv6);
    }

    private bool IsSpoken(SipProtocol protocol, bool? ipv6 = null)
    {
        var bit = 1 << (int)protocol;
        return ipv6 switch
        {
            true => (_protocols6 & bit) != 0,
            false => (_protocols4 & bit) != 0,
            _ => ((_protocols4 | _protocols6) & bit) != 0,
        };
    }

    /// <summary>One walk through the cache, with what it found missing.</summary>
    private struct Search(SipServerLocator locator, IList<SipTarget> targets, string domain)
    {
        public List<DnsQuestion>? Missing { get; private set; }

        /// <summary>False: no usable NAPTR record (or not known yet).</summary>
        public bool Naptr(string host, bool secure)
        {
            if (!TryGet(new DnsQuestion(DnsQuestionKind.Naptr, host), out var entry))
                return false;
            Span<int> order = stackalloc int[Math.Min(entry.Naptrs.Length, SrvOrder.MaxRecords)];
            for (var i = 0; i < order.Length; i++)
            {
                order[i] = i;
                for (var j = i; j > 0 && Key(entry.Naptrs[order[j]]) < Key(entry.Naptrs[order[j - 1]]); j--)
                    (order[j], order[j - 1]) = (order[j - 1], order[j]);
            }
            var found = false;
            foreach (var i in order)
            {
                ref readonly var naptr = ref entry.Naptrs[i];
                if (
                    string.Equals(naptr.Flags, "s", StringComparison.OrdinalIgnoreCase)
                    && TryReadService(naptr.Services, secure, out var protocol)
                    && locator.IsSpoken(protocol)
                )
                    found |= Srv(new DnsQuestion(DnsQuestionKind.Srv, naptr.Replacement), protocol);
            }
            return found;

            static long Key(in DnsNaptr naptr) => ((long)naptr.Order << 32) | (uint)naptr.Preference;
        }

        /// <summary>False: no SRV record (or not known yet). A single "." says that the service does not exist, which is an answer.</summary>
        public bool Srv(in DnsQuestion question, SipProtocol protocol)
        {
            if (!TryGet(question, out var entry) || entry.Srvs.Length == 0)
                return false;
            Span<int> order = stackalloc int[Math.Min(entry.Srvs.Length, SrvOrder.MaxRecords)];
            var count = SrvOrder.Choose(entry.Srvs, locator._random, order);
            for (var i = 0; i < count; i++)
            {
                ref readonly var srv = ref entry.Srvs[order[i]];
                if (srv.Target is not ("" or "."))
                    Addresses(srv.Target, srv.Port, protocol);
            }
            return true;
        }

        public void Addresses(string host, int port, SipProtocol protocol)
        {
            Span<byte> text = stackalloc byte[SipEndPoint.MaxAddressLength];
            if (Encoding.UTF8.TryGetBytes(host, text, out var length) && SipEndPoint.TryParseHost(text[..length], port, out var literal))
            {
                // Against RFC 2782, but seen: an SRV record that names an address.
                if (locator.IsSpoken(protocol, literal.IsIPv6))
                    targets.Add(new SipTarget(protocol, literal) { HostName = domain });
                return;
            }
            Family(host, port, protocol, locator._options.PreferIPv6);
            Family(host, port, protocol, !locator._options.PreferIPv6);
        }

        private void Family(string host, int port, SipProtocol protocol, bool ipv6)
        {
            if (
                !locator.IsSpoken(protocol, ipv6)
                || !TryGet(new DnsQuestion(ipv6 ? DnsQuestionKind.Aaaa : DnsQuestionKind.A, host), out var entry)
            )
                return;
            foreach (var address in entry.Addresses)
                targets.Add(new SipTarget(protocol, address.WithPort(port)) { HostName = domain });
        }

        private bool TryGet(in DnsQuestion question, out DnsCache.Entry entry)
        {
            if (locator._cache.TryGet(question, out entry))
                return true;
            (Missing ??= []).Add(question);
            return false;
        }

        private static bool TryReadService(string service, bool secure, out SipProtocol protocol)
        {
            (var known, protocol, var isSecure) = service.ToUpperInvariant() switch
            {
                "SIP+D2U" => (true, SipProtocol.Udp, false),
                "SIP+D2T" => (true, SipProtocol.Tcp, false),
                "SIPS+D2T" => (true, SipProtocol.Tls, true),
                "SIP+D2W" => (true, SipProtocol.Ws, false),
                "SIPS+D2W" => (true, SipProtocol.Wss, true),
                _ => (false, default, false),
            };
            return known && (isSecure || !secure);
        }
    }
}
