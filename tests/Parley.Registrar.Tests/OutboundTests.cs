using Xunit;

namespace Parley.Registrar.Tests;

/// <summary>RFC 5626 is not supported, so nothing of it is granted: a client that asks goes on as with any registrar of RFC 3261.</summary>
public sealed class OutboundTests : IDisposable
{
    private const string Flow = ";+sip.instance=\"<urn:uuid:0a>\";reg-id=";
    private const string Supported = "\r\nSupported: path, outbound\r\n";

    private readonly RegistrarFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void A_client_that_supports_it_is_registered_without_it()
    {
        var (status, lines) = _fixture.Register("Contact: <sip:alice@10.0.0.1:1111>" + Flow + "1" + Supported);
        Assert.Equal(200, status);
        Assert.DoesNotContain("outbound", lines, StringComparison.Ordinal);
        Assert.DoesNotContain("reg-id", lines, StringComparison.Ordinal);
        Assert.Contains("Supported: path\r\n", lines, StringComparison.Ordinal);
        Assert.Equal(["<sip:alice@10.0.0.1:1111>;expires=3600;+sip.instance=\"<urn:uuid:0a>\""], RegistrarFixture.ContactLines(lines));
    }

    [Fact]
    public void A_client_that_requires_it_is_told_that_it_is_not_there() =>
        Assert.Equal(
            (420, "Unsupported: outbound\r\n"),
            _fixture.Register("Contact: <sip:alice@10.0.0.1:1111>" + Flow + "1\r\nRequire: outbound\r\n")
        );

    [Fact]
    public void It_makes_no_flow_of_a_plain_client()
    {
        _fixture.Register("Contact: <sip:alice@198.51.100.7>" + Flow + "1" + Supported);
        Assert.Null(Assert.Single(_fixture.Table.Lookup(AddressOfRecord.Parse("sip:alice@example.com"))).Flow);
    }

    [Fact]
    public void No_edge_proxy_is_asked_for_its_ob() =>
        Assert.Equal(
            200,
            _fixture.Register("Via: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKu\r\nContact: <sip:a@10.0.0.1>" + Flow + "1" + Supported).Status
        );

    [Fact]
    public void Of_two_flows_of_one_instance_the_later_one_rings()
    {
        _fixture.Register("Contact: <sip:alice@10.0.0.1:1111>" + Flow + "1" + Supported, callId: "flow1");
        _fixture.Clock.RunFor(TimeSpan.FromSeconds(1));
        _fixture.Register("Contact: <sip:alice@10.0.0.1:2222>" + Flow + "2" + Supported, callId: "flow2");
        Assert.Equal("sip:alice@10.0.0.1:2222", _fixture.Contacts());
        _fixture.Clock.RunFor(TimeSpan.FromSeconds(1));
        _fixture.Register("Contact: <sip:alice@10.0.0.1:1111>" + Flow + "1" + Supported, callId: "flow1");
        Assert.Equal("sip:alice@10.0.0.1:1111", _fixture.Contacts());
    }

    [Fact]
    public void When_the_later_flow_ends_the_other_one_rings_again()
    {
        _fixture.Register("Contact: <sip:alice@10.0.0.1:1111>;expires=3000" + Flow + "1" + Supported, callId: "flow1");
        _fixture.Clock.RunFor(TimeSpan.FromSeconds(1));
        _fixture.Register("Contact: <sip:alice@10.0.0.1:2222>;expires=60" + Flow + "2" + Supported, callId: "flow2");
        _fixture.Clock.RunFor(TimeSpan.FromSeconds(61));
        Assert.Equal("sip:alice@10.0.0.1:1111", _fixture.Contacts());
    }

    [Fact]
    public void Two_instances_and_contacts_without_reg_id_all_ring()
    {
        _fixture.Register(
            "Contact: <sip:alice@10.0.0.1>"
                + Flow
                + "1, <sip:alice@10.0.0.2>;+sip.instance=\"<urn:uuid:0b>\";reg-id=1, "
                + "<sip:alice@10.0.0.3>;+sip.instance=\"<urn:uuid:0c>\", <sip:alice@10.0.0.4>;+sip.instance=\"<urn:uuid:0c>\"\r\n"
        );
        Assert.Equal(4, _fixture.Contacts().Split(' ').Length);
    }
}
