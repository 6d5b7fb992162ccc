using Parley.Proxy.Tests.RecordRoute;
using Xunit;

namespace Parley.Proxy.Tests.Validation;

public sealed class RequestValidationTests
{
    private static readonly RoutingTransport Transport = RoutingTransport.Create("proxy.example.com");

    private static RequestVerdict Validate(string request, LoopCheck? loop = null) =>
        RequestValidation.Validate(new ValidationInput(Hop.Parse(request), Transport, null, loop));

    private static string Request(
        string method = "INVITE",
        string uri = "sip:b@example.net",
        string maxForwards = "70",
        string lines = ""
    ) => Hop.Of(method, uri, lines, inDialog: false).Replace("Max-Forwards: 70", $"Max-Forwards: {maxForwards}", StringComparison.Ordinal);

    [Theory]
    [InlineData("sip:b@example.net", 0)]
    [InlineData("sips:b@example.net", 0)]
    [InlineData("tel:+15551234", 0)]
    [InlineData("nobodyKnowsThisScheme:xyz", 416)]
    [InlineData("http://example.net/", 416)]
    public void The_scheme_must_be_known(string uri, int status) => Assert.Equal(status, Validate(Request(uri: uri)).StatusCode);

    [Theory]
    [InlineData("INVITE", "sip:b@example.net", "1", 0)]
    [InlineData("INVITE", "sip:b@example.net", "0", 483)]
    [InlineData("BYE", "sip:b@example.net", "0", 483)]
    [InlineData("FROBNICATE", "sip:b@example.net", "0", 483)]
    [InlineData("OPTIONS", "sip:b@example.net", "0", 200)] // answered here, section 11
    [InlineData("REGISTER", "sip:proxy.example.com", "0", 0)] // ends here
    [InlineData("REGISTER", "sip:other.example", "0", 483)]
    public void A_request_without_hops_left_is_not_forwarded(string method, string uri, string maxForwards, int status) =>
        Assert.Equal(status, Validate(Request(method, uri, maxForwards)).StatusCode);

    [Fact]
    public void No_Max_Forwards_is_no_fault() =>
        Assert.True(Validate(Request().Replace("Max-Forwards: 70\r\n", "", StringComparison.Ordinal)).IsPass);

    [Fact]
    public void A_loop_is_482() => Assert.Equal(482, Validate(Request(), _ => true).StatusCode);

    [Fact]
    public void No_loop_passes() => Assert.True(Validate(Request(), _ => false).IsPass);

    [Fact]
    public void Proxy_Require_is_420_and_names_what_is_not_supported()
    {
        var verdict = Validate(Request(lines: "Proxy-Require: foo, bar\r\nProxy-Require: baz\r\n"));
        Assert.Equal(420, verdict.StatusCode);
        Assert.Equal("Unsupported: foo, bar, baz\r\n", Hop.Text(verdict.HeaderLines));
    }

    [Fact]
    public void Require_is_for_the_far_end() => Assert.True(Validate(Request(lines: "Require: 100rel, foo\r\n")).IsPass);

    [Theory]
    [InlineData("ACK", "0", "")]
    [InlineData("ACK", "70", "Route: <not a uri>\r\n")]
    public void An_ACK_is_dropped_never_answered(string method, string maxForwards, string lines)
    {
        var verdict = Validate(Request(method, maxForwards: maxForwards, lines: lines));
        Assert.True(verdict.IsDrop);
        Assert.False(verdict.IsPass);
    }

    [Theory]
    [InlineData("ACK")]
    [InlineData("CANCEL")]
    public void ACK_and_CANCEL_are_not_held_to_Proxy_Require(string method) =>
        Assert.True(Validate(Request(method, lines: "Proxy-Require: foo\r\n")).IsPass);

    [Fact]
    public void A_body_that_is_cut_off_is_400()
    {
        var bytes = Hop.Bytes(Request().Replace("Content-Length: 0", "Content-Length: 9", StringComparison.Ordinal) + "1234");
        var message = new Parley.Sip.SipMessage();
        var parsed = message.Parse(bytes, 0, bytes.Length, Parley.Sip.SipLimits.Default);
        // The parser may have said so already; validation says it in any case.
        var verdict = RequestValidation.Validate(new ValidationInput(message, Transport));
        Assert.Equal(400, parsed.Status == Parley.Sip.SipParseStatus.Ok ? verdict.StatusCode : parsed.StatusCode);
    }

    [Fact]
    public void The_first_rule_that_objects_decides()
    {
        var verdict = Validate(Request(uri: "http://example.net/", maxForwards: "0", lines: "Proxy-Require: foo\r\n"));
        Assert.Equal(416, verdict.StatusCode);
        Assert.Equal(483, Validate(Request(maxForwards: "0", lines: "Proxy-Require: foo\r\n"), _ => true).StatusCode);
    }

    [Fact]
    public void The_table_is_in_the_order_of_16_3()
    {
        Assert.Equal(7, RequestValidation.Rules.Length);
        var steps = new List<string>();
        foreach (var rule in RequestValidation.Rules)
        {
            if (rule.Clause.Contains("step", StringComparison.Ordinal))
                steps.Add(rule.Clause);
        }
        Assert.Equal(
            ["RFC 3261 16.3 step 1", "RFC 3261 16.3 step 2", "RFC 3261 16.3 step 3", "RFC 3261 16.3 step 4", "RFC 3261 16.3 step 5"],
            steps
        );
    }
}
