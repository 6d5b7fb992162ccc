using Parley.Sip;
using Xunit;

namespace Parley.Registrar.Tests;

public sealed class RegistrarPolicyTests
{
    private static readonly AddressOfRecord Alice = AddressOfRecord.Parse("alice@example.com");

    [Theory]
    [InlineData(1, 60)]
    [InlineData(59, 60)]
    [InlineData(60, 60)]
    [InlineData(90, 90)]
    public void A_short_expiry_is_raised_where_the_policy_says_so(int asked, int granted)
    {
        using var fixture = new RegistrarFixture(new RegistrarOptions { ShortExpiry = ShortExpiryPolicy.Raise });
        (int status, string lines) = fixture.Register($"Contact: <sip:a@203.0.113.5>;expires={asked}\r\n");
        Assert.Equal(200, status);
        Assert.Equal([$"<sip:a@203.0.113.5>;expires={granted}"], RegistrarFixture.ContactLines(lines));
        Assert.Equal(granted, fixture.Table.RemainingOf(Assert.Single(fixture.Table.BindingsOf(Alice))).TotalSeconds);
    }

    [Fact]
    public void An_expiry_above_an_hour_is_raised_too_and_zero_still_removes()
    {
        using var fixture = new RegistrarFixture(
            new RegistrarOptions
            {
                ShortExpiry = ShortExpiryPolicy.Raise,
                MinExpires = TimeSpan.FromHours(2),
                MaxExpires = TimeSpan.FromHours(3),
            }
        );
        Assert.Contains(";expires=7200", fixture.Register("Contact: <sip:a@203.0.113.5>;expires=3600\r\n").Lines, StringComparison.Ordinal);
        Assert.Empty(RegistrarFixture.ContactLines(fixture.Register("Contact: <sip:a@203.0.113.5>;expires=0\r\n").Lines));
    }

    [Fact]
    public void By_default_a_short_expiry_is_423()
    {
        using var fixture = new RegistrarFixture();
        (int status, string lines) = fixture.Register("Contact: <sip:a@203.0.113.5>;expires=59\r\n");
        Assert.Equal((423, "Min-Expires: 60\r\n"), (status, lines));
    }

    [Fact]
    public void Beyond_the_limit_the_oldest_contact_gives_way_where_the_policy_says_so()
    {
        using var fixture = new RegistrarFixture(new RegistrarOptions { MaxContacts = 2, ContactLimit = ContactLimitPolicy.ReplaceOldest });
        foreach (string user in new[] { "a", "b" })
        {
            fixture.Register($"Contact: <sip:{user}@203.0.113.5>\r\n", callId: user);
            fixture.Clock.RunFor(TimeSpan.FromSeconds(1));
        }

        fixture.Register("Contact: <sip:a@203.0.113.5>\r\n", callId: "a"); // refreshed: b is the oldest now
        fixture.Clock.RunFor(TimeSpan.FromSeconds(1));
        fixture.Changes.Clear();
        (int status, string lines) = fixture.Register("Contact: <sip:c@203.0.113.5>;q=0.9\r\n", callId: "c");
        Assert.Equal(200, status);
        Assert.Equal(2, RegistrarFixture.ContactLines(lines).Count);
        Assert.Equal("sip:a@203.0.113.5 sip:c@203.0.113.5", fixture.Contacts());
        Assert.Equal(["Removed alice@example.com sip:b@203.0.113.5", "Added alice@example.com sip:c@203.0.113.5"], fixture.Changes);
        Assert.Equal(2, fixture.Table.BindingCount);
    }

    [Fact]
    public void What_code_has_bound_never_gives_way()
    {
        using var fixture = new RegistrarFixture(new RegistrarOptions { MaxContacts = 2, ContactLimit = ContactLimitPolicy.ReplaceOldest });
        fixture.Table.Bind(Alice, SipUri.Parse("sip:one@203.0.113.1"));
        fixture.Table.Bind(Alice, SipUri.Parse("sip:two@203.0.113.1"));
        Assert.Equal(403, fixture.Register("Contact: <sip:c@203.0.113.5>\r\n").Status);
        Assert.Equal("sip:one@203.0.113.1 sip:two@203.0.113.1", fixture.Contacts());
    }

    [Fact]
    public void One_REGISTER_with_more_contacts_than_the_limit_is_403_by_either_policy()
    {
        foreach (ContactLimitPolicy policy in Enum.GetValues<ContactLimitPolicy>())
        {
            using var fixture = new RegistrarFixture(new RegistrarOptions { MaxContacts = 2, ContactLimit = policy });
            fixture.Register("Contact: <sip:old@203.0.113.5>\r\n");
            Assert.Equal(403, fixture.Register("Contact: <sip:a@1.1.1.1>, <sip:b@1.1.1.1>, <sip:c@1.1.1.1>\r\n").Status);
            Assert.Equal("sip:old@203.0.113.5", fixture.Contacts());
        }
    }

    [Fact]
    public void By_default_one_contact_more_is_403()
    {
        using var fixture = new RegistrarFixture(new RegistrarOptions { MaxContacts = 1 });
        fixture.Register("Contact: <sip:a@203.0.113.5>\r\n");
        Assert.Equal(403, fixture.Register("Contact: <sip:b@203.0.113.5>\r\n").Status);
        Assert.Equal("sip:a@203.0.113.5", fixture.Contacts());
    }
}
