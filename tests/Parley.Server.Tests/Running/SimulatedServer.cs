using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Parley.Dialogs;
using Parley.Hosting;
using Parley.Management;
using Parley.Server.Configuration;
using Parley.Server.Hosting;
using Parley.Server.Replay;
using Parley.Server.Routing;
using Parley.Sip;
using Parley.Testing;

namespace Parley.Server.Tests.Running;

/// <summary>The server as its settings describe it, with its routing, on a network in memory: it hears at 10.0.0.1.</summary>
internal sealed class SimulatedServer : IDisposable
{
    public const string Address = "10.0.0.1";

    /// <param name="settings">The section Parley, JSON.</param>
    /// <param name="seed">Of the network.</param>
    /// <param name="logging">The section Logging, JSON; null: nothing is logged.</param>
    /// <param name="records">Calls are recorded.</param>
    public SimulatedServer(
        string settings = """{ "Domains": [ "example.com" ] }""",
        ulong seed = 1,
        string? logging = null,
        bool records = false
    )
    {
        Network = new SimulatedNetwork(seed);
        Recorder = new Recorder(Network.Clock);
        Network.Attach(Recorder);
        using var text = new MemoryStream(Encoding.UTF8.GetBytes($$"""{ "Parley": {{settings}}, "Logging": {{logging ?? "{}"}} }"""));
        var root = new ConfigurationBuilder().AddJsonStream(text).Build();
        var errors = new List<string>();
        var configuration = ConfigurationRules.Read(root.GetSection("Parley"), AppContext.BaseDirectory, errors);
        if (errors.Count > 0)
            throw new ArgumentException(string.Join("\n", errors), nameof(settings));
        Host = Network.AddHost(Address);
        foreach (var domain in configuration.Domains)
            Host.AddAlias(domain);
        Application = ApplicationSetup.Build(
            configuration,
            root,
            change: builder =>
            {
                builder.Logging.ClearProviders();
                if (logging is not null)
                    builder.Logging.AddProvider(Log);
                if (records)
                    builder.AddCallRecorder();
                builder
                    .UseTransport(Host)
                    .UseTimeProvider(Network.Clock)
                    .UseRandom(SipRandom.FromSeed(seed))
                    .UseLocator(new SimulatedServerLocator());
            }
        );
        Routing = ApplicationSetup.Route(Application, configuration);
        Settings = new CurrentSettings(configuration, root);
        Application.StartAsync().GetAwaiter().GetResult();
    }

    /// <summary>What it logged, when it was asked to.</summary>
    public LineLog Log { get; } = new();

    public SimulatedNetwork Network { get; }

    public Recorder Recorder { get; }

    public SimulatedTransport Host { get; }

    public ParleyApplication Application { get; }

    public CallRouting Routing { get; }

    public CurrentSettings Settings { get; }

    public IDialogApi Dialogs => Application.Services.GetRequiredService<IDialogApi>();

    public void Run(double seconds) => Network.Clock.RunFor(TimeSpan.FromSeconds(seconds));

    /// <summary>A phone of the domain; it sends by the server.</summary>
    public ScriptedUserAgent Phone(string user, string address) =>
        new(Network.AddHost(address), user) { Address = $"sip:{user}@example.com", OutboundProxy = $"sip:{Address};lr" };

    public void Dispose() => Application.Dispose();
}
