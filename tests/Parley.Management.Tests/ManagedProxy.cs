using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Parley.Dialogs;
using Parley.Hosting;
using Parley.Proxy;
using Parley.Sip;
using Parley.Testing;

namespace Parley.Management.Tests;

/// <summary>A proxy on a network in memory and a simulated clock, with a management side on real loopback ports.</summary>
internal sealed class ManagedProxy : IAsyncDisposable
{
    private readonly Dictionary<string, ScriptedUserAgent> _agents = [];

    private ManagedProxy(Action<ManagementOptions>? management, Action<DialogOptions>? dialogs, Action<ParleyApplicationBuilder>? change)
    {
        Network = new SimulatedNetwork(1);
        ParleyApplicationBuilder builder = ParleyApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.Logging.SetMinimumLevel(LogLevel.Debug);
        builder.Logging.AddProvider(Log);
        builder
            .UseTransport(Network.AddHost("10.0.0.1"))
            .UseTimeProvider(Clock)
            .UseRandom(SipRandom.FromSeed(1))
            .UseLocator(new SimulatedServerLocator());
        builder.AddDialogs(options =>
        {
            options.ProfilesWithValue.Add("caller");
            options.ProfilesWithValue.Add("gateway/s");
            options.ProfilesWithoutValue.Add("all/b");
            dialogs?.Invoke(options);
        });
        builder.AddManagement(options =>
        {
            options.Listen.Add("127.0.0.1:0");
            management?.Invoke(options);
        });
        change?.Invoke(builder);
        Application = builder.Build();
        Application.OnRequest(RouteAsync);
        Dialogs = Application.Services.GetRequiredService<IDialogApi>();
        Alice = Add("alice", "10.0.1.1");
        Alice.OutboundProxy = "sip:10.0.0.1;lr";
        Bob = Add("bob", "10.0.2.1");
        Carol = Add("carol", "10.0.2.2");
    }

    public SimulatedNetwork Network { get; }

    public SimulatedClock Clock => Network.Clock;

    public ParleyApplication Application { get; }

    public IDialogApi Dialogs { get; }

    public LineLog Log { get; } = new();

    public ScriptedUserAgent Alice { get; }

    public ScriptedUserAgent Bob { get; }

    public ScriptedUserAgent Carol { get; }

    /// <summary>Runs when a dialog is made.</summary>
    public Action<Dialog>? OnDialog { get; set; }

    /// <summary>How dialogs are made.</summary>
    public DialogFlags Flags { get; set; }

    /// <summary>Requests outside dialogs are answered with this; 0: they are relayed.</summary>
    public int RefuseWith { get; set; }

    public IEventHub Hub => Application.Services.GetRequiredService<IEventHub>();

    public MiClient Mi { get; private set; } = null!;

    public ApiClient Api { get; private set; } = null!;

    public Uri BaseUrl { get; private set; } = null!;

    public static async Task<ManagedProxy> StartAsync(
        Action<ManagementOptions>? management = null,
        Action<DialogOptions>? dialogs = null,
        Action<ParleyApplicationBuilder>? change = null
    )
    {
        var proxy = new ManagedProxy(management, dialogs, change);
        await proxy.Application.StartAsync();
        string? place = proxy
            .Application.Services.GetRequiredService<ManagementService>()
            .Places.FirstOrDefault(static p => p.StartsWith("http", StringComparison.Ordinal));
        if (place is not null)
        {
            proxy.BaseUrl = new Uri(place.Split(' ')[0]);
            proxy.Mi = new MiClient(new Uri(proxy.BaseUrl, "/mi"));
            proxy.Api = new ApiClient(proxy.BaseUrl);
        }

        return proxy;
    }

    public ScriptedCall Call(string to = "bob") => Alice.Invite($"sip:{to}@10.0.0.1");

    /// <summary>A call that is up; its dialog.</summary>
    public Dialog Answered(string to = "bob")
    {
        var before = Dialogs.Dialogs(includeDeleted: true).ToHashSet();
        Call(to);
        Run(1);
        return Dialogs.Dialogs().Single(dialog => !before.Contains(dialog));
    }

    public void Run(double seconds) => Clock.RunFor(TimeSpan.FromSeconds(seconds));

    public async ValueTask DisposeAsync() => await Application.DisposeAsync();

    private ScriptedUserAgent Add(string user, string address)
    {
        var agent = new ScriptedUserAgent(Network.AddHost(address), user);
        _agents[user] = agent;
        return agent;
    }

    private async ValueTask RouteAsync(SipContext context)
    {
        if (context.IsInDialog)
        {
            await context.RelayInDialogAsync();
            return;
        }

        if (RefuseWith > 0)
        {
            context.Reply(RefuseWith);
            return;
        }

        if (context.Method != SipMethod.Invite)
        {
            context.Reply(405);
            return;
        }

        if (context.CreateDialog(Flags) is { } dialog)
            OnDialog?.Invoke(dialog);
        context.RecordRoute();
        // Numbers are those of Carol.
        foreach (
            string user in context.RequestUri.UserText is [_, >= '0' and <= '9', ..] ? ["carol"] : context.RequestUri.UserText.Split('-')
        )
            context.AddTarget(SipUri.Parse(_agents[user].Contact));
        await context.RelayAsync();
    }
}
