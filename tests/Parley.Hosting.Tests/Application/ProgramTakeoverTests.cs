using Parley.Testing;
using Xunit;

namespace Parley.Hosting.Tests.Application;

public class ProgramTakeoverTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_program_is_tried_on_another_network(bool isAsync)
    {
        var network = new SimulatedNetwork();
        bool isOver = false;
        using ProgramTakeover takeover = ProgramTakeover.Run(
            () =>
            {
                try
                {
                    Program(isAsync);
                }
                finally
                {
                    Volatile.Write(ref isOver, true);
                }
            },
            builder => builder.UseTransport(network.AddHost("10.0.0.1")).UseTimeProvider(network.Clock).UseRandom(network.Random),
            Patience
        );
        await using ParleyApplication application = takeover.Application;
        await application.StartAsync(TestContext.Current.CancellationToken);
        var alice = new ScriptedUserAgent(network.AddHost("10.0.0.2"), "alice");
        SentRequest sent = alice.SendRequest("OPTIONS", "sip:10.0.0.1");
        network.Clock.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal(299, sent.Status);
        Assert.False(Volatile.Read(ref isOver));
        takeover.Dispose();
        for (int i = 0; i < 1_000 && !Volatile.Read(ref isOver); i++)
            await Task.Delay(10, TestContext.Current.CancellationToken);
        Assert.True(Volatile.Read(ref isOver));
    }

    [Fact]
    public void A_program_that_fails_or_starts_nothing_is_said_so()
    {
        var failed = Assert.Throws<InvalidOperationException>(() =>
            ProgramTakeover.Run(static () => throw new InvalidOperationException("no licence"), static _ => { }, Patience)
        );
        Assert.Contains("no licence", failed.Message, StringComparison.Ordinal);
        var ended = Assert.Throws<InvalidOperationException>(() => ProgramTakeover.Run(static () => { }, static _ => { }, Patience));
        Assert.Contains("it ended", ended.Message, StringComparison.Ordinal);
        using var end = new ManualResetEventSlim();
        var slow = Assert.Throws<InvalidOperationException>(() =>
            ProgramTakeover.Run(() => end.Wait(), static _ => { }, TimeSpan.FromMilliseconds(50))
        );
        end.Set();
        Assert.Contains("within", slow.Message, StringComparison.Ordinal);
    }

    private static void Program(bool isAsync)
    {
        ParleyApplicationBuilder builder = ParleyApplication.CreateBuilder();
        builder.Listen("udp:127.0.0.1:0");
        using ParleyApplication application = builder.Build();
        application.OnRequest(static context =>
        {
            context.Reply(299);
            return ValueTask.CompletedTask;
        });
        if (isAsync)
            application.RunAsync(CancellationToken.None).GetAwaiter().GetResult();
        else
            application.Run();
    }
}
