using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Parley.Proxy;
using Parley.Sip;
using Xunit;

namespace Parley.Hosting.Tests;

public sealed class HostedProxyTests
{
    private static readonly string[] LoopbackOnly = ["udp:127.0.0.1:0"];

    private static int PortOf(IServiceProvider services) => services.GetRequiredService<ParleyApplication>().Transport.Listeners[0].Port;

    [Fact]
    public async Task A_generic_host_runs_a_proxy_and_a_call_goes_through_it()
    {
        using var call = new LoopbackCall();
        HostApplicationBuilder builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(call);
        builder.Services.AddParley(parley => parley.Listen("udp:127.0.0.1:0").UseHandler<ToBob>());
        using IHost host = builder.Build();
        await host.StartAsync();
        await call.MakeAsync(PortOf(host.Services));
        Assert.Equal(3, host.Services.GetRequiredService<ToBob>().Requests);
        await host.StopAsync();
        Assert.True(host.Services.GetRequiredService<ParleyApplication>().IsDraining);
    }

    [Fact]
    public async Task ASP_NET_Core_runs_a_proxy_beside_its_pages_and_a_call_goes_through_it()
    {
        using var call = new LoopbackCall();
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection(
            new Dictionary<string, string?>
            {
                ["Parley:Listeners:0"] = "udp:127.0.0.1:0",
                ["Parley:Proxy:ServerHeader"] = "hosted",
                ["Parley:Routes:0:Prefix"] = "4",
                ["Parley:Routes:0:Strip"] = "1",
                ["Parley:Routes:0:Target"] = $"sip:127.0.0.1:{call.BobPort}",
            }
        );
        builder.Services.AddParley(builder.Configuration.GetSection("Parley"));
        await using WebApplication app = builder.Build();
        ParleyApplication parley = app.Services.GetRequiredService<ParleyApplication>();
        RelayRoutes routes = app.Services.GetRequiredService<RelayRoutes>();
        parley.OnRequest(async context =>
        {
            if (!context.IsInDialog && !routes.AddTargets(context))
            {
                context.Reply(404);
                return;
            }

            context.LooseRoute();
            context.RecordRoute();
            await context.RelayAsync();
        });
        app.MapGet("/calls", (ParleyApplication proxy) => proxy.Counters.Requests(SipMethod.Invite));
        await app.StartAsync();
        await call.MakeAsync(PortOf(app.Services), user: "4711");
        using var http = new HttpClient();
        Assert.Equal("1", await http.GetStringAsync(new Uri(app.Urls.First() + "/calls")));
        Assert.Equal(404, await call.RefusalOfAsync(PortOf(app.Services)));
        await app.StopAsync();
    }

    [Fact]
    public async Task The_host_drains_the_proxy_before_its_other_services_stop()
    {
        using var call = new LoopbackCall();
        var gate = new TaskCompletionSource<DeferredRequest>(TaskCreationOptions.RunContinuationsAsynchronously);
        var witness = new Witness();
        HostApplicationBuilder builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IHostedService>(witness);
        builder.Services.AddParley(parley =>
            parley
                .Listen("udp:127.0.0.1:0")
                .OnRequest(context =>
                {
                    if (context.Method == SipMethod.Invite)
                        gate.TrySetResult(context.Defer());
                    return default;
                })
        );
        using IHost host = builder.Build();
        await host.StartAsync();
        Task<int> first = call.RefusalOfAsync(PortOf(host.Services));
        DeferredRequest kept = await gate.Task;
        Task stop = host.StopAsync();
        await Task.Delay(200);
        Assert.False(stop.IsCompleted); // a request has no answer yet
        Assert.False(witness.HasStopped);
        using (var late = new LoopbackCall())
            Assert.Equal(503, await late.RefusalOfAsync(PortOf(host.Services)));
        kept.Reject(486);
        Assert.Equal(486, await first);
        await stop;
        Assert.True(witness.HasStopped);
    }

    [Fact]
    public async Task Modules_are_made_by_the_host_and_see_requests()
    {
        using var call = new LoopbackCall();
        HostApplicationBuilder builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(call);
        builder.Services.AddParley(static parley => parley.Listen("udp:127.0.0.1:0").UseHandler<ToBob>());
        builder.Services.AddParley(static parley => parley.AddModule<Counting>().AddModule<Counting>()); // one proxy, one module
        using IHost host = builder.Build();
        Assert.Single(host.Services.GetServices<ParleyApplication>());
        await host.StartAsync();
        await call.MakeAsync(PortOf(host.Services));
        Assert.Equal(2, host.Services.GetRequiredService<Counting>().Copies); // of INVITE and BYE; an ACK has no branch
        await host.StopAsync();
    }

    [Fact]
    public async Task The_host_starts_it_not_the_application()
    {
        HostApplicationBuilder builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddParley(static parley => parley.Listen("udp:127.0.0.1:0"));
        using IHost host = builder.Build();
        ParleyApplication parley = host.Services.GetRequiredService<ParleyApplication>();
        await Assert.ThrowsAsync<InvalidOperationException>(() => parley.StartAsync());
        await Assert.ThrowsAsync<InvalidOperationException>(() => parley.RunAsync());
    }

    [Fact]
    public async Task A_port_that_is_taken_stops_the_start()
    {
        using var taken = new System.Net.Sockets.UdpClient(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
        int port = ((System.Net.IPEndPoint)taken.Client.LocalEndPoint!).Port;
        HostApplicationBuilder builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddParley(parley => parley.Listen($"udp:127.0.0.1:{port}"));
        using IHost host = builder.Build();
        await Assert.ThrowsAnyAsync<Exception>(() => host.StartAsync());
    }

    [Fact]
    public async Task RunAsync_runs_until_the_token_asks_for_the_end()
    {
        ParleyApplicationBuilder builder = ParleyApplication.CreateEmptyBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["Parley:Listeners:0"] = LoopbackOnly[0] });
        await using ParleyApplication app = builder.Configure().Build();
        app.OnRequest(static context =>
        {
            context.Reply(486);
            return default;
        });
        using var end = new CancellationTokenSource();
        var started = new TaskCompletionSource();
        app.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStarted.Register(started.SetResult);
        Task run = app.RunAsync(end.Token);
        await started.Task;
        using (var call = new LoopbackCall())
            Assert.Equal(486, await call.RefusalOfAsync(app.Transport.Listeners[0].Port));
        Assert.False(run.IsCompleted);
        await end.CancelAsync();
        await run;
        Assert.True(app.IsDraining);
    }

    [Fact]
    public void A_second_route_is_refused()
    {
        var services = new ServiceCollection();
        Assert.Throws<InvalidOperationException>(() =>
            services.AddParley(static parley => parley.OnRequest(static _ => default).UseHandler<ToBob>())
        );
    }

    [Fact]
    public void A_section_with_mistakes_stops_the_start_with_a_line_for_each()
    {
        IConfiguration configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(
                new Dictionary<string, string?> { ["Parley:Proxy:TimerC"] = "soon", ["Parley:Listners:0"] = "udp:127.0.0.1" }
            )
            .Build();
        OptionsValidationException error = Assert.Throws<OptionsValidationException>(() =>
            new ServiceCollection().AddParley(configuration.GetSection("Parley"))
        );
        Assert.Equal(2, error.Failures.Count());
    }

    private sealed class ToBob(LoopbackCall call) : ISipHandler
    {
        private int _requests;

        public int Requests => Volatile.Read(ref _requests);

        public async ValueTask OnRequestAsync(SipContext context)
        {
            Interlocked.Increment(ref _requests);
            if (context.IsInDialog)
                context.LooseRoute();
            else
                context.AddTarget(SipUri.Parse($"sip:bob@127.0.0.1:{call.BobPort}"));
            context.RecordRoute();
            await context.RelayAsync();
        }
    }

    private sealed class Counting : IParleyModule
    {
        private int _copies;

        public int Copies => Volatile.Read(ref _copies);

        public void Initialize(ParleyApplication application) => application.OnBranch((_, _) => Interlocked.Increment(ref _copies));
    }

    private sealed class Witness : IHostedService
    {
        public bool HasStopped { get; private set; }

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken)
        {
            HasStopped = true;
            return Task.CompletedTask;
        }
    }
}
