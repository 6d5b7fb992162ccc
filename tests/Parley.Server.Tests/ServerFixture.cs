using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Parley.Dialogs;
using Parley.Hosting;
using Parley.Registrar;
using Parley.Server.Configuration;
using Parley.Server.Routing;
using Parley.Sip;
using Parley.Testing;
using Xunit;

namespace Parley.Server.Tests;

/// <summary>The server's main route on a simulated network: the server at 10.0.0.9, served domain example.com, alice at 10.0.0.1, bob at 10.0.0.2, a gateway at 10.0.0.7.</summary>
internal sealed class ServerFixture : IDisposable
{
    private readonly SimulatedNetwork _network = new(7);

    public ServerFixture(Dictionary<string, string?> settings, Action<RegistrarOptions>? registrar = null)
    {
        var transport = _network.AddHost("10.0.0.9");
        settings["Domains:0"] = "example.com";
        var configuration = Read(settings);
        foreach (var name in configuration.OwnNames)
            transport.AddAlias(name);
        var builder = ParleyApplication
            .CreateEmptyBuilder()
            .UseTransport(transport)
            .UseTimeProvider(_network.Clock)
            .UseRandom(_network.Random)
            .UseLocator(new SimulatedServerLocator());
        builder.AddDialogs();
        builder.Services.AddRegistrar(registrar);
        Application = builder.Build();
        Registrar = Application.Services.GetRequiredService<SipRegistrar>();
        Application.OnRequest(new CallRouting(Registrar, configuration).OnRequestAsync);
        Application.StartAsync().GetAwaiter().GetResult();
        Alice = new Party(_network, "10.0.0.1", transport.Listeners[0].Local);
        Bob = new Party(_network, "10.0.0.2", transport.Listeners[0].Local);
        Gateway = new Party(_network, "10.0.0.7", transport.Listeners[0].Local);
    }

    public ParleyApplication Application { get; }

    public SipRegistrar Registrar { get; }

    public Party Alice { get; }

    public Party Bob { get; }

    public Party Gateway { get; }

    public static ServerConfiguration Read(Dictionary<string, string?> settings)
    {
        var root = new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(s => "Parley:" + s.Key, s => s.Value)).Build();
        var errors = new List<string>();
        var configuration = ConfigurationRules.Read(root.GetSection("Parley"), "/", errors);
        Assert.Empty(errors);
        return configuration;
    }

    public void Bind(string address, string contact) =>
        Assert.True(Registrar.Table.Bind(AddressOfRecord.Parse(address), SipUri.Parse(contact)));

    public void Run(double milliseconds) => _network.Clock.RunFor(TimeSpan.FromMilliseconds(milliseconds));

    public void Dispose()
    {
        Application.StopAsync(new CancellationToken(true)).GetAwaiter().GetResult();
        Application.Dispose();
    }
}
