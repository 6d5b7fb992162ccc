using CsCheck;
using Parley.Proxy;
using Parley.Sip;
using Parley.Testing;
using Xunit;

namespace Parley.Registrar.Tests;

public sealed class LocationTableTests
{
    private static readonly AddressOfRecord Alice = AddressOfRecord.Parse("alice@example.com");
    private static readonly SipUri Trunk = SipUri.Parse("sip:trunk@203.0.113.1");

    [Fact]
    public void Code_may_bind_for_ever_and_take_back()
    {
        using var fixture = new RegistrarFixture();
        Assert.True(fixture.Table.Bind(Alice, SipUri.Parse("sip:trunk@203.0.113.1"), q: 300));
        Assert.True(fixture.Table.Bind(Alice, SipUri.Parse("sip:brief@203.0.113.1"), TimeSpan.FromSeconds(5)));
        fixture.Clock.RunFor(TimeSpan.FromDays(3));
        Assert.Equal("sip:trunk@203.0.113.1", fixture.Contacts());
        Assert.Equal(["<sip:trunk@203.0.113.1>;q=0.300;expires=4294967295"], RegistrarFixture.ContactLines(fixture.Register("").Lines));
        Assert.True(fixture.Table.Unbind(Alice, SipUri.Parse("sip:trunk@203.0.113.1")));
        Assert.False(fixture.Table.Unbind(Alice, SipUri.Parse("sip:trunk@203.0.113.1")));
        Assert.False(fixture.Table.Clear(Alice));
        Assert.Equal(0, fixture.Table.BindingCount);
    }

    [Fact]
    public void Misuse_names_the_argument()
    {
        using var fixture = new RegistrarFixture();
        Assert.Throws<ArgumentOutOfRangeException>("q", () => fixture.Table.Bind(Alice, Trunk, q: 1001));
        Assert.Throws<ArgumentOutOfRangeException>("lifetime", () => fixture.Table.Bind(Alice, Trunk, TimeSpan.Zero));
        Assert.Throws<ArgumentException>("uri", () => fixture.Table.AddressOf(SipUri.Parse("tel:+1555")));
        Assert.Throws<ArgumentNullException>("address", () => fixture.Table.Bind(null!, Trunk));
    }

    [Fact]
    public void A_handler_that_throws_stops_neither_the_table_nor_the_clock()
    {
        using var fixture = new RegistrarFixture();
        fixture.Table.Changed += (_, _) => throw new InvalidOperationException("handler");
        fixture.Register("Contact: <sip:a@1.1.1.1>;expires=60\r\n");
        fixture.Clock.RunFor(TimeSpan.FromSeconds(61));
        Assert.Equal(0, fixture.Table.BindingCount);
        Assert.Equal(2, fixture.Changes.Count);
    }

    [Fact]
    public void A_lookup_into_a_list_allocates_nothing()
    {
        using var fixture = new RegistrarFixture();
        fixture.Register("Contact: <sip:a@1.1.1.1>, <sip:b@1.1.1.1>\r\n");
        var targets = new List<BranchTarget>(8);
        long allocated = 0;
        for (var i = 0; i < 3; i++)
        {
            targets.Clear();
            var before = GC.GetAllocatedBytesForCurrentThread();
            fixture.Table.Lookup(Alice, targets);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }
        Assert.Equal(2, targets.Count);
        Assert.Equal(0, allocated);
    }

    private enum Act
    {
        Register,
        Remove,
        RemoveAll,
        Wait,
    }

    private sealed record Step(Act Act, int User, int Contact, int Call, int CSeq, int Seconds);

    private static readonly Gen<Step> AnyStep = Gen.Select(
        Gen.Enum<Act>(),
        Gen.Int[0, 2],
        Gen.Int[0, 3],
        Gen.Int[0, 1],
        Gen.Int[1, 12],
        Gen.Int[60, 300],
        (act, user, contact, call, cseq, seconds) => new Step(act, user, contact, call, cseq, seconds)
    );

    /// <summary>Any history of REGISTERs and time against a plain dictionary that follows 10.3 word for word.</summary>
    [Fact]
    public void Any_history_equals_the_model() =>
        AnyStep
            .Array[1, 40]
            .Sample(
                steps =>
                {
                    using var fixture = new RegistrarFixture();
                    var model = new Dictionary<(int User, int Contact), (int Call, int CSeq, long Until)>();
                    long now = 0;
                    foreach (var step in steps)
                    {
                        foreach (var gone in model.Where(entry => entry.Value.Until <= now).Select(entry => entry.Key).ToList())
                            model.Remove(gone);
                        var bindings = model
                            .Where(entry => entry.Key.User == step.User && (step.Act == Act.RemoveAll || entry.Key.Contact == step.Contact))
                            .ToList();
                        var isOld = bindings.Exists(entry => entry.Value.Call == step.Call && step.CSeq <= entry.Value.CSeq);
                        var lines = "";
                        switch (step.Act)
                        {
                            case Act.Wait:
                                fixture.Clock.RunFor(TimeSpan.FromSeconds(step.Seconds));
                                now += step.Seconds;
                                continue;
                            case Act.Register:
                                lines = $"Contact: <sip:u@10.0.0.{step.Contact}>;expires={step.Seconds}\r\n";
                                if (!isOld)
                                    model[(step.User, step.Contact)] = (step.Call, step.CSeq, now + step.Seconds);
                                break;
                            case Act.Remove:
                                lines = $"Contact: <sip:u@10.0.0.{step.Contact}>;expires=0\r\n";
                                if (!isOld)
                                    model.Remove((step.User, step.Contact));
                                break;
                            case Act.RemoveAll:
                                lines = "Contact: *\r\nExpires: 0\r\n";
                                if (!isOld)
                                    bindings.ForEach(entry => model.Remove(entry.Key));
                                break;
                        }
                        Assert.Equal(
                            isOld ? 500 : 200,
                            fixture.Register(lines, $"call{step.Call}", (uint)step.CSeq, $"sip:user{step.User}@example.com").Status
                        );
                    }
                    for (var user = 0; user < 3; user++)
                    {
                        var expected = model
                            .Where(entry => entry.Key.User == user && entry.Value.Until > now)
                            .Select(entry => $"sip:u@10.0.0.{entry.Key.Contact}")
                            .Order();
                        Assert.Equal(
                            expected,
                            fixture.Contacts($"sip:user{user}@example.com").Split(' ', StringSplitOptions.RemoveEmptyEntries).Order()
                        );
                    }
                    fixture.Clock.RunFor(TimeSpan.FromHours(1));
                    Assert.Equal((0, 0, 0), (fixture.Table.BindingCount, fixture.Table.AddressCount, fixture.Clock.PendingEvents));
                },
                iter: 2_000
            );

    [Fact]
    public void Many_threads_at_once_lose_nothing()
    {
        using var table = new LocationTable(new SimulatedClock(), SipRandom.FromSeed(7));
        Parallel.For(
            0,
            4_000,
            i =>
            {
                var address = AddressOfRecord.Parse($"u{i % 50}@example.com");
                var contact = SipUri.Parse($"sip:c@10.0.{i % 8}.1");
                table.Bind(address, contact, TimeSpan.FromHours(1));
                if (i % 3 == 0)
                    table.Unbind(address, contact);
                Assert.True(table.Lookup(address).Count <= 8);
            }
        );
        var left = 0;
        foreach (var address in table.Addresses)
            left += table.Lookup(address).Count;
        Assert.Equal(left, table.BindingCount);
        foreach (var address in table.Addresses)
            Assert.True(table.Clear(address));
        Assert.Equal((0, 0), (table.BindingCount, table.AddressCount));
    }
}
