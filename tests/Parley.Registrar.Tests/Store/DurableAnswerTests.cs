using Microsoft.Extensions.DependencyInjection;
using Parley.Proxy;
using Parley.Proxy.Tests;
using Xunit;

namespace Parley.Registrar.Tests;

/// <summary>Answers to REGISTER that wait for the store.</summary>
public sealed class DurableAnswerTests
{
    private static readonly AddressOfRecord Bob = AddressOfRecord.Parse("bob@example.com");

    private static async ValueTask Route(SipContext context) =>
        await context.Services.GetRequiredService<SipRegistrar>().HandleAsync(context);

    private static Scene Create(ScriptedStore store, Action<LocationStoreOptions>? configure = null) =>
        new(
            Route,
            builder =>
                builder
                    .Services.AddRegistrar()
                    .AddLocationStore(
                        store,
                        options =>
                        {
                            options.Durability = LocationDurability.Before;
                            options.CommitInterval = TimeSpan.Zero;
                            configure?.Invoke(options);
                        }
                    )
        );

    private static void Send(Scene scene, Peer phone, int cseq, string contact = "Contact: <sip:bob@10.0.0.2>;expires=600\r\n")
    {
        phone.SendText(
            $"REGISTER sip:example.com SIP/2.0\r\nVia: SIP/2.0/UDP {phone.Address};rport;branch=z9hG4bKreg{cseq}\r\nMax-Forwards: 70\r\n"
                + $"From: <sip:bob@example.com>;tag=r\r\nTo: <sip:bob@example.com>\r\nCall-ID: reg\r\nCSeq: {cseq} REGISTER\r\n{contact}Content-Length: 0\r\n\r\n"
        );
        scene.Run(100);
    }

    /// <summary>Until every request has been answered; the answers then arrive.</summary>
    private static async Task AnsweredAsync(Scene scene)
    {
        await LocationWriterTests.UntilAsync(() => scene.App.PendingRequests == 0);
        scene.Run(100);
    }

    private static LocationTable Table(Scene scene) => scene.App.Services.GetRequiredService<LocationTable>();

    private static LocationStoreStatistics Statistics(Scene scene) =>
        scene.App.Services.GetRequiredService<LocationPersistence>().Statistics;

    [Fact]
    public async Task The_200_leaves_when_the_row_is_durable()
    {
        var store = new ScriptedStore { Gate = new TaskCompletionSource() };
        using Scene scene = Create(store);
        Peer phone = scene.Peer("10.0.0.2");
        Send(scene, phone, 1);
        scene.Run(1_000);
        Assert.Empty(phone.Statuses);
        Assert.Empty(store.Memory.Rows);
        store.Gate.SetResult();
        await AnsweredAsync(scene);
        Assert.Equal([200], phone.Statuses);
        Assert.Single(store.Memory.Rows);
        Assert.Equal(1, Statistics(scene).Held);
        Assert.Contains("<sip:bob@10.0.0.2>;expires=600", Peer.Text(phone.Responses[^1].Bytes), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_query_waits_for_nothing()
    {
        var store = new ScriptedStore { Gate = new TaskCompletionSource() };
        using Scene scene = Create(store);
        Peer phone = scene.Peer("10.0.0.2");
        Send(scene, phone, 1, contact: "");
        Assert.Equal([200], phone.Statuses);
        await AnsweredAsync(scene);
    }

    [Fact]
    public async Task Degrade_answers_from_memory_and_at_once_while_the_store_is_away()
    {
        var store = new ScriptedStore { Gate = new TaskCompletionSource() };
        using Scene scene = Create(store, static options => options.MaxHold = TimeSpan.FromSeconds(1));
        Peer phone = scene.Peer("10.0.0.2");
        Send(scene, phone, 1);
        scene.Run(800);
        Assert.Empty(phone.Statuses);
        scene.Run(200);
        await AnsweredAsync(scene);
        Assert.Equal([200], phone.Statuses);
        Send(scene, phone, 2); // the store still stalls: no second wait
        await AnsweredAsync(scene);
        Assert.Equal([200, 200], phone.Statuses);
        Assert.Equal((0L, 2L, 0L), (Statistics(scene).Held, Statistics(scene).Degraded, Statistics(scene).Refused));
        store.Gate.SetResult();
        await LocationWriterTests.UntilAsync(() => store.Memory.Rows is [{ CSeq: 2 }]);
    }

    [Fact]
    public async Task Refuse_answers_503_and_changes_nothing()
    {
        var store = new ScriptedStore();
        using Scene scene = Create(
            store,
            static options =>
            {
                options.MaxHold = TimeSpan.FromSeconds(1);
                options.WhenUnavailable = LocationStoreFailurePolicy.Refuse;
                options.RetryAfter = TimeSpan.FromSeconds(17);
            }
        );
        Peer phone = scene.Peer("10.0.0.2");
        Send(scene, phone, 1);
        await AnsweredAsync(scene);
        Binding first = Assert.Single(Table(scene).BindingsOf(Bob));

        var gate = new TaskCompletionSource();
        store.Gate = gate;
        Send(scene, phone, 2, "Contact: <sip:bob@10.0.0.2>;q=0.1, <sip:bob@10.0.0.3>\r\n");
        scene.Run(1_000);
        await AnsweredAsync(scene);
        Assert.Equal([200, 503], phone.Statuses);
        Assert.Contains("Retry-After: 17\r\n", Peer.Text(phone.Responses[^1].Bytes), StringComparison.Ordinal);
        Assert.Same(first, Assert.Single(Table(scene).BindingsOf(Bob))); // as before, CSeq too

        Send(scene, phone, 3, "Contact: *\r\nExpires: 0\r\n"); // refused before it changes anything
        await AnsweredAsync(scene);
        Assert.Equal([200, 503, 503], phone.Statuses);
        Assert.Same(first, Assert.Single(Table(scene).BindingsOf(Bob)));
        Assert.Equal(2, Statistics(scene).Refused);

        store.Gate = null;
        gate.SetResult();
        await LocationWriterTests.UntilAsync(() => Statistics(scene).QueueDepth == 0);
        Assert.Equal(1u, Assert.Single(store.Memory.Rows).CSeq);
        Send(scene, phone, 4, "Contact: *\r\nExpires: 0\r\n");
        await AnsweredAsync(scene);
        Assert.Equal(200, phone.Statuses.Last());
        Assert.Empty(store.Memory.Rows);
    }

    [Fact]
    public async Task What_is_refused_is_taken_back_when_it_was_a_removal_too()
    {
        var store = new ScriptedStore();
        using Scene scene = Create(store, static options => options.WhenUnavailable = LocationStoreFailurePolicy.Refuse);
        Peer phone = scene.Peer("10.0.0.2");
        Send(scene, phone, 1);
        await AnsweredAsync(scene);
        store.Failure = new IOException("away");
        Send(scene, phone, 2, "Contact: *\r\nExpires: 0\r\n");
        scene.Run(2_000);
        await AnsweredAsync(scene);
        Assert.Equal([200, 503], phone.Statuses);
        Assert.Single(Table(scene).BindingsOf(Bob));
        Assert.Equal((1, 1), (Table(scene).BindingCount, Table(scene).AddressCount));
        store.Failure = null;
        scene.Run(10_000);
        await LocationWriterTests.UntilAsync(() => Statistics(scene).QueueDepth == 0);
        Assert.Single(store.Memory.Rows);
    }

    [Fact]
    public async Task The_application_loads_at_its_start_and_writes_the_rest_at_its_stop()
    {
        var store = new ScriptedStore();
        using (Scene first = Create(store, static options => options.Mode = LocationStoreMode.Delayed))
        {
            Peer phone = first.Peer("10.0.0.2");
            Send(first, phone, 1); // delayed: waits for nothing
            Assert.Equal([200], phone.Statuses);
            Assert.Empty(store.Memory.Rows);
            await first.App.StopAsync();
            Assert.Single(store.Memory.Rows);
        }
        using Scene second = Create(store);
        Assert.Single(Table(second).BindingsOf(Bob));
    }

    [Fact]
    public void A_second_store_and_a_wrong_option_are_named()
    {
        var services = new ServiceCollection();
        services.AddLocationStore(new MemoryLocationStore());
        Assert.Throws<ArgumentException>("store", () => services.AddLocationStore(new MemoryLocationStore()));
        Assert.Contains(
            "CommitRows",
            Assert
                .Throws<ArgumentException>(() =>
                    new ServiceCollection().AddLocationStore(
                        static _ => new MemoryLocationStore(),
                        static options => options.CommitRows = 0
                    )
                )
                .Message,
            StringComparison.Ordinal
        );
    }
}
