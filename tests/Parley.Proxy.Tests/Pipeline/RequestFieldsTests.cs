using Parley.Sip;
using Xunit;

namespace Parley.Proxy.Tests.Pipeline;

public sealed class RequestFieldsTests
{
    private static void Handle(Action<SipContext> look, string method = "INVITE", string uri = "sip:bob@10.0.0.2;x=1", string headers = "")
    {
        Exception? failure = null;
        bool called = false;
        using var fixture = new ProxyFixture(context =>
        {
            try
            {
                called = true;
                look(context);
            }
            catch (Exception error)
            {
                failure = error;
            }

            context.Reply(486);
            return default;
        });
        fixture.Peer("10.0.0.1").Send(method, uri, callId: "call-1", cseq: 7, headers: headers);
        fixture.Run(50);
        Assert.Null(failure);
        Assert.True(called);
    }

    [Fact]
    public void A_handler_reads_the_fields_of_the_request_as_text() =>
        Handle(static context =>
        {
            Assert.Equal("alice", context.From.Uri.UserText);
            Assert.Equal("f1", context.From.TagText);
            Assert.Equal("example.com", context.To.Uri.HostText);
            Assert.Equal("", context.To.TagText);
            Assert.Equal("sip:alice@10.0.0.1", context.Contact.Uri.ToString());
            Assert.Equal("bob", context.RequestUri.UserText);
            Assert.Equal("1", context.RequestUri.Parameters.GetText("x"));
            Assert.True(context.CallId.SequenceEqual("call-1"u8));
            Assert.Equal("call-1", context.CallIdText);
            Assert.Same(context.CallIdText, context.CallIdText);
            Assert.Equal(7u, context.CSeq);
            Assert.Equal("INVITE", context.MethodText);
        });

    [Fact]
    public void The_request_URI_is_the_one_that_branches_get() =>
        Handle(static context =>
        {
            context.SetRequestUri("sip:carol@10.0.0.3"u8);
            Assert.Equal("carol", context.RequestUri.UserText);
            Assert.Equal("sip:carol@10.0.0.3", Peer.Text(context.RequestUriText));
            Assert.Equal("bob", context.Request.RequestUriView.UserText);
        });

    [Fact]
    public void A_method_without_a_name_here_has_its_text() =>
        Handle(
            static context =>
            {
                Assert.Equal(SipMethod.Other, context.Method);
                Assert.Equal("FOO", context.MethodText);
            },
            method: "FOO"
        );

    [Fact]
    public void Any_header_is_read_by_its_name() =>
        Handle(
            static context =>
            {
                Assert.Equal("one two", context.HeaderText("subject"));
                Assert.Equal("42", context.HeaderText("X-Account"));
                Assert.Null(context.HeaderText("X-Other"));
                Assert.Throws<ArgumentNullException>("name", () => context.HeaderText(null!));
            },
            headers: "s: one\r\n two\r\nX-Account: 42\r\n"
        );

    [Fact]
    public void Reading_fields_as_bytes_allocates_nothing()
    {
        long allocated = -1;
        Handle(context =>
        {
            for (int i = 0; i < 20; i++)
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                int length = context.From.Uri.User.Length + context.To.Tag.Length + context.Contact.UriText.Length;
                length += context.RequestUri.User.Length + context.CallId.Length + (int)context.CSeq + context.MethodText.Length;
                allocated = GC.GetAllocatedBytesForCurrentThread() - before;
                Assert.True(length > 0);
            }
        });
        Assert.Equal(0, allocated);
    }

    [Fact]
    public void After_the_final_response_only_what_was_asked_for_before_is_there()
    {
        string? asked = null;
        using var fixture = new ProxyFixture(async context =>
        {
            if (context.Method == SipMethod.Options)
                asked = context.CallIdText;
            context.Reply(404);
            await Task.Yield();
            asked += "|" + context.CallIdText + "|" + context.MethodText;
        });
        Peer alice = fixture.Peer("10.0.0.1");
        alice.Send("OPTIONS", "sip:bob@10.0.0.2", callId: "a");
        fixture.Run(50);
        Assert.Equal("a|a|OPTIONS", asked);
        asked = null;
        alice.Send("INFO", "sip:bob@10.0.0.2", callId: "b");
        fixture.Run(50);
        Assert.Equal("|(let go)|INFO", asked);
    }
}
