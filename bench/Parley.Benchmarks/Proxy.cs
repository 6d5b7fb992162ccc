using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Parley.Dialogs;
using Parley.Hosting;
using Parley.Proxy;
using Parley.Sip;
using Parley.Testing;
using Parley.Transport;

namespace Parley.Benchmarks;

/// <summary>A whole proxy on a simulated clock, its application as in bench/load job b.</summary>
internal sealed class Proxy : IDisposable
{
    private static readonly SipUri CalleeUri = SipUri.Parse("sip:bob@10.0.2.1");
    private readonly SipFlow _alice;
    private readonly SipFlow _bob;
    private readonly ParleyApplication _application;

    public Proxy()
    {
        _alice = Wire.From("10.0.1.1"u8);
        _bob = Wire.From("10.0.2.1"u8);
        ParleyApplicationBuilder builder = ParleyApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.UseTransport(Wire).UseTimeProvider(Clock).UseRandom(SipRandom.FromSeed(1)).UseLocator(new SimulatedServerLocator());
        builder.AddDialogs(static options => options.ProfilesWithValue.Add("caller"));
        _application = builder.Build();
        _application.OnRequest(Route);
        _application.StartAsync().GetAwaiter().GetResult();
        Dialogs = _application.Services.GetRequiredService<IDialogApi>();
    }

    public LoopbackTransport Wire { get; } = new();

    public SipFlow Alice => _alice;

    public SimulatedClock Clock { get; } = new();

    public IDialogApi Dialogs { get; }

    /// <summary>A call that stands; gives the answer that its caller got.</summary>
    public byte[] Call(int number)
    {
        Wire.Receive(Messages.Invite(number), _alice);
        byte[] answer = Messages.Answer(Wire.LastSent);
        Wire.Receive(answer, _bob);
        Wire.Receive(Messages.Within("ACK", 1, $"a{number}", answer), _alice);
        return answer;
    }

    public void Dispose() => _application.Dispose();

    private static ValueTask Route(SipContext context)
    {
        if (context.IsInDialog)
        {
            context.LooseRoute();
        }
        else
        {
            context.CreateDialog();
            context.Dialog!.Profiles.Set("caller", context.Request.From.Uri.User);
            context.RecordRoute();
            context.AddTarget(CalleeUri);
        }

        ValueTask<bool> relayed = context.RelayAsync();
        return relayed.IsCompletedSuccessfully ? ValueTask.CompletedTask : throw new InvalidOperationException("Not relayed at once.");
    }
}
