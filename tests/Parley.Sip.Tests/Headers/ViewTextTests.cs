using Xunit;

namespace Parley.Sip.Tests.Headers;

public sealed class ViewTextTests
{
    [Theory]
    [InlineData("Alice <sip:a@b>", "Alice")]
    [InlineData("\"Alice\" <sip:a@b>", "Alice")]
    [InlineData("\"Al\\\"ic\\\\e\" <sip:a@b>", "Al\"ic\\e")]
    [InlineData("\"Größe, M.\" <sip:a@b>", "Größe, M.")]
    [InlineData("\"Al\r\n  ice\" <sip:a@b>", "Al ice")]
    [InlineData("<sip:a@b>", "")]
    [InlineData("sip:a@b", "")]
    public void The_display_name_as_text(string value, string name)
    {
        Assert.True(NameAddrView.TryParse(Wire.Bytes(value), out NameAddrView view));
        Assert.Equal(name, view.DisplayNameText);
        Assert.Equal(value, view.ToString());
    }

    [Fact]
    public void Tag_and_parameters_as_text()
    {
        Assert.True(
            NameAddrView.TryParse(
                Wire.Bytes("<sip:b%20c@example.com;transport=tcp;x=a%2Fb;lr>;tag=77;+sip.instance=\"<urn:\\\"u>\";flag"),
                out NameAddrView view
            )
        );
        Assert.Equal("77", view.TagText);
        Assert.Equal("<urn:\"u>", view.Parameters.GetText("+SIP.instance"));
        Assert.Equal("", view.Parameters.GetText("flag"));
        Assert.Null(view.Parameters.GetText("lr"));
        Assert.Null(view.Parameters.GetText("lr"u8));
        Assert.Equal("b c", view.Uri.UserText);
        Assert.Equal("tcp", view.Uri.Parameters.GetText("Transport"));
        Assert.Equal("a/b", view.Uri.Parameters.GetText("x"u8));
        Assert.Equal("", view.Uri.Parameters.GetText("lr"));
        Assert.Throws<ArgumentNullException>("name", static () => default(ParameterList).GetText((string)null!));
    }

    [Fact]
    public void An_absent_value_has_empty_texts()
    {
        NameAddrView view = default;
        Assert.Equal(
            "",
            view.DisplayNameText + view.TagText + view.ToString() + view.Uri.UserText + view.Uri.HostText + view.Uri.ToString()
        );
        Assert.Null(view.Parameters.GetText("tag"));
    }

    [Fact]
    public void A_header_value_on_one_line()
    {
        Assert.Equal("a b c", SipText.ToLine("a \r\n\tb\n  c"u8));
        Assert.Equal("a b", SipText.ToLine("a b"u8));
    }

    [Fact]
    public void Method_names_as_text()
    {
        Assert.Equal("INVITE", SipText.MethodName(SipMethod.Invite));
        Assert.Equal("", SipText.MethodName(SipMethod.Other));
        Assert.Equal("", SipText.MethodName((SipMethod)200));
        foreach (SipMethod method in Enum.GetValues<SipMethod>())
            Assert.Equal(Wire.Text(SipText.Method(method)), SipText.MethodName(method));
    }
}
