using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Parley.Hosting;
using Parley.Proxy;
using Parley.Sip;
using Parley.Testing;

namespace Parley.Dialogs.Tests;

/// <summary>A proxy with dialogs between alice and the others, on a network in memory; writes down every callback.</summary>
internal sealed class CallFixture : IDisposable
{
    private const DialogCallbackTypes PerDialog =
        DialogCallbackTypes.Failed
        | DialogCallbackTypes.Confirmed
        | DialogCallbackTypes.RequestWithin
        | DialogCallbackTypes.Terminated
        | DialogCallbackTypes.Expired
        | DialogCallbackTypes.Early
        | DialogCallbackTypes.ResponseForwarded
        | DialogCallbackTypes.ResponseWithin
        | DialogCallbackTypes.Destroy;

    private readonly Dictionary<string, ScriptedUserAgent> _agents = [];

    public CallFixture(
        Action<DialogOptions>? configure = null,
        DialogFlags flags = DialogFlags.None,
        SipRequestHandler? route = null,
        ulong seed = 1,
        Action<ParleyApplicationBuilder>? store = null
    )
    {
        Network = new SimulatedNetwork(seed);
        Recorder = new Recorder(Clock);
        Network.Attach(Recorder);
        ParleyApplicationBuilder builder = ParleyApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.Logging.Services.AddSingleton<ILoggerFactory>(Log);
        builder
            .UseTransport(Network.AddHost("10.0.0.1"))
            .UseTimeProvider(Clock)
            .UseRandom(SipRandom.FromSeed(seed))
            .UseLocator(new SimulatedServerLocator());
        // Without its flag a dialog ends silently here: with the option that adds it to every dialog, half of the state machine would not run.
        builder.AddDialogs(static options => options.ByeOnTimeout = false);
        builder.AddDialogs(configure ?? (static _ => { }));
        store?.Invoke(builder);
        Proxy = builder.Build();
        Flags = flags;
        Proxy.OnRequest(route ?? Route);
        Dialogs = Proxy.Services.GetRequiredService<IDialogApi>();
        Dialogs.Register(
            null,
            DialogCallbackTypes.Created,
            (dialog, type, parameters) =>
            {
                All.Add(dialog);
                Note(dialog, type, parameters);
                dialog.On(PerDialog, Note);
            }
        );
        Proxy.StartAsync().GetAwaiter().GetResult();
        Alice = Add("alice", "10.0.1.1");
        Alice.OutboundProxy = "sip:10.0.0.1;lr";
        Bob = Add("bob", "10.0.2.1");
        Carol = Add("carol", "10.0.2.2");
        Dave = Add("dave", "10.0.2.3");
    }

    public SimulatedNetwork Network { get; }

    public SimulatedClock Clock => Network.Clock;

    public Recorder Recorder { get; }

    public ParleyApplication Proxy { get; }

    public IDialogApi Dialogs { get; }

    public DialogFlags Flags { get; }

    public ScriptedUserAgent Alice { get; }

    public ScriptedUserAgent Bob { get; }

    public ScriptedUserAgent Carol { get; }

    public ScriptedUserAgent Dave { get; }

    /// <summary>The dialogs created, in order.</summary>
    public List<Dialog> All { get; } = [];

    public Dialog Dialog => All[0];

    /// <summary>"Early 180 &lt;", "Terminated BYE &gt;", in order; no direction: no arrow.</summary>
    public List<string> Events { get; } = [];

    public LineLog Log { get; } = new();

    public string Story => string.Join(", ", Events);

    /// <summary>What else shall happen at a callback.</summary>
    public DialogCallback? OnCallback { get; set; }

    public ScriptedUserAgent Add(string user, string address)
    {
        var agent = new ScriptedUserAgent(Network.AddHost(address), user);
        _agents[user] = agent;
        return agent;
    }

    public ScriptedCall Call(string to = "bob") => Alice.Invite($"sip:{to}@10.0.0.1");

    public void Run(double seconds) => Clock.RunFor(TimeSpan.FromSeconds(seconds));

    /// <summary>"bob-carol" as the user of the request-URI forks to both.</summary>
    public async ValueTask Route(SipContext context)
    {
        if (context.IsInDialog)
        {
            await context.RelayInDialogAsync();
            return;
        }

        if (context.Method != SipMethod.Invite)
        {
            context.Reply(405);
            return;
        }

        context.CreateDialog(Flags);
        context.RecordRoute();
        await Forward(context);
    }

    public ValueTask<bool> Forward(SipContext context)
    {
        if (!SipUriView.TryParse(context.RequestUriText, out SipUriView uri))
            return ValueTask.FromResult(false);
        foreach (string user in uri.UserText.Split('-'))
            context.AddTarget(SipUri.Parse(_agents[user].Contact));
        return context.RelayAsync();
    }

    public void Dispose() => Proxy.Dispose();

    private void Note(Dialog dialog, DialogCallbackTypes type, DialogCallbackParameters parameters)
    {
        var text = new StringBuilder(type.ToString());
        if (parameters.Message is { } message)
            text.Append(' ')
                .Append(message.IsRequest ? Encoding.ASCII.GetString(message.MethodText) : message.StatusCode.ToString(provider: null));
        text.Append(
            parameters.Direction switch
            {
                DialogDirection.Downstream => " >",
                DialogDirection.Upstream => " <",
                _ => "",
            }
        );
        Events.Add(text.ToString());
        OnCallback?.Invoke(dialog, type, parameters);
    }
}
