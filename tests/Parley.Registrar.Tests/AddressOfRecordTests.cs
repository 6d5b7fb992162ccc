using Parley.Sip;
using Xunit;

namespace Parley.Registrar.Tests;

public sealed class AddressOfRecordTests
{
    [Theory]
    [InlineData("alice@example.com", "alice@example.com")]
    [InlineData("sip:Alice@EXAMPLE.com;x=1", "Alice@example.com")]
    [InlineData("sips:alice@example.com:5061", "alice@example.com")]
    [InlineData("example.com", "example.com")]
    [InlineData("a b@example.com", "a b@example.com")]
    [InlineData("sip:a%20b@example.com", "a b@example.com")]
    [InlineData("größe@example.com", "größe@example.com")]
    [InlineData("a@b@example.com", "a@b@example.com")]
    [InlineData("alice@[2001:db8::1]", "alice@[2001:db8::1]")]
    public void Its_text_is_read_back(string text, string canonical)
    {
        AddressOfRecord address = AddressOfRecord.Parse(text);
        Assert.Equal(canonical, address.ToString());
        Assert.Equal(address, AddressOfRecord.Parse(canonical));
    }

    [Fact]
    public void Local_policy_counts_when_text_is_read()
    {
        var options = new RegistrarOptions { KeepPort = true, IgnoreUserCase = true };
        Assert.Equal("alice@example.com:5070", AddressOfRecord.Parse("Alice@example.com:5070", options).ToString());
        Assert.Equal("example.com:5070", AddressOfRecord.Parse("example.com:5070", options).ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("tel:+1555")]
    [InlineData("alice@")]
    [InlineData("alice@exa mple")]
    [InlineData("sip:")]
    [InlineData("mailto:alice@example.com:x")]
    public void Other_text_is_no_address(string text)
    {
        Assert.False(AddressOfRecord.TryParse(text, null, out _));
        Assert.Throws<FormatException>(() => AddressOfRecord.Parse(text));
        Assert.False(AddressOfRecord.TryParse(null, null, out _));
        Assert.Throws<ArgumentNullException>(nameof(text), static () => AddressOfRecord.Parse(null!));
    }

    [Theory]
    [InlineData("sip:alice@example.com", "alice@example.com")]
    [InlineData("sip:alice@EXAMPLE.com:5070;transport=tcp;user=phone", "alice@example.com")]
    [InlineData("sips:alice:secret@Example.Com", "alice@example.com")]
    [InlineData("sip:%61lice@example.com", "alice@example.com")]
    [InlineData("sip:Alice@example.com", "Alice@example.com")]
    [InlineData("sip:a%20b@example.com", "a b@example.com")]
    [InlineData("sip:100%25@example.com", "100%@example.com")]
    [InlineData("sip:alice@example.com.", "alice@example.com")]
    [InlineData("sip:example.com", "example.com")]
    [InlineData("sip:alice@[2001:DB8::1]:5060", "alice@[2001:db8::1]")]
    public void It_is_brought_into_canonical_form(string uri, string canonical)
    {
        Assert.True(AddressOfRecord.TryCreate(SipUri.Parse(uri).View, null, out var address));
        Assert.Equal(canonical, address.ToString());
    }

    [Theory]
    [InlineData("tel:+15551234")]
    [InlineData("http://example.com/")]
    public void Only_sip_and_sips_have_one(string text)
    {
        _ = SipUriView.TryParse(System.Text.Encoding.UTF8.GetBytes(text), out var uri);
        Assert.False(AddressOfRecord.TryCreate(uri, null, out _));
    }

    [Fact]
    public void Policy_may_keep_the_port_and_ignore_the_case_of_the_user()
    {
        var options = new RegistrarOptions { KeepPort = true, IgnoreUserCase = true };
        Assert.True(AddressOfRecord.TryCreate(SipUri.Parse("sip:ALICE@example.com:5070").View, options, out var address));
        Assert.Equal("alice@example.com:5070", address.ToString());
    }

    [Fact]
    public void Equal_addresses_have_equal_hashes()
    {
        Assert.True(AddressOfRecord.TryCreate(SipUri.Parse("sip:alice@example.com").View, null, out var one));
        Assert.True(AddressOfRecord.TryCreate(SipUri.Parse("sips:%61lice@EXAMPLE.com:5061").View, null, out var other));
        Assert.Equal(one, other);
        Assert.Equal(one.GetHashCode(), other.GetHashCode());
    }
}
