using Parley.Server.Configuration;
using Parley.Server.Routing;
using Parley.Sip;
using Xunit;

namespace Parley.Server.Tests;

public class DialledUriTests
{
    [Theory]
    [InlineData("sip:00331234@x", 2, "+", "sip:+331234@gw.example")]
    [InlineData("sip:0049@x", 0, "", "sip:0049@gw.example")]
    [InlineData("sip:00@x", 2, "+", "sip:+@gw.example")]
    [InlineData("sip:00@x", 2, "", "sip:gw.example")]
    // Bytes that need no change stay: reserved characters as they are, escapes as escapes.
    [InlineData("sip:*72@x", 0, "", "sip:*72@gw.example")]
    [InlineData("sip:*72@x", 1, "", "sip:72@gw.example")]
    [InlineData("sip:%2372@x", 0, "", "sip:%2372@gw.example")]
    [InlineData("sip:%2372@x", 1, "", "sip:72@gw.example")]
    [InlineData("sip:9%2a72%2373@x", 1, "", "sip:%2a72%2373@gw.example")]
    [InlineData("sip:#31#123@x", 0, "9", "sip:9#31#123@gw.example")]
    [InlineData("sip:j.doe(1)&=$,?/@x", 0, "", "sip:j.doe(1)&=$,?/@gw.example")]
    [InlineData("sip:1%C3%BC2@x", 2, "", "sip:2@gw.example")] // one character of two bytes
    [InlineData("sip:%e2%82%ac5@x", 1, "", "sip:5@gw.example")]
    [InlineData("sip:5%@x", 0, "", null)] // no URI at all
    [InlineData("sip:123@x", 9, "0", "sip:0@gw.example")]
    // What is prepended is plain text.
    [InlineData("sip:1@x", 0, "*#", "sip:*%231@gw.example")]
    // Passwords are for the old place.
    [InlineData("sip:123:secret@x", 0, "", "sip:123@gw.example")]
    // Parameters stay, unless they say where the old URI led.
    [InlineData(
        "sip:123@x:5070;user=phone;cpc=ordinary;transport=tcp;maddr=1.2.3.4;ttl=3;lr;method=BYE",
        0,
        "",
        "sip:123@gw.example;user=phone;cpc=ordinary"
    )]
    [InlineData("sip:+49;phone-context=x.example@y;user=phone", 0, "", "sip:+49;phone-context=x.example@gw.example;user=phone")]
    [InlineData("sip:123@x;flag;%61=%62", 0, "", "sip:123@gw.example;flag;%61=%62")]
    public void A_user_is_stripped_and_prepended_and_else_stays_as_it_came(string dialled, int strip, string prepend, string? expected) =>
        Assert.Equal(expected, SipUri.TryParse(dialled, out var uri) ? Rewritten(uri, "sip:gw.example", strip, prepend) : null);

    [Theory]
    [InlineData("sip:1@x;user=phone", "sip:gw.example:5070;transport=tcp", "sip:1@gw.example:5070;user=phone;transport=tcp")]
    [InlineData("sip:1@x;user=phone;a=1", "sip:gw.example;USER=ip;b", "sip:1@gw.example;a=1;USER=ip;b")] // the target's word counts
    [InlineData("sip:1@x", "sips:[2001:db8::1]", "sips:1@[2001:db8::1]")]
    public void The_target_keeps_its_parameters(string dialled, string target, string expected) =>
        Assert.Equal(expected, Rewritten(SipUri.Parse(dialled), target, 0, ""));

    [Theory]
    [InlineData("tel:+49-30-(1234).5", 0, "", "sip:+493012345@gw.example;user=phone")]
    [InlineData("tel:+4930", 1, "00", "sip:004930@gw.example;user=phone")]
    [InlineData("tel:+4930;isub=12;postd=pp22", 0, "", "sip:+4930;isub=12;postd=pp22@gw.example;user=phone")]
    [InlineData("tel:7042;phone-context=+49", 0, "", "sip:7042;phone-context=+49@gw.example;user=phone")]
    [InlineData("tel:7042;ext=5;phone-context=+49", 1, "+49", "sip:+49042;ext=5@gw.example;user=phone")] // global now: no context
    [InlineData("tel:7042;x=[1]", 0, "", "sip:7042;x=%5B1%5D@gw.example;user=phone")]
    [InlineData("tel:*21#;phone-context=+49", 0, "", "sip:*21%23;phone-context=+49@gw.example;user=phone")]
    public void A_number_becomes_a_user(string dialled, int strip, string prepend, string expected) =>
        Assert.Equal(expected, Rewritten(SipUri.Parse(dialled), "sip:gw.example", strip, prepend));

    [Fact]
    public void A_target_may_say_another_kind_of_user() =>
        Assert.Equal("sip:+49@gw.example;user=ip", Rewritten(SipUri.Parse("tel:+49"), "sip:gw.example;user=ip", 0, ""));

    [Theory]
    [InlineData("tel:+49-30(12).3", "+4930123")]
    [InlineData("sip:%2a21@x", "*21")]
    [InlineData("sip:1-2@x", "1-2")]
    public void A_prefix_is_compared_with_what_was_dialled(string uri, string number) =>
        Assert.Equal(number, DialledUri.NumberOf(SipUri.Parse(uri).View));

    [Theory]
    [InlineData("tel:70-42;phone-context=example.com", "sip:7042@example.com;user=phone")]
    [InlineData("tel:7042;phone-context=+49", null)]
    [InlineData("tel:7042", null)]
    [InlineData("tel:+4970;phone-context=example.com", null)]
    public void A_local_number_of_a_domain_is_a_user_there(string tel, string? expected) =>
        Assert.Equal(expected, DialledUri.TryPlaceInDomain(SipUri.Parse(tel).View, out var uri) ? uri.ToString() : null);

    private static string? Rewritten(SipUri dialled, string target, int strip, string prepend) =>
        DialledUri
            .Rewrite(
                new RouteConfiguration
                {
                    Prefix = "",
                    Strip = strip,
                    Prepend = prepend,
                },
                SipUri.Parse(target),
                dialled.View
            )
            ?.ToString();
}
