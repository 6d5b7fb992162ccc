using Parley.Proxy;
using Parley.Sip;
using Parley.Transport;
using Xunit;

namespace Parley.Registrar.Tests;

public sealed class StoredContactTests
{
    private static readonly AddressOfRecord Alice = AddressOfRecord.Parse("alice@example.com");
    private static readonly SipUri Phone = SipUri.Parse("sip:alice@10.1.1.1:5062;ob");

    [Fact]
    public void A_registered_contact_is_stored_and_bound_again_with_all_that_it_has()
    {
        using var before = new RegistrarFixture();
        Assert.Equal(
            200,
            before
                .Register(
                    "Contact: <sip:alice@10.1.1.1:5062;ob>;q=0.4;expires=600;+sip.instance=\"<urn:uuid:1>\";reg-id=2\r\nUser-Agent: Phone 1.2\r\n  beta\r\n",
                    callId: "reg-7",
                    cseq: 41
                )
                .Status
        );
        before.Clock.RunFor(TimeSpan.FromSeconds(100));
        Binding old = Assert.Single(before.Table.BindingsOf(Alice));
        Assert.Equal("Phone 1.2 beta", old.UserAgent);
        Assert.Equal(FlowUse.Only, old.FlowUse); // the Contact is private and the source is not: NAT
        StoredContact stored = before.Table.StoredFormOf(old);
        Assert.Equal(TimeSpan.FromSeconds(500), stored.Lifetime);

        using var after = new RegistrarFixture();
        Assert.True(after.Table.Bind(Alice, stored));
        Binding binding = Assert.Single(after.Table.BindingsOf(Alice));
        Assert.Equal(
            (old.Contact, old.Q, old.CallId, old.CSeq, old.InstanceId, old.RegId, old.UserAgent, old.FlowUse),
            (
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
        Assert.Equal(old.Flow!.Value.Remote, binding.Flow!.Value.Remote);
        BranchTarget target = Assert.Single(after.Table.Lookup(Alice));
        Assert.Equal((400, old.Flow.Value.Remote), (target.Q, target.Flow!.Value.Remote));
        after.Clock.RunFor(TimeSpan.FromSeconds(499));
        Assert.Single(after.Table.Lookup(Alice));
        after.Clock.RunFor(TimeSpan.FromSeconds(2));
        Assert.Empty(after.Table.Lookup(Alice));
    }

    [Fact]
    public void A_REGISTER_after_it_is_ordered_by_the_stored_Call_ID_and_CSeq()
    {
        using var fixture = new RegistrarFixture();
        Assert.True(
            fixture.Table.Bind(
                Alice,
                new StoredContact
                {
                    Contact = Phone,
                    CallId = "reg-7",
                    CSeq = 41,
                }
            )
        );
        Assert.Equal(500, fixture.Register($"Contact: <{Phone}>\r\n", callId: "reg-7", cseq: 41).Status);
        Assert.Equal(200, fixture.Register($"Contact: <{Phone}>\r\n", callId: "reg-7", cseq: 42).Status);
        Assert.Single(fixture.Table.BindingsOf(Alice));
    }

    [Fact]
    public void Its_Path_is_the_way_of_its_calls_and_it_is_for_ever_without_a_lifetime()
    {
        using var fixture = new RegistrarFixture();
        Assert.True(fixture.Table.Bind(Alice, new StoredContact { Contact = Phone, Path = ["<sip:edge.example.com;lr>"u8.ToArray()] }));
        fixture.Clock.RunFor(TimeSpan.FromDays(30));
        Assert.Equal("<sip:edge.example.com;lr>"u8, Assert.Single(Assert.Single(fixture.Table.Lookup(Alice)).Path));
        Assert.Null(fixture.Table.StoredFormOf(Assert.Single(fixture.Table.BindingsOf(Alice))).Lifetime);
    }

    [Fact]
    public void It_replaces_the_binding_of_the_same_contact_and_tells_of_it()
    {
        using var fixture = new RegistrarFixture();
        fixture.Table.Bind(Alice, new StoredContact { Contact = Phone, Q = 100 });
        fixture.Table.Bind(Alice, new StoredContact { Contact = Phone, Q = 900 });
        Assert.Equal(900, Assert.Single(fixture.Table.BindingsOf(Alice)).Q);
        Assert.Equal([$"Added {Alice} {Phone}", $"Refreshed {Alice} {Phone}"], fixture.Changes);
    }

    [Fact]
    public void A_limit_forbids_it()
    {
        using var fixture = new RegistrarFixture(new RegistrarOptions { MaxContacts = 1 });
        Assert.True(fixture.Table.Bind(Alice, Phone));
        Assert.False(fixture.Table.Bind(Alice, new StoredContact { Contact = SipUri.Parse("sip:b@10.1.1.2") }));
    }

    public static TheoryData<string, StoredContact> Wrong() =>
        new()
        {
            {
                "Contact is",
                new StoredContact { Contact = null! }
            },
            {
                "Q is",
                new StoredContact { Contact = Phone, Q = 1001 }
            },
            {
                "Q is",
                new StoredContact { Contact = Phone, Q = -1 }
            },
            {
                "Lifetime is",
                new StoredContact { Contact = Phone, Lifetime = TimeSpan.FromMilliseconds(999) }
            },
            {
                "CallId is",
                new StoredContact { Contact = Phone, CallId = null! }
            },
            {
                "Path is",
                new StoredContact { Contact = Phone, Path = null! }
            },
            {
                "Path holds",
                new StoredContact { Contact = Phone, Path = ["no uri"u8.ToArray()] }
            },
            {
                "Path holds",
                new StoredContact { Contact = Phone, Path = [null!] }
            },
            {
                "FlowUse needs",
                new StoredContact { Contact = Phone, FlowUse = FlowUse.Only }
            },
            {
                "FlowUse is",
                new StoredContact
                {
                    Contact = Phone,
                    FlowUse = (FlowUse)9,
                    Flow = Flow,
                }
            },
            {
                "Flow has",
                new StoredContact { Contact = Phone, Flow = default(SipFlow) }
            },
            {
                "RegId is",
                new StoredContact { Contact = Phone, RegId = -1 }
            },
        };

    private static SipFlow Flow
    {
        get
        {
            using var fixture = new RegistrarFixture();
            return fixture.Transport.From(0);
        }
    }

    [Theory]
    [MemberData(nameof(Wrong))]
    public void What_is_out_of_its_range_is_named(string message, StoredContact contact)
    {
        using var fixture = new RegistrarFixture();
        ArgumentException error = Assert.Throws<ArgumentException>(nameof(contact), () => fixture.Table.Bind(Alice, contact));
        Assert.StartsWith(message, error.Message, StringComparison.Ordinal);
        Assert.Equal(0, fixture.Table.BindingCount);
    }

    [Fact]
    public void A_long_User_Agent_is_cut_and_counted()
    {
        using var fixture = new RegistrarFixture();
        fixture.Register($"Contact: <{Phone}>\r\n");
        long without = fixture.Table.MemoryInUse;
        fixture.Register($"Contact: <{Phone}>\r\nUser-Agent: {new string('x', 4_000)}\r\n");
        Assert.Equal(255, Assert.Single(fixture.Table.BindingsOf(Alice)).UserAgent!.Length);
        Assert.InRange(fixture.Table.MemoryInUse - without, 500, 600);
    }
}
