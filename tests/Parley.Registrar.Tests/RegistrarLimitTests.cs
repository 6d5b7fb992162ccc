using Parley.Proxy.Tests.RecordRoute;
using Xunit;

namespace Parley.Registrar.Tests;

/// <summary>What a stranger may store, and how much of it.</summary>
public sealed class RegistrarLimitTests : IDisposable
{
    private readonly RegistrarFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Theory]
    [InlineData(255, 200)]
    [InlineData(256, 400)]
    public void A_Contact_URI_has_a_length(int length, int status)
    {
        const string start = "sip:alice@10.0.0.1;x=";
        Assert.Equal(status, _fixture.Register($"Contact: <{start}{new string('a', length - start.Length)}>\r\n").Status);
        Assert.Equal(status == 200 ? 1 : 0, _fixture.Table.BindingCount);
    }

    [Theory]
    [InlineData(32, 200)]
    [InlineData(33, 400)]
    public void A_Contact_URI_has_so_many_parameters(int count, int status) =>
        Assert.Equal(
            status,
            _fixture.Register($"Contact: <sip:alice@10.0.0.1{string.Concat(Enumerable.Range(0, count).Select(i => $";p{i}"))}>\r\n").Status
        );

    [Theory]
    [InlineData(255, 200)]
    [InlineData(256, 400)]
    public void An_instance_has_a_length(int length, int status) =>
        Assert.Equal(status, _fixture.Register($"Contact: <sip:alice@10.0.0.1>;+sip.instance=\"{new string('u', length)}\"\r\n").Status);

    [Theory]
    [InlineData(255, 4, 200)]
    [InlineData(256, 1, 400)]
    [InlineData(30, 5, 400)]
    public void A_Path_has_a_length_and_a_binding_a_few_of_them(int length, int count, int status)
    {
        var path = $"Path: <sip:edge.example;lr;x={new string('a', length - 24)}>\r\n";
        Assert.Equal(length, path.Length - 8);
        Assert.Equal(
            status,
            _fixture.Register(string.Concat(Enumerable.Repeat(path, count)) + "Supported: path\r\nContact: <sip:alice@10.0.0.1>\r\n").Status
        );
    }

    [Fact]
    public void A_binding_has_a_size_of_all_its_texts()
    {
        Assert.Equal(400, _fixture.Register("Contact: <sip:alice@10.0.0.1>\r\n", callId: new string('c', 2031)).Status);
        Assert.Equal(200, _fixture.Register("Contact: <sip:alice@10.0.0.1>\r\n", callId: new string('c', 2030)).Status);
    }

    [Fact]
    public void An_address_has_a_length()
    {
        Assert.Equal(404, _fixture.Register("Contact: <sip:alice@10.0.0.1>\r\n", to: $"sip:{new string('a', 244)}@example.com").Status);
        Assert.Equal(200, _fixture.Register("Contact: <sip:alice@10.0.0.1>\r\n", to: $"sip:{new string('a', 243)}@example.com").Status);
    }

    [Fact]
    public void One_REGISTER_has_so_many_contacts_and_more_are_not_even_read()
    {
        // A malformed one behind the limit is never reached.
        var contacts = string.Join(", ", Enumerable.Range(0, 32).Select(i => $"<sip:alice@10.0.0.{i}>")) + ", <sip:alice@>";
        _fixture.Table.Options.MaxContacts = 1000;
        Assert.Equal(403, _fixture.Register($"Contact: {contacts}\r\n").Status);
        Assert.Equal(0, _fixture.Table.BindingCount);
    }

    [Fact]
    public void Memory_is_reckoned_limited_and_given_back()
    {
        Assert.Equal(0, _fixture.Table.MemoryInUse);
        _fixture.Register("Contact: <sip:alice@10.0.0.1>\r\n");
        var one = _fixture.Table.MemoryInUse;
        Assert.InRange(one, 700, 2_000);
        _fixture.Table.Options.MaxMemory = one + 100;
        Assert.Equal(503, _fixture.Register("Contact: <sip:bob@10.0.0.2>\r\n", to: "sip:bob@example.com").Status);
        Assert.Equal(503, _fixture.Register("Contact: <sip:alice@10.0.0.2>\r\n").Status);
        Assert.Equal(one, _fixture.Table.MemoryInUse);
        Assert.Equal(200, _fixture.Register("Contact: <sip:alice@10.0.0.1>\r\n").Status); // a refresh takes no more
        _fixture.Clock.RunFor(TimeSpan.FromHours(2));
        Assert.Equal((0, 0L), (_fixture.Table.AddressCount, _fixture.Table.MemoryInUse));
    }

    [Fact]
    public void What_comes_and_goes_is_counted_as_long_as_it_takes_memory()
    {
        // Each of these leaves a place in the queue of expiries behind.
        for (var i = 0; i < 100; i++)
        {
            _fixture.Register("Contact: <sip:a@10.0.0.1>;expires=7200\r\n", to: $"sip:user{i}@example.com");
            _fixture.Register("Contact: <sip:a@10.0.0.1>;expires=0\r\n", to: $"sip:user{i}@example.com");
        }
        Assert.Equal((0, 0), (_fixture.Table.AddressCount, _fixture.Table.BindingCount));
        Assert.Empty(_fixture.Table.Addresses);
        Assert.InRange(_fixture.Table.MemoryInUse, 100 * 300, 100 * 700);
        _fixture.Clock.RunFor(TimeSpan.FromHours(2));
        Assert.Equal(0, _fixture.Table.MemoryInUse);
    }

    [Fact]
    public void An_address_that_runs_out_ever_earlier_does_not_fill_the_queue()
    {
        for (var seconds = 7200; seconds > 60; seconds -= 10)
            _fixture.Register($"Contact: <sip:a@10.0.0.1>;expires={seconds}\r\n");
        Assert.InRange(_fixture.Table.ExpiriesQueued, 1, 8);
        _fixture.Clock.RunFor(TimeSpan.FromSeconds(71));
        Assert.Equal("", _fixture.Contacts());
    }

    [Theory]
    [InlineData("sip:a@0.0.0.0")]
    [InlineData("sip:a@0.1.2.3")]
    [InlineData("sip:a@255.255.255.255")]
    [InlineData("sip:a@224.0.1.75")]
    [InlineData("sip:a@239.1.1.1:5070;transport=udp")]
    [InlineData("sip:a@[::]")]
    [InlineData("sip:a@[ff02::1]")]
    [InlineData("sip:a@[::ffff:224.0.1.75]")]
    [InlineData("sip:a@host.example;maddr=224.0.1.75")]
    [InlineData("sips:a@0.0.0.0")]
    public void A_contact_that_is_nobody_is_refused_but_may_be_taken_back(string contact)
    {
        Assert.Equal(400, _fixture.Register($"Contact: <{contact}>\r\n").Status);
        Assert.Equal(200, _fixture.Register($"Contact: <{contact}>;expires=0\r\n").Status);
        Assert.Equal(0, _fixture.Table.BindingCount);
    }

    [Theory]
    [InlineData("sip:a@240.0.0.1")] // private in some clouds
    [InlineData("sip:a@223.255.255.1")]
    [InlineData("sip:a@[fe80::1]")]
    [InlineData("sip:a@0.0.0.0.example")]
    [InlineData("mailto:a@0.0.0.0")]
    public void One_that_may_be_somebody_is_taken(string contact) =>
        Assert.Equal(200, _fixture.Register($"Contact: <{contact}>\r\n").Status);

    [Fact]
    public void A_Path_to_nobody_is_refused() =>
        Assert.Equal(400, _fixture.Register("Supported: path\r\nPath: <sip:224.0.1.75;lr>\r\nContact: <sip:a@10.0.0.1>\r\n").Status);

    [Theory] // The element is 192.0.2.1 at 5060 and 5061, [2001:db8::1], and home.example.
    [InlineData("sip:a@192.0.2.1", "", 403)]
    [InlineData("sip:a@192.0.2.1:5061;transport=tls", "", 403)]
    [InlineData("sip:a@[2001:db8:0::1]:5060;x=1", "", 403)]
    [InlineData("sip:a@Home.Example", "", 403)]
    [InlineData("sip:a@elsewhere.example;maddr=192.0.2.1", "", 403)]
    [InlineData("sip:a@192.0.2.1:6000", "", 200)] // another program of this host
    [InlineData("sip:a@192.0.2.2", "", 200)]
    [InlineData("sip:a@192.0.2.1", "<sip:192.0.2.1;lr>", 403)] // a Path that is no way out
    [InlineData("sip:a@192.0.2.1", "<sip:edge.example;lr>", 200)] // an address behind the edge
    public void A_contact_that_is_this_element_is_refused(string contact, string path, int status)
    {
        Assert.Equal(status, Register(contact, path, _fixture.Transport.From(0)));
        _fixture.Table.Options.AllowOwnContacts = true;
        Assert.Equal(200, Register(contact, path, _fixture.Transport.From(0)));
    }

    [Fact]
    public void Behind_NAT_a_contact_may_look_like_this_element()
    {
        Assert.Equal(200, Register("sip:a@192.0.2.1", "", _fixture.Transport.From(0), sentBy: "192.0.2.1"));
        // But not when its flow is this element, as a forged source can make it.
        Assert.Equal(403, Register("sip:b@10.0.0.8", "", _fixture.Transport.From(0, "192.0.2.1"), sentBy: "10.0.0.8"));
    }

    private int Register(string contact, string path, Parley.Transport.SipFlow source, string sentBy = "198.51.100.7")
    {
        var message = Hop.Parse(
            $"REGISTER sip:example.com SIP/2.0\r\nVia: SIP/2.0/UDP {sentBy};rport;branch=z9hG4bKr\r\nFrom: <sip:a@example.com>;tag=1\r\nTo: <sip:a@example.com>\r\nCall-ID: {Guid.NewGuid()}\r\n"
                + $"CSeq: 1 REGISTER\r\nMax-Forwards: 70\r\nSupported: path\r\n{(path.Length == 0 ? "" : $"Path: {path}\r\n")}Contact: <{contact}>\r\nContent-Length: 0\r\n\r\n"
        );
        return _fixture.Registrar.Answer(message, source, RoutingTransport.Create("home.example")).StatusCode;
    }
}
