using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Parley.Hosting;
using Parley.Proxy;
using Parley.Sip;
using Parley.Testing;

namespace Parley.Dialogs.Tests.FailureCatalogue;

/// <summary>A further proxy on the network of a fixture: another node, or the fixture's own proxy in its next life.</summary>
internal sealed class Node : IDisposable
{
    private const DialogCallbackTypes PerDialog =
        DialogCallbackTypes.Failed
        | DialogCallbackTypes.Confirmed
        | DialogCallbackTypes.RequestWithin
        | DialogCallbackTypes.Terminated
        | DialogCallbackTypes.Expired
        | DialogCallbackTypes.ResponseWithin
        | DialogCallbackTypes.Destroy;

    private readonly CallFixture _fixture;

    public Node(
        CallFixture fixture,
        SimulatedTransport host,
        Action<DialogOptions>? configure = null,
        SipRequestHandler? route = null,
        ulong seed = 1,
        Action<ParleyApplicationBuilder>? adapt = null
    )
    {
        _fixture = fixture;
        ParleyApplicationBuilder builder = ParleyApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder
            .UseTransport(host)
            .UseTimeProvider(fixture.Clock)
            .UseRandom(SipRandom.FromSeed(seed))
            .UseLocator(new SimulatedServerLocator());
        builder.AddDialogs(static options => options.ByeOnTimeout = false);
        builder.AddDialogs(configure ?? (static _ => { }));
        adapt?.Invoke(builder);
        Proxy = builder.Build();
        Proxy.OnRequest(route ?? fixture.Route);
        Dialogs = Proxy.Services.GetRequiredService<IDialogApi>();
        Dialogs.Register(null, DialogCallbackTypes.Created, (dialog, _, _) => Watch(dialog));
        Dialogs.Register(null, DialogCallbackTypes.Loaded, (dialog, _, _) => Watch(dialog));
        Proxy.StartAsync().GetAwaiter().GetResult();
    }

    public ParleyApplication Proxy { get; }

    public IDialogApi Dialogs { get; }

    /// <summary>Created and loaded ones, in order.</summary>
    public List<Dialog> All { get; } = [];

    public List<string> Events { get; } = [];

    /// <summary>The fixture's proxy dies, with all it knew, and comes back on the same addresses.</summary>
    public static Node Restart(
        CallFixture fixture,
        Action<DialogOptions>? configure = null,
        SipRequestHandler? route = null,
        ulong seed = 2,
        Action<ParleyApplicationBuilder>? adapt = null
    )
    {
        fixture.Network.Hosts.FirstOrDefault(static h => h is { Name: "10.0.0.1", IsGone: false })?.Crash();
        return new Node(fixture, fixture.Network.AddHost("10.0.0.1"), configure, route, seed, adapt);
    }

    public DialogPersistence Keep(IDialogStore store) => new(Dialogs, store, Proxy.Transport.Listeners);

    public void Dispose() => Proxy.Dispose();

    private void Watch(Dialog dialog)
    {
        All.Add(dialog);
        dialog.On(
            PerDialog,
            (_, type, parameters) =>
            {
                string what =
                    parameters.Message is not { } message ? ""
                    : message.IsRequest ? $" {Encoding.ASCII.GetString(message.MethodText)}"
                    : $" {message.StatusCode}";
                Events.Add(
                    $"{type}{what}{parameters.Direction switch { DialogDirection.Downstream => " >", DialogDirection.Upstream => " <", _ => "" }}"
                );
            }
        );
    }
}
