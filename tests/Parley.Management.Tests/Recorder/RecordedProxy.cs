using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Parley.Dialogs;
using Parley.Hosting;
using Parley.Proxy;
using Parley.Sip;
using Parley.Testing;

namespace Parley.Management.Tests.Recorder;

/// <summary>A proxy with a recorder between alice, bob and carol, on a network in memory.</summary>
internal sealed class RecordedProxy : IAsyncDisposable
{
    private readonly Dictionary<string, ScriptedUserAgent> _agents = [];

    private RecordedProxy(Action<RecorderOptions>? recorder, Action<DialogOptions>? dialogs, Action<ManagementOptions>? management)
    {
        Network = new SimulatedNetwork(1);
        ParleyApplicationBuilder builder = ParleyApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.Logging.AddProvider(Log);
        builder
            .UseTransport(Network.AddHost("10.0.0.1"))
            .UseTimeProvider(Network.Clock)
            .UseRandom(SipRandom.FromSeed(1))
            .UseLocator(new SimulatedServerLocator());
        builder.AddDialogs(options => dialogs?.Invoke(options));
        builder.AddManagement(options =>
        {
            options.WithoutHttp = true;
            options.Recorder.Bytes = 2 << 20;
            recorder?.Invoke(options.Recorder);
            management?.Invoke(options);
        });
        Application = builder.Build();
        Application.OnRequest(RouteAsync);
        Dialogs = Application.Services.GetRequiredService<IDialogApi>();
        Calls = Application.Services.GetRequiredService<ICallRecorder>();
        Alice = Add("alice", "10.0.1.1");
        Alice.OutboundProxy = "sip:10.0.0.1;lr";
        Bob = Add("bob", "10.0.2.1");
        Carol = Add("carol", "10.0.2.2");
    }

    public SimulatedNetwork Network { get; }

    public ParleyApplication Application { get; }

    public IDialogApi Dialogs { get; }

    public ICallRecorder Calls { get; }

    public LineLog Log { get; } = new();

    public ScriptedUserAgent Alice { get; }

    public ScriptedUserAgent Bob { get; }

    public ScriptedUserAgent Carol { get; }

    public DialogFlags Flags { get; set; } = DialogFlags.ByeOnTimeout;

    /// <summary>Without one the call is not tracked and leaves no Record-Route.</summary>
    public bool IsOnPath { get; set; } = true;

    /// <summary>Answers in place of the route; true: it did.</summary>
    public Func<SipContext, Dialog?, bool>? Refuses { get; set; }

    public static async Task<RecordedProxy> StartAsync(
        Action<RecorderOptions>? recorder = null,
        Action<DialogOptions>? dialogs = null,
        Action<ManagementOptions>? management = null
    )
    {
        var proxy = new RecordedProxy(recorder, dialogs, management);
        await proxy.Application.StartAsync();
        return proxy;
    }

    public ScriptedCall Call(string to = "bob", Action<OutgoingMessage>? alter = null) => Alice.Invite($"sip:{to}@10.0.0.1", alter);

    public void Run(double seconds) => Network.Clock.RunFor(TimeSpan.FromSeconds(seconds));

    public RecordedCall Recorded(string callId) =>
        Calls.TryGet(callId, out RecordedCall? call) ? call : throw new InvalidOperationException($"{callId} is not in the recorder.");

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

        Dialog? dialog = IsOnPath ? context.CreateDialog(Flags) : null;
        if (Refuses?.Invoke(context, dialog) == true)
            return;
        if (IsOnPath)
            context.RecordRoute();
        var targets = new List<SipUri>();
        foreach (string user in context.RequestUri.UserText.Split('-'))
            targets.Add(SipUri.Parse(_agents.TryGetValue(user, out ScriptedUserAgent? agent) ? agent.Contact : $"sip:{user}@10.0.9.9"));
        await context.FailoverAsync(targets);
    }
}
