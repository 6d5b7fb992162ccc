namespace Parley.Transport;

/// <summary>
/// Names as the system's resolver sees them: localhost is this host (RFC 6761 6.3), the names of the hosts file and the DNS in the order of nsswitch.conf, short names
/// behind the search list of resolv.conf. NAPTR and SRV come from the DNS alone. The files are read again when they change.
/// </summary>
public sealed class SystemNameSource : IDnsSource
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan TimeOfFile = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan TimeOfLocalHost = TimeSpan.FromHours(1);

    private readonly IDnsSource _dns;
    private readonly TimeProvider _time;
    private readonly string _hostsPath,
        _switchPath,
        _resolvPath;
    private volatile Snapshot _names;

    /// <summary>Reads the system's files.</summary>
    /// <param name="dns">Where the DNS is asked.</param>
    /// <param name="time">Says when to look again whether the files have changed.</param>
    public SystemNameSource(IDnsSource dns, TimeProvider time)
        : this(dns, time, HostsPath(), "/etc/nsswitch.conf", "/etc/resolv.conf") { }

    internal SystemNameSource(IDnsSource dns, TimeProvider time, string hostsPath, string switchPath, string resolvPath)
    {
        ArgumentNullException.ThrowIfNull(dns);
        ArgumentNullException.ThrowIfNull(time);
        _dns = dns;
        _time = time;
        _hostsPath = hostsPath;
        _switchPath = switchPath;
        _resolvPath = resolvPath;
        _names = Read(null);
    }

    /// <inheritdoc/>
    public async ValueTask<DnsAnswer<DnsNaptr>> QueryNaptrAsync(string name, CancellationToken cancellationToken) =>
        await IsHostOnlyAsync(name).ConfigureAwait(false)
            ? new DnsAnswer<DnsNaptr>([], TimeOfFile)
            : await _dns.QueryNaptrAsync(name, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask<DnsAnswer<DnsSrv>> QuerySrvAsync(string name, CancellationToken cancellationToken) =>
        await IsHostOnlyAsync(WithoutService(name)).ConfigureAwait(false)
            ? new DnsAnswer<DnsSrv>([], TimeOfFile)
            : await _dns.QuerySrvAsync(name, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask<DnsAnswer<SipEndPoint>> QueryAddressesAsync(string name, bool ipv6, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(name);
        var names = await CurrentAsync().ConfigureAwait(false);
        if (IsLocalHost(name))
            return new DnsAnswer<SipEndPoint>(
                names.Hosts.TryFind(name, ipv6, out var local) && local.Count > 0 ? local : [LocalHost(ipv6)],
                TimeOfLocalHost
            );
        var isInFile = names.Hosts.TryFind(name, ipv6, out var found);
        if (isInFile && !names.Settings.DnsFirst)
            return new DnsAnswer<SipEndPoint>(found, TimeOfFile);
        var answer = names.Settings.UsesDns
            ? await AskAsync(names.Settings, name, ipv6, cancellationToken).ConfigureAwait(false)
            : new DnsAnswer<SipEndPoint>([], TimeOfFile);
        return answer.Records.Count == 0 && isInFile ? new DnsAnswer<SipEndPoint>(found, TimeOfFile) : answer;
    }

    private async ValueTask<DnsAnswer<SipEndPoint>> AskAsync(
        ResolverSettings settings,
        string name,
        bool ipv6,
        CancellationToken cancellationToken
    )
    {
        var failed = false;
        DnsAnswer<SipEndPoint> answer = default;
        foreach (var candidate in settings.Candidates(name))
        {
            answer = await _dns.QueryAddressesAsync(candidate, ipv6, cancellationToken).ConfigureAwait(false);
            if (answer.Records.Count > 0)
                return answer;
            failed |= answer.Failed;
        }
        return new DnsAnswer<SipEndPoint>([], answer.TimeToLive, failed);
    }

    // localhost, and names of one label that the hosts file has: no service records are published for these.
    private async ValueTask<bool> IsHostOnlyAsync(string name) =>
        IsLocalHost(name)
        || (!name.Contains('.', StringComparison.Ordinal) && (await CurrentAsync().ConfigureAwait(false)).Hosts.Knows(name));

    private static bool IsLocalHost(string name) =>
        name.Equals("localhost", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);

    private static SipEndPoint LocalHost(bool ipv6) =>
        SipEndPoint.From(ipv6 ? System.Net.IPAddress.IPv6Loopback : System.Net.IPAddress.Loopback, 0);

    // "_sip._udp.host"
    private static string WithoutService(string name)
    {
        while (name.StartsWith('_') && name.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot)
            name = name[(dot + 1)..];
        return name;
    }

    private ValueTask<Snapshot> CurrentAsync()
    {
        var names = _names;
        if (_time.GetElapsedTime(names.Looked) < LookInterval)
            return new ValueTask<Snapshot>(names);
        // Not on the thread that reads the network.
        return new ValueTask<Snapshot>(Task.Run(() => _names = Read(_names)));
    }

    private Snapshot Read(Snapshot? before)
    {
        var state = (Time(_hostsPath), Time(_switchPath), Time(_resolvPath));
        var looked = _time.GetTimestamp();
        if (before is not null && before.State == state)
            return before with { Looked = looked };
        return new Snapshot(
            looked,
            state,
            HostsFile.Parse(Lines(_hostsPath)),
            ResolverSettings.Parse(Lines(_switchPath), Lines(_resolvPath))
        );
    }

    private static DateTime Time(string path)
    {
        try
        {
            return File.GetLastWriteTimeUtc(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return default;
        }
    }

    private static string[] Lines(string path)
    {
        try
        {
            return File.Exists(path) ? File.ReadAllLines(path) : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static string HostsPath() =>
        OperatingSystem.IsWindows() ? Path.Combine(Environment.SystemDirectory, "drivers", "etc", "hosts") : "/etc/hosts";

    private sealed record Snapshot(long Looked, (DateTime, DateTime, DateTime) State, HostsFile Hosts, ResolverSettings Settings);
}
