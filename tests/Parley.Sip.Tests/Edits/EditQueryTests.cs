using System.Text;
using Xunit;

namespace Parley.Sip.Tests.Edits;

public class EditQueryTests
{
    private readonly SipEdits _edits = new();

    public EditQueryTests()
    {
        const string Text =
            "INVITE sip:b@x SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nm: <sip:a@x>, <sip:c@x>\r\nTo: <sip:b@x>\r\nFrom: <sip:a@x>;tag=1\r\n"
            + "Call-ID: 1\r\nCSeq: 1 INVITE\r\nContent-Length: 2\r\n\r\nxy";
        Assert.True(SipMessage.TryParse(Encoding.ASCII.GetBytes(Text), out SipMessage? message));
        _edits.Reset(message);
    }

    [Fact]
    public void Edits_beside_a_header_do_not_change_it()
    {
        _edits.PushVia("SIP/2.0/UDP p;branch=z9hG4bK2"u8);
        _edits.Set(SipHeaderName.MaxForwards, "69"u8);
        _edits.Push(SipHeaderName.RecordRoute, "<sip:p;lr>"u8);
        _edits.ReplaceRequestUri("sip:d@x"u8);
        _edits.RemoveAll(SipHeaderName.To);

        Assert.False(_edits.Changes(SipHeaderName.Contact));
        Assert.False(_edits.ChangesBody);
        Assert.True(_edits.Changes(SipHeaderName.RecordRoute));
        Assert.True(_edits.Changes(SipHeaderName.To));
    }

    [Fact]
    public void A_value_replaced_removed_or_extended_is_a_change()
    {
        SipMessage message = _edits.Original;
        Assert.True(message.Contacts.TryGetFirst(out NameAddrView contact));
        _edits.Replace(contact.UriText, "sip:z@x"u8);
        Assert.True(_edits.Changes(SipHeaderName.Contact));
        _edits.Reset(message);
        Assert.False(_edits.Changes(SipHeaderName.Contact));
        Assert.True(message.Contacts.TryGetFirst(out contact));
        _edits.RemoveValue(contact.Text);
        Assert.True(_edits.Changes(SipHeaderName.Contact));
        _edits.Reset(message);
        Assert.True(message.Contacts.TryGetFirst(out contact));
        _edits.InsertAfter(contact.UriText, ";x=1"u8);
        Assert.True(_edits.Changes(SipHeaderName.Contact));
    }

    [Theory]
    [InlineData("Contact: <sip:n@x>\r\n")]
    [InlineData("X-A: sip:1\r\nM : <sip:n@x>\r\n")]
    public void A_line_added_is_a_change(string lines)
    {
        _edits.AppendLines(Encoding.ASCII.GetBytes(lines));
        Assert.True(_edits.Changes(SipHeaderName.Contact));
    }

    [Fact]
    public void Another_body_is_a_change_of_the_body()
    {
        _edits.ReplaceBody("text/plain"u8, "z"u8);
        Assert.True(_edits.ChangesBody);
        Assert.True(_edits.Changes(SipHeaderName.ContentType));
        Assert.False(_edits.Changes(SipHeaderName.Contact));
    }
}
