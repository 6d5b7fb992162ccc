using System.Buffers.Binary;
using System.Text;
using CsCheck;
using Parley.Sip;
using Xunit;

namespace Parley.Dialogs.Tests;

public class InDialogRequestWriterTests
{
    [Fact]
    public void A_BYE_without_routes_goes_to_the_contact()
    {
        Assert.Equal(
            """
            BYE sip:alice@10.0.1.1:5062 SIP/2.0
            Max-Forwards: 70
            From: <sip:bob@example.com>;tag=b1
            To: <sip:alice@example.com>;tag=a1
            Call-ID: c1@x
            CSeq: 2 BYE
            Content-Length: 0


            """,
            Write("sip:alice@10.0.1.1:5062")
        );
    }

    [Fact]
    public void Loose_first_hop_keeps_the_contact_as_request_URI_and_the_routes_in_order()
    {
        using var request = new Parsed(Write("sip:alice@10.0.1.1", "sip:p1;lr", "sip:p2", "sip:p3;lr"));
        Assert.Equal("sip:alice@10.0.1.1", request.Uri);
        Assert.Equal(["sip:p1;lr", "sip:p2", "sip:p3;lr"], request.Routes);
    }

    [Fact]
    public void Strict_first_hop_becomes_the_request_URI_and_the_contact_goes_last()
    {
        using var request = new Parsed(Write("sip:alice@10.0.1.1", "sip:p1;transport=tcp?a=b", "sip:p2;lr"));
        Assert.Equal("sip:p1;transport=tcp", request.Uri);
        Assert.Equal(["sip:p2;lr", "sip:alice@10.0.1.1"], request.Routes);
        using var alone = new Parsed(Write("sip:alice@10.0.1.1", "sip:p1"));
        Assert.Equal("sip:p1", alone.Uri);
        Assert.Equal(["sip:alice@10.0.1.1"], alone.Routes);
    }

    [Fact]
    public void Extra_headers_and_a_body_are_carried()
    {
        var writer = new SipWriter();
        InDialogRequest request = Request("INVITE"u8, "sip:alice@10.0.1.1");
        request.ExtraHeaders = "Contact: <sip:10.0.0.1>\r\nReason: SIP;cause=200\r\n"u8;
        request.ContentType = "application/sdp"u8;
        request.Body = "v=0\r\n"u8;
        Assert.True(InDialogRequestWriter.TryWrite(writer, in request, out ReadOnlySpan<byte> written));
        Assert.True(SipMessage.TryParse(written, out SipMessage? message));
        Assert.Equal("v=0\r\n", Encoding.UTF8.GetString(message.Body));
        Assert.Equal("application/sdp", Encoding.UTF8.GetString(message.ContentType));
        Assert.Equal(SipMethod.Invite, message.Method);
        Assert.True(message.TryGetHeader("Reason"u8, out ReadOnlySpan<byte> reason));
        Assert.Equal("SIP;cause=200", Encoding.UTF8.GetString(reason));
    }

    [Fact]
    public void Row_23_without_a_usable_target_nothing_is_written()
    {
        var writer = new SipWriter();
        Assert.False(InDialogRequestWriter.TryWrite(writer, Request("BYE"u8, ""), out _));
        Assert.False(InDialogRequestWriter.TryWrite(writer, Request("BYE"u8, "alice"), out _));
        Assert.False(InDialogRequestWriter.TryWrite(writer, Request("BYE"u8, "sip:alice@10.0.1.1", "p1"), out _));
    }

    [Fact]
    public void Any_route_set_is_followed_as_the_RFC_says() =>
        Gen
            .Bool.Array[0, 6]
            .Sample(loose =>
            {
                string[] routes = [.. loose.Select((isLoose, i) => $"sip:p{i}{(isLoose ? ";lr" : "")}")];
                using var request = new Parsed(Write("sip:target@x", routes));
                bool strict = loose.Length > 0 && !loose[0];
                string[] expected = strict ? [.. routes[1..], "sip:target@x"] : routes;
                return request.Uri == (strict ? routes[0] : "sip:target@x") && request.Routes.SequenceEqual(expected);
            });

    [Fact]
    public void A_second_request_of_a_writer_allocates_nothing()
    {
        var writer = new SipWriter();
        InDialogRequest request = Request("OPTIONS"u8, "sip:alice@10.0.1.1", "sip:p1;lr");
        InDialogRequestWriter.TryWrite(writer, in request, out _);
        long before = GC.GetAllocatedBytesForCurrentThread();
        bool written = InDialogRequestWriter.TryWrite(writer, in request, out _);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(written);
    }

    [Theory]
    [InlineData("")]
    [InlineData("X-A: b\r\n")]
    [InlineData("X-A:\r\nReason : SIP;text=\"a:b\"\r\n")]
    public void Whole_header_lines_are_taken(string lines) => HeaderLines.Check(Encoding.UTF8.GetBytes(lines), "headers");

    [Theory]
    [InlineData("X-A: b")]
    [InlineData("X-A: b\n")]
    [InlineData("\r\n")]
    [InlineData("X-A: b\r\n\r\nBYE sip:x SIP/2.0\r\n")]
    [InlineData("X-A: b\r\nno colon\r\n")]
    [InlineData(": b\r\n")]
    [InlineData("X A: b\r\n")]
    [InlineData("X-A: b\nVia: x\r\n")]
    [InlineData("X-A: \0\r\n")]
    [InlineData("cseq: 1 BYE\r\n")]
    [InlineData("Route : <sip:x>\r\n")]
    [InlineData("l: 5\r\n")]
    public void Lines_that_would_break_the_message_are_refused(string lines) =>
        Assert.Equal(
            "headers",
            Assert.Throws<ArgumentException>(() => HeaderLines.Check(Encoding.UTF8.GetBytes(lines), "headers")).ParamName
        );

    private static InDialogRequest Request(ReadOnlySpan<byte> method, string contact, params string[] routes)
    {
        var packed = new List<byte>();
        foreach (string route in routes)
        {
            byte[] length = new byte[2];
            BinaryPrimitives.WriteUInt16LittleEndian(length, (ushort)route.Length);
            packed.AddRange(length);
            packed.AddRange(Encoding.ASCII.GetBytes(route));
        }

        return new InDialogRequest
        {
            Method = method,
            CSeq = 2,
            CallId = "c1@x"u8,
            FromUri = "sip:bob@example.com"u8,
            FromTag = "b1"u8,
            ToUri = "sip:alice@example.com"u8,
            ToTag = "a1"u8,
            Destination = PackedLeg.Build(default, "a1"u8, Encoding.ASCII.GetBytes(contact), routes.Length, packed.ToArray()),
        };
    }

    private static string Write(string contact, params string[] routes)
    {
        Assert.True(InDialogRequestWriter.TryWrite(new SipWriter(), Request("BYE"u8, contact, routes), out ReadOnlySpan<byte> written));
        return Encoding.UTF8.GetString(written).ReplaceLineEndings("\n");
    }

    private sealed class Parsed : IDisposable
    {
        private readonly SipMessage _message;

        public Parsed(string text)
        {
            Assert.True(
                SipMessage.TryParse(Encoding.UTF8.GetBytes(text.Replace("\n", "\r\n", StringComparison.Ordinal)), out SipMessage? message)
            );
            _message = message;
        }

        public string Uri => Encoding.UTF8.GetString(_message.RequestUri);

        public IReadOnlyList<string> Routes
        {
            get
            {
                var routes = new List<string>();
                foreach (NameAddrView route in _message.Routes)
                    routes.Add(Encoding.UTF8.GetString(route.UriText));
                return routes;
            }
        }

        public void Dispose() => _message.Release();
    }
}
