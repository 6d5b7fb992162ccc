using System.Globalization;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Parley.Hosting;
using Parley.Sip;
using Parley.Testing;
using Parley.Transport;
using Xunit;

namespace Parley.Dialogs.Tests.Legs;

/// <summary>Alone in the process while they run: they read the size of the heap, or count on what they gave back to the process's pool of messages being there.</summary>
[CollectionDefinition(nameof(MemoryTests), DisableParallelization = true)]
public sealed class MemoryTests;

[Collection(nameof(MemoryTests))]
public sealed class DialogMemoryTests : IAsyncDisposable
{
    private readonly LoopbackTransport _wire = new();
    private readonly SimulatedClock _clock = new();

    public ValueTask DisposeAsync() => _wire.DisposeAsync();

    [Fact]
    public async Task A_confirmed_dialog_with_a_profile_takes_at_most_1200_bytes()
    {
        ParleyApplicationBuilder builder = ParleyApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.UseTransport(_wire).UseTimeProvider(_clock).UseRandom(SipRandom.FromSeed(1)).UseLocator(new SimulatedServerLocator());
        builder.AddDialogs(static options => options.ProfilesWithValue.Add("caller"));
        using ParleyApplication app = builder.Build();
        app.OnRequest(static context =>
        {
            if (context.IsInDialog)
            {
                context.LooseRoute();
            }
            else
            {
                context.CreateDialog();
                context.Dialog!.Profiles.Set("caller", context.Request.From.Uri.UserText);
                context.RecordRoute();
                context.AddTarget(SipUri.Parse("sip:bob@10.0.2.1"));
            }

            ValueTask<bool> relayed = context.RelayAsync();
            return relayed.IsCompleted ? ValueTask.CompletedTask : throw new InvalidOperationException("Not at once.");
        });
        await app.StartAsync();
        var dialogs = app.Services.GetRequiredService<IDialogApi>();

        const int Calls = 4_000;
        MakeCalls(0, Calls);
        long before = Settle();
        MakeCalls(Calls, Calls);
        long after = Settle();

        Assert.Equal(2 * Calls, dialogs.Statistics.ActiveDialogs);
        Assert.Equal(2 * Calls, dialogs.FindProfile("caller")!.Size());
        long each = (after - before) / Calls;
        TestContext.Current.TestOutputHelper?.WriteLine($"{each} bytes per confirmed dialog");
        Assert.InRange(each, 300, 1200);
    }

    /// <summary>Every transaction back in its pool, then the heap's size.</summary>
    private long Settle()
    {
        _clock.RunFor(TimeSpan.FromSeconds(300));
        return GC.GetTotalMemory(forceFullCollection: true);
    }

    private void MakeCalls(int from, int count)
    {
        SipFlow alice = _wire.From("10.0.1.1"u8),
            bob = _wire.From("10.0.2.1"u8);
        for (int i = from; i < from + count; i++)
        {
            string call = string.Create(CultureInfo.InvariantCulture, $"{i}-38482762982201@atlanta.example.com");
            string from1 = $"<sip:user{i % 100}@atlanta.example.com>;tag=a{i}";
            Receive(
                $"INVITE sip:bob@10.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.1.1:5060;branch=z9hG4bKi{i}\r\nMax-Forwards: 70\r\nFrom: {from1}\r\nTo: <sip:bob@biloxi.example.com>\r\n"
                    + $"Call-ID: {call}\r\nCSeq: 1 INVITE\r\nContact: <sip:user{i % 100}@10.0.1.1:5060;transport=udp>\r\nContent-Length: 0\r\n\r\n",
                alice
            );
            string[] lines = Encoding.ASCII.GetString(_wire.LastSent).Split("\r\n");
            string route = lines.Single(l => l.StartsWith("Record-Route:", StringComparison.Ordinal));
            string vias = string.Concat(lines.Where(l => l.StartsWith("Via:", StringComparison.Ordinal)).Select(l => l + "\r\n"));
            Receive(
                $"SIP/2.0 200 OK\r\n{vias}{route}\r\nFrom: {from1}\r\nTo: <sip:bob@biloxi.example.com>;tag=b{i}\r\nCall-ID: {call}\r\nCSeq: 1 INVITE\r\nContact: <sip:bob@10.0.2.1:5060;transport=udp>\r\nContent-Length: 0\r\n\r\n",
                bob
            );
            Receive(
                $"ACK sip:bob@10.0.2.1:5060;transport=udp SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.1.1:5060;branch=z9hG4bKa{i}\r\nMax-Forwards: 70\r\nRoute: {route["Record-Route: ".Length..]}\r\nFrom: {from1}\r\n"
                    + $"To: <sip:bob@biloxi.example.com>;tag=b{i}\r\nCall-ID: {call}\r\nCSeq: 1 ACK\r\nContent-Length: 0\r\n\r\n",
                alice
            );
        }
    }

    private void Receive(string text, in SipFlow source) => _wire.Receive(Encoding.ASCII.GetBytes(text, _wire.Buffer), source);
}
