using Parley.Hosting;
using Parley.Testing;
using Parley.Transport;
using Xunit;

namespace Parley.Proxy.Tests;

/// <summary>A proxy at 10.0.0.9 and peers around it on a simulated network.</summary>
internal sealed class ProxyFixture : IDisposable
{
    public const string ProxyAddress = "10.0.0.9";

    public ProxyFixture(
        SipRequestHandler? handler = null,
        Action<ParleyApplicationBuilder>? configure = null,
        ulong seed = 7,
        params string[] listeners
    )
    {
        Network = new SimulatedNetwork(seed);
        Recorder = Recorder.On(Network);
        Transport = listeners.Length == 0 ? Network.AddHost(ProxyAddress) : Network.AddHost("proxy", listeners);
        Locator = new SimulatedServerLocator();
        ParleyApplicationBuilder builder = ParleyApplication
            .CreateEmptyBuilder()
            .UseTransport(Transport)
            .UseTimeProvider(Network.Clock)
            .UseRandom(Network.Random)
            .UseLocator(Locator);
        configure?.Invoke(builder);
        App = builder.Build();
        if (handler is not null)
            App.OnRequest(handler);
        App.StartAsync().GetAwaiter().GetResult();
    }

    public SimulatedNetwork Network { get; }

    public SimulatedClock Clock => Network.Clock;

    public Recorder Recorder { get; }

    public SimulatedTransport Transport { get; }

    public SimulatedServerLocator Locator { get; }

    public ParleyApplication App { get; }

    public Peer Peer(string address, SipProtocol protocol = SipProtocol.Udp) =>
        new(Network, address, Transport.Listener(protocol).Local, protocol);

    public void Run(double milliseconds) => Clock.RunFor(TimeSpan.FromMilliseconds(milliseconds));

    /// <summary>Long enough for every transaction to end; then nothing may be left.</summary>
    public void RunToTheEnd()
    {
        Clock.RunFor(TimeSpan.FromMinutes(8));
        AssertNothingLeft();
    }

    public void AssertNothingLeftButTransactions()
    {
        Assert.Equal(0, App.PendingRequests);
        Assert.Equal(0, App.Core.Unanswered);
    }

    public void AssertNothingLeft()
    {
        Assert.Equal(0, App.PendingRequests);
        Assert.Equal(0, App.Core.Unanswered);
        Assert.Equal(0, App.Core.Branches.Rented);
        Assert.Equal(0, App.Core.Edits.Rented);
        Assert.Equal(0, App.Core.Holds.Rented);
        Assert.Equal(0, App.LocalRequests.Pending);
        Assert.Equal(0, App.Transactions.ServerTransactionCount);
        Assert.Equal(0, App.Transactions.ClientTransactionCount);
        Assert.Equal(0, Transport.Unflushed);
    }

    public void Dispose()
    {
        App.StopAsync(new CancellationToken(true)).GetAwaiter().GetResult();
        App.Dispose();
    }
}
