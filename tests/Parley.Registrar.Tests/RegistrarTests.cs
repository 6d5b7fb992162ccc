using Parley.Proxy.Tests.RecordRoute;
using Xunit;

namespace Parley.Registrar.Tests;

public sealed class RegistrarTests : IDisposable
{
    private readonly RegistrarFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void A_contact_is_bound_and_listed_with_its_time()
    {
        var (status, lines) = _fixture.Register("Contact: <sip:alice@198.51.100.7>\r\nExpires: 600\r\n");
        Assert.Equal(200, status);
        Assert.Equal(["<sip:alice@198.51.100.7>;expires=600"], RegistrarFixture.ContactLines(lines));
        Assert.Contains("Date: Thu, 01 Jan 2026 00:00:00 GMT\r\n", lines, StringComparison.Ordinal);
        Assert.Equal("sip:alice@198.51.100.7", _fixture.Contacts());
        Assert.Equal("sip:alice@198.51.100.7", _fixture.Contacts("sip:%61lice@EXAMPLE.com:5060;user=phone"));
        Assert.Equal("", _fixture.Contacts("sip:bob@example.com"));
    }

    [Fact]
    public void Without_Contact_the_bindings_are_told_and_none_is_changed()
    {
        _fixture.Register("Contact: <sip:alice@198.51.100.7>;expires=600\r\n");
        _fixture.Clock.RunFor(TimeSpan.FromSeconds(100));
        var (status, lines) = _fixture.Register("");
        Assert.Equal(200, status);
        Assert.Equal(["<sip:alice@198.51.100.7>;expires=500"], RegistrarFixture.ContactLines(lines));
        Assert.Equal(200, _fixture.Register("", to: "sip:nobody@example.com").Status);
        Assert.Equal(1, _fixture.Table.AddressCount);
    }

    [Fact]
    public void Several_contacts_come_in_q_order_equal_ones_in_order_of_registration()
    {
        _fixture.Register("Contact: <sip:a@1.1.1.1>;q=0.5, <sip:b@2.2.2.2>, <sip:c@3.3.3.3>;q=0.7\r\nContact: <sip:d@4.4.4.4>;q=0.5\r\n");
        Assert.Equal("sip:b@2.2.2.2 sip:c@3.3.3.3 sip:a@1.1.1.1 sip:d@4.4.4.4", _fixture.Contacts());
        var (_, lines) = _fixture.Register("");
        Assert.Equal("<sip:c@3.3.3.3>;q=0.700;expires=3600", RegistrarFixture.ContactLines(lines)[1]);
    }

    [Theory] // contact parameter, Expires header, granted (10.3 step 7)
    [InlineData(";expires=120", "", 120)]
    [InlineData(";expires=120", "Expires: 900\r\n", 120)]
    [InlineData("", "Expires: 900\r\n", 900)]
    [InlineData("", "", 3600)]
    [InlineData(";expires=abc", "", 3600)]
    [InlineData(";expires=999999999999", "", 7200)]
    [InlineData(";expires=100000", "", 7200)]
    public void Lifetimes_are_granted_by_the_rules(string parameter, string header, int granted) =>
        Assert.Equal(
            [$"<sip:a@1.1.1.1>;expires={granted}"],
            RegistrarFixture.ContactLines(_fixture.Register($"Contact: <sip:a@1.1.1.1>{parameter}\r\n{header}").Lines)
        );

    [Fact]
    public void Too_brief_a_lifetime_is_423_with_the_minimum_and_binds_nothing()
    {
        var reply = _fixture.Register("Contact: <sip:a@1.1.1.1>, <sip:b@1.1.1.1>;expires=59\r\n");
        Assert.Equal((423, "Min-Expires: 60\r\n"), reply);
        Assert.Equal(0, _fixture.Table.BindingCount);
    }

    [Fact]
    public void A_refresh_replaces_by_URI_comparison()
    {
        _fixture.Register("Contact: <sip:alice@198.51.100.7;transport=udp>;expires=600\r\n");
        _fixture.Register("Contact: \"A\" <sip:%61lice@198.51.100.7;TRANSPORT=UDP>;expires=900\r\n");
        Assert.Equal(1, _fixture.Table.BindingCount);
        Assert.Equal(
            [
                "Added alice@example.com sip:alice@198.51.100.7;transport=udp",
                "Refreshed alice@example.com sip:%61lice@198.51.100.7;TRANSPORT=UDP",
            ],
            _fixture.Changes
        );
    }

    [Fact]
    public void An_older_or_equal_CSeq_of_the_same_call_changes_nothing()
    {
        _fixture.Register("Contact: <sip:a@1.1.1.1>;expires=600\r\n", cseq: 10);
        Assert.Equal(500, _fixture.Register("Contact: <sip:a@1.1.1.1>;expires=0\r\n", cseq: 9).Status);
        Assert.Equal(500, _fixture.Register("Contact: <sip:n@9.9.9.9>, <sip:a@1.1.1.1>;expires=0\r\n", cseq: 10).Status); // all or nothing
        Assert.Equal(500, _fixture.Register("Contact: *\r\nExpires: 0\r\n", cseq: 10).Status);
        Assert.Equal("sip:a@1.1.1.1", _fixture.Contacts());
        Assert.Equal(200, _fixture.Register("Contact: <sip:b@2.2.2.2>\r\n", cseq: 9).Status); // another contact is not bound yet
        Assert.Equal(200, _fixture.Register("Contact: <sip:a@1.1.1.1>;expires=0\r\n", cseq: 1, callId: "rebooted").Status);
        Assert.Equal("sip:b@2.2.2.2", _fixture.Contacts());
    }

    [Fact]
    public void Expires_zero_takes_one_contact_back()
    {
        _fixture.Register("Contact: <sip:a@1.1.1.1>, <sip:b@2.2.2.2>\r\n");
        var (status, lines) = _fixture.Register("Contact: <sip:a@1.1.1.1>;expires=0, <sip:unknown@3.3.3.3>;expires=0\r\n");
        Assert.Equal(200, status);
        Assert.Equal(["<sip:b@2.2.2.2>;expires=3600"], RegistrarFixture.ContactLines(lines));
        Assert.Equal("Removed alice@example.com sip:a@1.1.1.1", _fixture.Changes[^1]);
    }

    [Fact]
    public void A_star_takes_all_back()
    {
        _fixture.Register("Contact: <sip:a@1.1.1.1>, <sip:b@2.2.2.2>\r\n");
        _fixture.Register("Contact: <sip:c@3.3.3.3>\r\n", callId: "other");
        var (status, lines) = _fixture.Register("Contact: *\r\nExpires: 0\r\n", callId: "third");
        Assert.Equal(200, status);
        Assert.Empty(RegistrarFixture.ContactLines(lines));
        Assert.Equal((0, 0), (_fixture.Table.BindingCount, _fixture.Table.AddressCount));
        Assert.Equal(200, _fixture.Register("Contact: *\r\nExpires: 0\r\n").Status);
    }

    [Theory]
    [InlineData("Contact: *\r\n")]
    [InlineData("Contact: *\r\nExpires: 60\r\n")]
    [InlineData("Contact: *, <sip:a@1.1.1.1>\r\nExpires: 0\r\n")]
    [InlineData("Contact: *\r\nContact: *\r\nExpires: 0\r\n")]
    [InlineData("Contact: <sip:a@1.1.1.1>;q=2\r\n")]
    public void Nonsense_is_400_and_changes_nothing(string lines)
    {
        _fixture.Register("Contact: <sip:z@1.1.1.1>\r\n");
        Assert.Equal(400, _fixture.Register(lines).Status);
        Assert.Equal("sip:z@1.1.1.1", _fixture.Contacts());
    }

    [Fact]
    public void A_binding_ends_by_the_clock()
    {
        _fixture.Register("Contact: <sip:a@1.1.1.1>;expires=60, <sip:b@2.2.2.2>;expires=120\r\n");
        _fixture.Clock.RunFor(TimeSpan.FromSeconds(59));
        Assert.Equal(2, _fixture.Table.BindingCount);
        _fixture.Clock.RunFor(TimeSpan.FromSeconds(2));
        Assert.Equal("sip:b@2.2.2.2", _fixture.Contacts());
        Assert.Equal(1, _fixture.Table.BindingCount);
        Assert.Equal("Expired alice@example.com sip:a@1.1.1.1", _fixture.Changes[^1]);
        _fixture.Clock.RunFor(TimeSpan.FromSeconds(60));
        Assert.Equal((0, 0), (_fixture.Table.BindingCount, _fixture.Table.AddressCount));
        Assert.Equal(0, _fixture.Clock.PendingEvents); // nothing waits any more
    }

    [Fact]
    public void A_refreshed_binding_outlives_its_first_time()
    {
        _fixture.Register("Contact: <sip:a@1.1.1.1>;expires=60\r\n");
        for (var i = 0; i < 10; i++)
        {
            _fixture.Clock.RunFor(TimeSpan.FromSeconds(50));
            _fixture.Register("Contact: <sip:a@1.1.1.1>;expires=60\r\n");
        }
        Assert.Equal("sip:a@1.1.1.1", _fixture.Contacts());
        Assert.DoesNotContain(_fixture.Changes, change => change.StartsWith("Expired", StringComparison.Ordinal));
        _fixture.Clock.RunFor(TimeSpan.FromSeconds(61));
        Assert.Equal("", _fixture.Contacts());
    }

    [Fact]
    public void A_registration_after_expiry_is_new_whatever_its_CSeq()
    {
        _fixture.Register("Contact: <sip:a@1.1.1.1>;expires=60\r\n", cseq: 10);
        _fixture.Clock.RunFor(TimeSpan.FromSeconds(61));
        Assert.Equal(200, _fixture.Register("Contact: <sip:a@1.1.1.1>;expires=60\r\n", cseq: 5).Status);
        Assert.Equal("Added alice@example.com sip:a@1.1.1.1", _fixture.Changes[^1]);
    }

    [Fact]
    public void The_limit_per_address_is_403_and_refreshes_go_on()
    {
        _fixture.Table.Options.MaxContacts = 2;
        _fixture.Register("Contact: <sip:a@1.1.1.1>, <sip:b@2.2.2.2>\r\n");
        Assert.Equal(403, _fixture.Register("Contact: <sip:c@3.3.3.3>\r\n").Status);
        Assert.Equal(200, _fixture.Register("Contact: <sip:b@2.2.2.2>\r\n").Status);
        Assert.Equal(200, _fixture.Register("Contact: <sip:c@3.3.3.3>, <sip:b@2.2.2.2>;expires=0\r\n").Status);
        Assert.Equal("sip:a@1.1.1.1 sip:c@3.3.3.3", _fixture.Contacts());
    }

    [Fact]
    public void The_limit_of_the_table_is_503_and_frees_itself()
    {
        _fixture.Table.Options.MaxBindings = 1;
        _fixture.Register("Contact: <sip:a@1.1.1.1>;expires=60\r\n");
        Assert.Equal((503, "Retry-After: 60\r\n"), _fixture.Register("Contact: <sip:b@2.2.2.2>\r\n", to: "sip:bob@example.com"));
        Assert.Equal((1, 1), (_fixture.Table.BindingCount, _fixture.Table.AddressCount));
        _fixture.Clock.RunFor(TimeSpan.FromSeconds(61));
        Assert.Equal(200, _fixture.Register("Contact: <sip:b@2.2.2.2>\r\n", to: "sip:bob@example.com").Status);
    }

    [Fact]
    public void An_address_that_is_not_served_is_404()
    {
        _fixture.Table.Options.Serves = address => address.Host.SequenceEqual("example.com"u8);
        Assert.Equal(200, _fixture.Register("").Status);
        Assert.Equal(404, _fixture.Register("", to: "sip:alice@example.net").Status);
        Assert.Equal(400, _fixture.Register("", to: "tel:+15551234").Status);
    }

    [Fact]
    public void An_unknown_Require_is_420() =>
        Assert.Equal((420, "Unsupported: gruu\r\n"), _fixture.Register("Require: path, gruu\r\nSupported: path\r\n"));

    [Fact]
    public void A_Path_is_kept_returned_and_leads_the_call()
    {
        var (status, lines) = _fixture.Register(
            "Supported: path\r\nPath: <sip:p2.example;lr>, <sip:p1.example;lr>\r\nContact: <sip:alice@10.0.0.1>\r\n"
        );
        Assert.Equal(200, status);
        Assert.Contains("Path: <sip:p2.example;lr>\r\nPath: <sip:p1.example;lr>\r\n", lines, StringComparison.Ordinal);
        var target = Assert.Single(_fixture.Table.Lookup(AddressOfRecord.Parse("sip:alice@example.com")));
        Assert.Equal(["<sip:p2.example;lr>", "<sip:p1.example;lr>"], target.Path.Select(hop => Hop.Text(hop)));
        Assert.Null(target.Flow);
    }

    [Fact]
    public void A_Path_that_the_client_does_not_support_is_420_unless_policy_says_otherwise()
    {
        Assert.Equal((420, "Unsupported: path\r\n"), _fixture.Register("Path: <sip:p1.example;lr>\r\nContact: <sip:alice@10.0.0.1>\r\n"));
        _fixture.Table.Options.RequirePathSupport = false;
        Assert.Equal(200, _fixture.Register("Path: <sip:p1.example;lr>\r\nContact: <sip:alice@10.0.0.1>\r\n").Status);
    }

    [Fact]
    public void A_sips_address_reaches_only_sips_contacts()
    {
        _fixture.Register("Contact: <sip:a@1.1.1.1>, <sips:b@2.2.2.2>\r\n");
        Assert.Equal("sips:b@2.2.2.2", _fixture.Contacts("sips:alice@example.com"));
        Assert.Equal("sip:a@1.1.1.1 sips:b@2.2.2.2", _fixture.Contacts());
    }

    [Theory] // listener, Via, Contact: does a call go over the flow of the REGISTER?
    [InlineData(0, "SIP/2.0/UDP 198.51.100.7:5060;rport", "sip:a@198.51.100.7", false)] // plain
    [InlineData(0, "SIP/2.0/UDP 198.51.100.7:5060;rport", "sip:a@203.0.113.99", false)] // registers another host
    [InlineData(0, "SIP/2.0/UDP 198.51.100.7:5060;rport", "sip:a@192.168.0.5", true)] // a gateway rewrote the Via alone
    [InlineData(1, "SIP/2.0/TCP 198.51.100.7:5060", "sip:a@172.16.0.5;transport=tcp", true)]
    [InlineData(1, "SIP/2.0/TCP 198.51.100.7:5060", "sip:a@172.32.0.5;transport=tcp", false)] // no private address
    [InlineData(0, "SIP/2.0/UDP 10.0.0.5:5060;rport", "sip:a@10.0.0.5", true)] // behind NAT
    [InlineData(0, "SIP/2.0/UDP 198.51.100.7:5999;rport", "sip:a@198.51.100.7:5999", true)] // port translated
    [InlineData(0, "SIP/2.0/UDP 198.51.100.7:5999", "sip:a@198.51.100.7:5999", false)] // listens where it says
    [InlineData(1, "SIP/2.0/TCP 198.51.100.7:5060", "sip:a@198.51.100.7;transport=tcp", true)] // its own connection
    [InlineData(1, "SIP/2.0/TCP 198.51.100.7:5060", "sip:a@203.0.113.99;transport=tcp", false)] // registers another host
    [InlineData(4, "SIP/2.0/WS df7jal.invalid", "sip:a@df7jal.invalid;transport=ws", true)]
    public void The_flow_is_used_where_the_URI_would_not_lead(int listener, string via, string contact, bool overFlow)
    {
        var source = _fixture.Transport.From(listener, connection: listener == 0 ? 0 : 77);
        _fixture.Register($"Contact: <{contact}>\r\n", source: source, via: via + ";branch=z9hG4bKr");
        var target = Assert.Single(_fixture.Table.Lookup(AddressOfRecord.Parse("sip:alice@example.com")));
        Assert.Equal(overFlow ? source : null, target.Flow);
    }

    [Theory] // Via, Contact: is a closed connection opened again?
    [InlineData("198.51.100.7:5060", "sip:a@198.51.100.7", true)]
    [InlineData("198.51.100.7:5060", "sip:a@phone.example.com", true)]
    [InlineData("phone.example.com", "sip:a@198.51.100.7", true)]
    [InlineData("10.0.0.5", "sip:a@203.0.113.9", true)] // public, though another's address
    [InlineData("10.0.0.5", "sip:a@198.51.100.7:40000", false)] // the outer address of a NAT
    [InlineData("10.0.0.5", "sip:a@10.0.0.5", false)]
    [InlineData("198.51.100.7:5060", "sip:a@100.127.0.5", false)]
    [InlineData("198.51.100.7:5060", "sip:a@169.254.0.5", false)]
    public void A_connection_is_opened_again_where_the_Contact_can_be_reached(string sentBy, string contact, bool reopens)
    {
        _fixture.Register(
            $"Contact: <{contact}>\r\n",
            source: _fixture.Transport.From(1, connection: 77),
            via: $"SIP/2.0/TCP {sentBy};branch=z9hG4bKr"
        );
        var target = Assert.Single(_fixture.Table.Lookup(AddressOfRecord.Parse("sip:alice@example.com")));
        Assert.NotNull(target.Flow);
        Assert.Equal(reopens, target.ReopensFlow);
    }
}
