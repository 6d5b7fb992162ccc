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

    private static ProxyFixture Create(ScriptedStore store, Action<LocationStoreOptions>? configure = null) =>
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

    private static void Send(ProxyFixture fixture, Peer phone, int cseq, string contact = "Contact: <sip:bob@10.0.0.2>;expires=600\r\n")
    {
        phone.SendText(
            $"REGISTER sip:example.com SIP/2.0\r\nVia: SIP/2.0/UDP {phone.Address};rport;branch=z9hG4bKreg{cseq}\r\nMax-Forwards: 70\r\n"
                + $"From: <sip:bob@example.com>;tag=r\r\nTo: <sip:bob@example.com>\r\nCall-ID: reg\r\nCSeq: {cseq} REGISTER\r\n{contact}Content-Length: 0\r\n\r\n"
        );
        fixture.Run(100);
    }

    /// <summary>Until every request has been answered; the answers then arrive.</summary>
    private static async Task AnsweredAsync(ProxyFixture fixture)
    {
        await LocationWriterTests.UntilAsync(() => fixture.App.PendingRequests == 0);
        fixture.Run(100);
    }

    private static LocationTable Table(ProxyFixture fixture) => fixture.App.Services.GetRequiredService<LocationTable>();

    private static LocationStoreStatistics Statistics(ProxyFixture fixture) =>
        fixture.App.Services.GetRequiredService<LocationPersistence>().Statistics;

    [Fact]
    public async Task The_200_leaves_when_the_row_is_durable()
    {
        var store = new ScriptedStore { Gate = new TaskCompletionSource() };
        using ProxyFixture fixture = Create(store);
        Peer phone = fixture.Peer("10.0.0.2");
        Send(fixture, phone, 1);
        fixture.Run(1_000);
        Assert.Empty(phone.Statuses);
        Assert.Empty(store.Memory.Rows);
        store.Gate.SetResult();
        await AnsweredAsync(fixture);
        Assert.Equal([200], phone.Statuses);
        Assert.Single(store.Memory.Rows);
        Assert.Equal(1, Statistics(fixture).Held);
        Assert.Contains("<sip:bob@10.0.0.2>;expires=600", Peer.Text(phone.Responses[^1].Bytes), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_query_waits_for_nothing()
    {
        var store = new ScriptedStore { Gate = new TaskCompletionSource() };
        using ProxyFixture fixture = Create(store);
        Peer phone = fixture.Peer("10.0.0.2");
        Send(fixture, phone, 1, contact: "");
        Assert.Equal([200], phone.Statuses);
        await AnsweredAsync(fixture);
    }

    [Fact]
    public async Task Degrade_answers_from_memory_and_at_once_while_the_store_is_away()
    {
        var store = new ScriptedStore { Gate = new TaskCompletionSource() };
        using ProxyFixture fixture = Create(store, static options => options.MaxHold = TimeSpan.FromSeconds(1));
        Peer phone = fixture.Peer("10.0.0.2");
        Send(fixture, phone, 1);
        fixture.Run(800);
        Assert.Empty(phone.Statuses);
        fixture.Run(200);
        await AnsweredAsync(fixture);
        Assert.Equal([200], phone.Statuses);
        Send(fixture, phone, 2); // the store still stalls: no second wait
        await AnsweredAsync(fixture);
        Assert.Equal([200, 200], phone.Statuses);
        Assert.Equal((0L, 2L, 0L), (Statistics(fixture).Held, Statistics(fixture).Degraded, Statistics(fixture).Refused));
        store.Gate.SetResult();
        await LocationWriterTests.UntilAsync(() => store.Memory.Rows is [{ CSeq: 2 }]);
    }

    [Fact]
    public async Task Refuse_answers_503_and_changes_nothing()
    {
        var store = new ScriptedStore();
        using ProxyFixture fixture = Create(
            store,
            static options =>
            {
                options.MaxHold = TimeSpan.FromSeconds(1);
                options.WhenUnavailable = LocationStoreFailurePolicy.Refuse;
                options.RetryAfter = TimeSpan.FromSeconds(17);
            }
        );
        Peer phone = fixture.Peer("10.0.0.2");
        Send(fixture, phone, 1);
        await AnsweredAsync(fixture);
        Binding first = Assert.Single(Table(fixture).BindingsOf(Bob));

        var gate = new TaskCompletionSource();
        store.Gate = gate;
        Send(fixture, phone, 2, "Contact: <sip:bob@10.0.0.2>;q=0.1, <sip:bob@10.0.0.3>\r\n");
        fixture.Run(1_000);
        await AnsweredAsync(fixture);
        Assert.Equal([200, 503], phone.Statuses);
        Assert.Contains("Retry-After: 17\r\n", Peer.Text(phone.Responses[^1].Bytes), StringComparison.Ordinal);
        Assert.Same(first, Assert.Single(Table(fixture).BindingsOf(Bob))); // as before, CSeq too

        Send(fixture, phone, 3, "Contact: *\r\nExpires: 0\r\n"); // refused before it changes anything
        await AnsweredAsync(fixture);
        Assert.Equal([200, 503, 503], phone.Statuses);
        Assert.Same(first, Assert.Single(Table(fixture).BindingsOf(Bob)));
        Assert.Equal(2, Statistics(fixture).Refused);

        store.Gate = null;
        gate.SetResult();
        await LocationWriterTests.UntilAsync(() => Statistics(fixture).QueueDepth == 0);
        Assert.Equal(1u, Assert.Single(store.Memory.Rows).CSeq);
        Send(fixture, phone, 4, "Contact: *\r\nExpires: 0\r\n");
        await AnsweredAsync(fixture);
        Assert.Equal(200, phone.Statuses.Last());
        Assert.Empty(store.Memory.Rows);
    }

    [Fact]
    public async Task What_is_refused_is_taken_back_when_it_was_a_removal_too()
    {
        var store = new ScriptedStore();
        using ProxyFixture fixture = Create(store, static options => options.WhenUnavailable = LocationStoreFailurePolicy.Refuse);
        Peer phone = fixture.Peer("10.0.0.2");
        Send(fixture, phone, 1);
        await AnsweredAsync(fixture);
        store.Failure = new IOException("away");
        Send(fixture, phone, 2, "Contact: *\r\nExpires: 0\r\n");
        fixture.Run(2_000);
        await AnsweredAsync(fixture);
        Assert.Equal([200, 503], phone.Statuses);
        Assert.Single(Table(fixture).BindingsOf(Bob));
        Assert.Equal((1, 1), (Table(fixture).BindingCount, Table(fixture).AddressCount));
        store.Failure = null;
        fixture.Run(10_000);
        await LocationWriterTests.UntilAsync(() => Statistics(fixture).QueueDepth == 0);
        Assert.Single(store.Memory.Rows);
    }

    [Fact]
    public async Task The_application_loads_at_its_start_and_writes_the_rest_at_its_stop()
    {
        var store = new ScriptedStore();
        using (ProxyFixture first = Create(store, static options => options.Mode = LocationStoreMode.Delayed))
        {
            Peer phone = first.Peer("10.0.0.2");
            Send(first, phone, 1); // delayed: waits for nothing
            Assert.Equal([200], phone.Statuses);
            Assert.Empty(store.Memory.Rows);
            await first.App.StopAsync();
            Assert.Single(store.Memory.Rows);
        }
        using ProxyFixture second = Create(store);
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
