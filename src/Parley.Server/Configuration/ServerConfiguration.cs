using Parley.Dialogs;
using Parley.Hosting;
using Parley.Proxy;
using Parley.Registrar;
using Parley.Transactions;
using Parley.Transport;

namespace Parley.Server.Configuration;

/// <summary>
/// All that <c>parley.json</c> and the environment say, checked: the options objects of the parts, and what only the server knows. Filled once by
/// <see cref="ConfigurationRules"/>, then not changed; a reload makes a new one. The defaults are those of the options classes.
/// </summary>
internal sealed class ServerConfiguration
{
    public IReadOnlyList<ListenerConfiguration> Listeners { get; set; } =
    [
        new() { EndPoint = SipEndPoint.From(System.Net.IPAddress.Loopback, 5060) },
        new() { Protocol = SipProtocol.Tcp, EndPoint = SipEndPoint.From(System.Net.IPAddress.Loopback, 5060) },
    ];

    /// <summary>Domains whose users register here, besides the listeners' own addresses; names of this element like <see cref="Aliases"/>. Compared without case.</summary>
    public IReadOnlyList<string> Domains { get; set; } = [];

    /// <summary>Further names of this element in Route headers and request-URIs, each host or host:port.</summary>
    public IReadOnlyList<string> Aliases { get; set; } = [];

    /// <summary>All names of this element besides its listeners'.</summary>
    public IEnumerable<string> OwnNames => Aliases.Concat(Domains);

    public IReadOnlyList<RouteConfiguration> Routes { get; set; } = [];

    /// <summary>Networks from which calls to foreign domains are relayed and every route may be used.</summary>
    public IReadOnlyList<System.Net.IPNetwork> TrustedSources { get; set; } = [];

    /// <summary>Allows listening beyond loopback though nobody is asked for a password.</summary>
    public bool AllowUnauthenticated { get; set; }

    /// <summary>Where the server keeps what outlives it; null: systemd's, else the user's own.</summary>
    public string? StateDirectory { get; set; }

    /// <summary>How long calls may go on after SIGTERM.</summary>
    public TimeSpan DrainLimit { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Bytes allocated between two collections of the young objects; 0 leaves it to the runtime.</summary>
    public long GcPacing { get; set; } = Runtime.GcPacing.DefaultBytes;

    /// <summary>A call goes through the code before the server listens.</summary>
    public bool WarmsUp { get; set; } = true;

    /// <summary>REGISTER is taken.</summary>
    public bool TakesRegistrations { get; set; } = true;

    /// <summary>The flags of every dialog that the main route creates.</summary>
    public DialogFlags DialogFlags { get; set; }

    public RegistrarOptions Registrar { get; init; } = new();

    public DialogOptions Dialogs { get; init; } = new();

    /// <summary>Where calls, registrations and call records outlive the process.</summary>
    public StoreConfiguration Store { get; init; } = new();

    /// <summary>What operators and their tools use.</summary>
    public ManagementConfiguration Management { get; init; } = new();

    public SipTlsOptions Tls { get; init; } = new();

    public SipTransportOptions Transport { get; init; } = new();

    /// <summary>What all UDP listeners have in common.</summary>
    public SipListenerOptions Udp { get; init; } = new();

    public SipTimerOptions Timers { get; init; } = new();

    public TransactionOptions Transactions { get; init; } = new();

    public SipServerLocatorOptions Locator { get; init; } = new();

    public ProxyOptions Proxy { get; init; } = new();

    public ConsoleLogOptions Log { get; init; } = new();

    /// <summary>Lines of the log begin with the journal's priorities, whether systemd runs the server or not.</summary>
    public bool LogsWithPriorities { get; set; }

    /// <summary>Which messages are logged at Debug.</summary>
    public MessageSelection Messages { get; } = new();

    /// <summary>True when every listener is bound to a loopback address.</summary>
    public bool IsLoopbackOnly => Listeners.All(l => l.EndPoint.IsLoopback);
}
