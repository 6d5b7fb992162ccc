using Parley.Proxy;
using Parley.Sip;
using Parley.Transport;
using Xunit;

namespace Parley.Registrar.Tests;

/// <summary>Contacts after a restart.</summary>
public sealed class ContactsBackTests
{
    private static readonly AddressOfRecord Alice = AddressOfRecord.Parse("alice@example.com");
    private const string Nat = "Contact: <sip:alice@10.1.1.1:5062;ob>";

    [Fact]
    public async Task Everything_that_a_REGISTER_says_is_back_and_the_time_away_counts()
    {
        using var before = new StoredRegistrar();
        Assert.Equal(
            200,
            before
                .Registrar.Register(
                    $"{Nat};q=0.4;expires=600;+sip.instance=\"<urn:uuid:1>\";reg-id=2\r\nUser-Agent: Phone 1.2\r\n",
                    callId: "reg-7",
                    cseq: 41
                )
                .Status
        );
        before.Registrar.Clock.RunFor(TimeSpan.FromSeconds(100));
        Assert.True(await before.Persistence.FlushAsync());
        Binding old = Assert.Single(before.Registrar.Table.BindingsOf(Alice));

        using StoredRegistrar after = await before.RestartAsync(TimeSpan.FromSeconds(50));
        Binding binding = Assert.Single(after.Registrar.Table.BindingsOf(Alice));
        Assert.Equal(
            (old.ContactId, old.Contact, old.Q, old.CallId, old.CSeq, old.InstanceId, old.RegId, old.UserAgent, old.FlowUse),
            (
                binding.ContactId,
                binding.Contact,
                binding.Q,
                binding.CallId,
                binding.CSeq,
                binding.InstanceId,
                binding.RegId,
                binding.UserAgent,
                binding.FlowUse
            )
        );
        Assert.Equal(TimeSpan.FromSeconds(450), after.Registrar.Table.RemainingOf(binding));
        BranchTarget target = Assert.Single(after.Registrar.Table.Lookup(Alice));
        Assert.Equal(after.Registrar.Transport.From(0), target.Flow); // NAT: over the flow, from the listener that it registered at
        Assert.Equal(500, after.Registrar.Register($"{Nat}\r\n", callId: "reg-7", cseq: 41).Status); // of before
        Assert.Equal(200, after.Registrar.Register($"{Nat}\r\n", callId: "reg-7", cseq: 42).Status);
    }

    [Fact]
    public async Task Path_and_order_are_back()
    {
        using var before = new StoredRegistrar();
        before.Registrar.Register(
            "Contact: <sip:a@192.0.2.10>;q=0.2\r\nPath: <sip:edge1.example.com;lr>, \"Zwei, oder\" <sip:edge2.example.com;lr>\r\nSupported: path\r\n",
            callId: "1"
        );
        before.Registrar.Clock.RunFor(TimeSpan.FromSeconds(1));
        before.Registrar.Register("Contact: <sip:b@192.0.2.11>\r\n", callId: "2");
        before.Registrar.Clock.RunFor(TimeSpan.FromSeconds(1));
        before.Registrar.Register("Contact: <sip:c@192.0.2.12>\r\n", callId: "3");
        await before.Persistence.FlushAsync();
        Assert.Equal("sip:b@192.0.2.11 sip:c@192.0.2.12 sip:a@192.0.2.10", before.Registrar.Contacts());

        using StoredRegistrar after = await before.RestartAsync(TimeSpan.Zero);
        Assert.Equal("sip:b@192.0.2.11 sip:c@192.0.2.12 sip:a@192.0.2.10", after.Registrar.Contacts());
        IReadOnlyList<byte[]> path = after.Registrar.Table.Lookup(Alice)[2].Path;
        Assert.Equal(
            ["<sip:edge1.example.com;lr>", "\"Zwei, oder\" <sip:edge2.example.com;lr>"],
            path.Select(static hop => System.Text.Encoding.ASCII.GetString(hop))
        );
    }

    [Fact]
    public async Task What_ran_out_meanwhile_is_dropped_and_its_row_removed()
    {
        using var before = new StoredRegistrar();
        before.Registrar.Register("Contact: <sip:a@192.0.2.10>;expires=60, <sip:b@192.0.2.11>;expires=600\r\n");
        before.Registrar.Table.Bind(AddressOfRecord.Parse("trunk@example.com"), SipUri.Parse("sip:192.0.2.30"));
        await before.Persistence.FlushAsync();
        Assert.Equal(3, before.Rows.Count);

        using var after = new StoredRegistrar(before.Store, away: TimeSpan.FromSeconds(60));
        LocationLoadResult result = await after.Persistence.LoadAsync();
        Assert.Equal(new LocationLoadResult(Loaded: 2, WithoutFlow: 0, Expired: 1, PassedOver: 0), result);
        Assert.Equal("sip:b@192.0.2.11", after.Registrar.Contacts());
        Assert.Null(
            after.Registrar.Table.StoredFormOf(after.Registrar.Table.BindingsOf(AddressOfRecord.Parse("trunk@example.com"))[0]).Lifetime
        );
        Assert.True(await after.Persistence.FlushAsync());
        Assert.Equal(2, after.Rows.Count);
        after.Registrar.Clock.RunFor(TimeSpan.FromSeconds(541));
        Assert.Equal("", after.Registrar.Contacts());
    }

    [Fact]
    public async Task A_load_raises_no_event_and_writes_nothing_back()
    {
        using var before = new StoredRegistrar();
        before.Registrar.Register($"{Nat}\r\n");
        await before.Persistence.FlushAsync();
        using StoredRegistrar after = await before.RestartAsync(TimeSpan.FromSeconds(1));
        Assert.Empty(after.Registrar.Changes);
        Assert.Equal(0, after.Persistence.Statistics.QueueDepth);
        Assert.False(await after.Persistence.FlushAsync());
        Assert.Equal((1, 1), (after.Registrar.Table.BindingCount, after.Registrar.Table.AddressCount));
        Assert.Equal(before.Registrar.Table.MemoryInUse, after.Registrar.Table.MemoryInUse);
    }

    [Theory]
    [InlineData(1, "SIP/2.0/TCP 10.1.1.1:5060;branch=z9hG4bKr")]
    [InlineData(2, "SIP/2.0/TLS 10.1.1.1:5061;branch=z9hG4bKr")]
    [InlineData(4, "SIP/2.0/WS df7jal23ls0d.invalid;branch=z9hG4bKr")]
    [InlineData(5, "SIP/2.0/WSS df7jal23ls0d.invalid;branch=z9hG4bKr")]
    public async Task A_phone_whose_only_way_was_its_connection_is_not_called_until_it_registers_again(int listener, string via)
    {
        using var before = new StoredRegistrar();
        SipFlow source = before.Registrar.Transport.From(listener, port: 49_152, connection: 12);
        Assert.Equal(200, before.Registrar.Register($"{Nat}\r\n", callId: "c", cseq: 1, source: source, via: via).Status);
        Assert.Equal(FlowUse.Only, Assert.Single(before.Registrar.Table.BindingsOf(Alice)).FlowUse);
        await before.Persistence.FlushAsync();

        using var once = await before.RestartAsync(TimeSpan.FromSeconds(1));
        await once.Persistence.SaveAllAsync(); // a stop in shutdown mode: rows of contacts that had no flow
        using var after = new StoredRegistrar(before.Store, away: TimeSpan.FromSeconds(2)); // and a second restart
        Assert.Equal(new LocationLoadResult(1, WithoutFlow: 1, 0, 0), await after.Persistence.LoadAsync());
        Binding binding = Assert.Single(after.Registrar.Table.BindingsOf(Alice));
        Assert.True(binding.IsWithoutFlow);
        Assert.Equal(source.Remote, binding.Flow!.Value.Remote); // still shown
        Assert.Empty(after.Registrar.Table.Lookup(Alice));
        Assert.True(after.Registrar.Table.StoredFormOf(binding).HasLostFlow);

        source = after.Registrar.Transport.From(listener, port: 49_160, connection: 3);
        Assert.Equal(200, after.Registrar.Register($"{Nat}\r\n", callId: "c", cseq: 2, source: source, via: via).Status);
        Assert.Equal(source, Assert.Single(after.Registrar.Table.Lookup(Alice)).Flow);
        Assert.Equal(binding.ContactId, Assert.Single(after.Registrar.Table.BindingsOf(Alice)).ContactId);
    }

    [Fact]
    public async Task A_phone_that_can_be_reached_by_its_URI_is_called_by_a_new_connection()
    {
        using var before = new StoredRegistrar();
        SipFlow source = before.Registrar.Transport.From(1, port: 49_152, connection: 12);
        before.Registrar.Register(
            "Contact: <sip:alice@198.51.100.7:5060;transport=tcp>\r\n",
            source: source,
            via: "SIP/2.0/TCP 198.51.100.7:5060;branch=z9hG4bKr"
        );
        await before.Persistence.FlushAsync();
        using StoredRegistrar after = await before.RestartAsync(TimeSpan.FromSeconds(1));
        BranchTarget target = Assert.Single(after.Registrar.Table.Lookup(Alice));
        Assert.True(target.ReopensFlow); // the URI says where to
        Assert.NotEqual(0, target.Flow!.Value.ConnectionId); // 0 would be a new connection to the port that the phone had
        Assert.NotEqual(12, target.Flow!.Value.ConnectionId); // another peer may have that number now
    }

    [Fact]
    public async Task The_flow_of_a_listener_that_is_no_more_is_lost()
    {
        using var before = new StoredRegistrar();
        before.Registrar.Register($"{Nat}\r\n");
        before.Registrar.Register(
            "Contact: <sip:bob@198.51.100.7>\r\n",
            to: "sip:bob@example.com",
            via: "SIP/2.0/UDP 198.51.100.7:5060;branch=z9hG4bKr"
        );
        await before.Persistence.FlushAsync();
        var moved = new Parley.Proxy.Tests.RecordRoute.RoutingTransport([
            Parley.Proxy.Tests.RecordRoute.RoutingTransport.Listener(0, SipProtocol.Udp, "192.0.2.77", 5060),
        ]);
        using var after = new StoredRegistrar(before.Store, away: TimeSpan.FromSeconds(1), transport: moved);
        Assert.Equal(new LocationLoadResult(2, WithoutFlow: 1, 0, 0), await after.Persistence.LoadAsync());
        Assert.Empty(after.Registrar.Table.Lookup(Alice));
        Assert.Equal("sip:bob@198.51.100.7", after.Registrar.Contacts("sip:bob@example.com")); // the URI leads there by itself
    }

    [Theory]
    [InlineData("alice@example.com", "alice@example.com")]
    [InlineData("alice@EXAMPLE.com", "alice@example.com")]
    [InlineData("al ice%@example.com", "al ice%@example.com")]
    [InlineData("al@ice@example.com", "al@ice@example.com")]
    [InlineData("alice", "alice@default.example.com")]
    [InlineData("@example.com", "example.com")]
    [InlineData("alice@[2001:db8::1]", "alice@[2001:db8::1]")]
    public async Task An_address_is_read_as_the_table_has_it(string stored, string address)
    {
        using var after = new StoredRegistrar(options: new LocationStoreOptions { DefaultDomain = "default.example.com" });
        await WriteAsync(after, Row(stored, "sip:a@192.0.2.10"));
        Assert.Equal(1, (await after.Persistence.LoadAsync()).Loaded);
        Assert.Equal(address, Assert.Single(after.Registrar.Table.Addresses).ToString());
        Assert.Equal(address, System.Text.Encoding.UTF8.GetString((await SavedAsync(after)).Address.Span).TrimStart('@'));
    }

    [Theory]
    [InlineData("", "sip:a@192.0.2.10")]
    [InlineData("alice", "sip:a@192.0.2.10")] // no default domain
    [InlineData("alice@exa mple.com", "sip:a@192.0.2.10")]
    [InlineData("alice@example.com", "no uri")]
    [InlineData("alice@example.com", "sip:a@0.0.0.0")]
    [InlineData("alice@example.com", "sip:a@192.0.2.10", "no name-addr")]
    public async Task A_row_that_is_no_contact_here_is_passed_over_and_stays(string address, string contact, string? path = null)
    {
        using var after = new StoredRegistrar();
        await WriteAsync(after, Row(address, contact) with { Path = path is null ? [] : [System.Text.Encoding.ASCII.GetBytes(path)] });
        Assert.Equal(new LocationLoadResult(0, 0, 0, PassedOver: 1), await after.Persistence.LoadAsync());
        await after.Persistence.FlushAsync();
        Assert.Single(after.Rows);
        Assert.Equal((0, 0), (after.Registrar.Table.BindingCount, after.Registrar.Table.ExpiriesQueued));
    }

    [Fact]
    public async Task Of_two_rows_of_one_contact_the_newer_stays()
    {
        using var after = new StoredRegistrar();
        DateTimeOffset now = after.Registrar.Clock.GetUtcNow();
        await WriteAsync(
            after,
            Row("alice@example.com", "sip:a@192.0.2.10", 1) with
            {
                LastModified = now.AddSeconds(-20),
                CallId = "old",
            },
            Row("alice@example.com", "sip:a@192.0.2.10:5060", 2) with
            {
                LastModified = now.AddSeconds(-90),
                CallId = "older",
            },
            Row("alice@example.com", "sip:A@192.0.2.10", 3) with
            {
                CallId = "another",
            },
            Row("alice@example.com", "sip:a@192.0.2.10", 4) with
            {
                LastModified = now.AddSeconds(-10),
                CallId = "new",
            }
        );
        await after.Persistence.LoadAsync();
        Assert.Equal(["another", "new", "older"], after.Registrar.Table.BindingsOf(Alice).Select(static b => b.CallId).Order());
        await after.Persistence.FlushAsync();
        Assert.Equal([2L, 3, 4], after.Rows.Select(static row => row.ContactId));
    }

    [Fact]
    public async Task A_contact_that_has_registered_since_is_not_put_back_by_a_load()
    {
        using var one = new StoredRegistrar();
        one.Registrar.Register("Contact: <sip:a@192.0.2.10>;q=0.1\r\n", callId: "r", cseq: 1);
        await one.Persistence.FlushAsync();
        one.Registrar.Clock.RunFor(TimeSpan.FromSeconds(5));
        one.Registrar.Register("Contact: <sip:a@192.0.2.10>;q=0.9\r\n", callId: "r", cseq: 2);
        Assert.Equal(1, (await one.Persistence.LoadAsync()).PassedOver);
        Assert.Equal(900, Assert.Single(one.Registrar.Table.BindingsOf(Alice)).Q);
        await one.Persistence.FlushAsync();
        Assert.Equal(900, Assert.Single(one.Rows).Q);
    }

    [Fact]
    public async Task The_limits_of_the_table_hold_and_the_limit_of_an_address_does_not()
    {
        using var after = new StoredRegistrar(registrar: new RegistrarOptions { MaxContacts = 1, MaxBindings = 2 });
        await WriteAsync(
            after,
            Row("alice@example.com", "sip:a@192.0.2.10", 1),
            Row("alice@example.com", "sip:a@192.0.2.11", 2),
            Row("alice@example.com", "sip:a@192.0.2.12", 3)
        );
        Assert.Equal(new LocationLoadResult(2, 0, 0, PassedOver: 1), await after.Persistence.LoadAsync());
        await after.Persistence.FlushAsync();
        Assert.Equal(3, after.Rows.Count); // there may be room at the next start
    }

    [Fact]
    public async Task A_clock_that_was_set_back_makes_nothing_newer_than_now()
    {
        using var after = new StoredRegistrar();
        await WriteAsync(
            after,
            Row("alice@example.com", "sip:a@192.0.2.10") with
            {
                LastModified = after.Registrar.Clock.GetUtcNow().AddHours(5),
            }
        );
        await after.Persistence.LoadAsync();
        after.Registrar.Clock.RunFor(TimeSpan.FromSeconds(1));
        after.Registrar.Register("Contact: <sip:a@192.0.2.10>;q=0.5\r\n");
        Assert.Equal(500, Assert.Single(after.Registrar.Table.BindingsOf(Alice)).Q);
    }

    [Fact]
    public void Ids_have_the_form_of_the_reference()
    {
        using var fixture = new RegistrarFixture();
        fixture.Register("Contact: <sip:a@192.0.2.10>, <sip:b@192.0.2.11>\r\n");
        long[] ids = [.. fixture.Table.BindingsOf(Alice).Select(static b => b.ContactId)];
        Assert.All(ids, id => Assert.Equal((ushort)ContactIds.HashOf(Alice.Bytes), (ushort)(id >> 46)));
        Assert.Equal(ids[0] >> 14, ids[1] >> 14); // one label of the address
        Assert.NotEqual(ids[0] & 0x3FFF, ids[1] & 0x3FFF);
        Assert.True(ids[0] > 0 && ids[0] < 1L << 62);
    }

    [Theory]
    [InlineData("a84b4c76e66710@pc33.atlanta.com", 1134u)]
    [InlineData("1", 55u)]
    [InlineData("abcd", 1048u)]
    [InlineData("3848276298220188511@atlanta.example.com", 1053u)]
    public void The_hash_is_that_of_the_reference(string text, uint entry) =>
        Assert.Equal(entry, ContactIds.HashOf(System.Text.Encoding.ASCII.GetBytes(text)) & 4095);

    private static LocationRecord Row(string address, string contact, long id = 7) =>
        new()
        {
            ContactId = id,
            Address = System.Text.Encoding.UTF8.GetBytes(address),
            Contact = System.Text.Encoding.UTF8.GetBytes(contact),
            Expires = Parley.Testing.SimulatedClock.DefaultStart.AddHours(1),
            LastModified = Parley.Testing.SimulatedClock.DefaultStart,
            CallId = "stored",
            CSeq = 1,
        };

    private static ValueTask WriteAsync(StoredRegistrar registrar, params LocationRecord[] rows) =>
        registrar.Store.Memory.WriteAsync(new LocationStoreBatch { Saves = rows }, CancellationToken.None);

    private static async Task<LocationRecord> SavedAsync(StoredRegistrar registrar)
    {
        await registrar.Persistence.SaveAllAsync();
        return Assert.Single(registrar.Rows);
    }
}
