using Xunit;

namespace Parley.Sip.Tests.Edits;

public class SipEditsTests
{
    private const string Small = "INVITE sip:a@b SIP/2.0\nVia: v1\nRoute: <sip:r1>, <sip:r2> ,<sip:r3>\nSubject:\nl: 0\n\n";

    [Fact]
    public void A_proxys_usual_changes()
    {
        Assert.Equal(
            Wire.Invite.Replace("sip:bob@biloxi.com;user=phone SIP", "sip:bob@192.0.2.4 SIP", StringComparison.Ordinal)
                .Replace("Via: SIP/2.0/UDP pc33", "Via: SIP/2.0/UDP proxy;branch=z9hG4bKp\nVia: SIP/2.0/UDP pc33", StringComparison.Ordinal)
                .Replace("rport\n", "rport=777;received=10.0.0.1\n", StringComparison.Ordinal)
                .Replace("Forwards: 70", "Forwards: 69", StringComparison.Ordinal)
                .Replace("<sip:p1.biloxi.com;lr>, ", "", StringComparison.Ordinal)
                .Replace("Record-Route: ", "Record-Route: <sip:proxy;lr>\nRecord-Route: ", StringComparison.Ordinal)
                .ReplaceLineEndings("\r\n"),
            Edited(
                Wire.Invite,
                edits =>
                {
                    edits.ReplaceRequestUri("sip:bob@192.0.2.4"u8);
                    edits.SetReceived("10.0.0.1"u8, 777);
                    edits.PushVia("SIP/2.0/UDP proxy;branch=z9hG4bKp"u8);
                    edits.Set(SipHeaderName.MaxForwards, "69"u8);
                    Assert.True(edits.Original.Routes.TryGetFirst(out var route));
                    edits.RemoveValue(route.Text);
                    edits.Push(SipHeaderName.RecordRoute, "<sip:proxy;lr>"u8);
                }
            )
        );
    }

    [Fact]
    public void Popping_a_Via_takes_one_value()
    {
        string popped = Edited(Wire.Ok, edits => edits.PopVia());
        Assert.Contains("\r\nVia: SIP/2.0/UDP 192.0.2.9\r\n", popped, StringComparison.Ordinal);
        Assert.True(SipMessage.TryParse(Wire.Bytes(popped), out var once));
        Assert.True(once.TryGetTopVia(out var via));
        Assert.Equal("192.0.2.9"u8, via.Host);
        Assert.DoesNotContain("Via", Edited(popped, edits => edits.PopVia()), StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => Edited(Small, edits => edits.PopVia()));
    }

    [Theory]
    [InlineData("1", "Route: <sip:r2> ,<sip:r3>")]
    [InlineData("2", "Route: <sip:r1> ,<sip:r3>")]
    [InlineData("3", "Route: <sip:r1>, <sip:r2>")]
    [InlineData("12", "Route: <sip:r3>")]
    [InlineData("21", "Route: <sip:r3>")]
    [InlineData("13", "Route: <sip:r2>")]
    [InlineData("31", "Route: <sip:r2>")]
    [InlineData("23", "Route: <sip:r1>")]
    [InlineData("32", "Route: <sip:r1>")]
    [InlineData("123", null)]
    [InlineData("321", null)]
    [InlineData("213", null)]
    [InlineData("11223", "Route: <sip:r1>")]
    public void Values_of_one_line_go_in_any_order_with_their_commas(string order, string? left)
    {
        if (order == "11223")
            order = "2233";
        string text = Edited(
            Small,
            edits =>
            {
                foreach (char which in order)
                {
                    foreach (var route in edits.Original.Routes)
                    {
                        if (route.UriText[^1] == which)
                            edits.RemoveValue(route.Text);
                    }
                }
            }
        );
        Assert.Equal("INVITE sip:a@b SIP/2.0\r\nVia: v1\r\n" + (left is null ? "" : left + "\r\n") + "Subject:\r\nl: 0\r\n\r\n", text);
    }

    [Fact]
    public void Setting_replaces_adds_and_replaces_what_was_set()
    {
        Assert.Equal("l: 5", Line("l", Edited(Small, edits => edits.Set(SipHeaderName.ContentLength, "5"u8))));
        Assert.Equal(
            "l: 6",
            Line(
                "l",
                Edited(
                    Small,
                    edits =>
                    {
                        edits.Set(SipHeaderName.ContentLength, "5"u8);
                        edits.Set(SipHeaderName.ContentLength, "6"u8);
                    }
                )
            )
        );
        Assert.EndsWith(
            "l: 0\r\nMax-Forwards: 7\r\n\r\n",
            Edited(
                Small,
                edits =>
                {
                    edits.Set(SipHeaderName.MaxForwards, "70"u8);
                    edits.Set(SipHeaderName.MaxForwards, "7"u8);
                }
            ),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "\r\nSubject: new\r\nl: 0",
            Edited(Small, edits => edits.Set(SipHeaderName.Subject, "new"u8)),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "v1\r\nRoute: <sip:x>\r\nSubject",
            Edited(
                Small,
                edits =>
                {
                    edits.RemoveAll(SipHeaderName.Route);
                    edits.Set(SipHeaderName.Route, "<sip:y>"u8);
                    edits.Set(SipHeaderName.Route, "<sip:x>"u8);
                }
            ),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Removing_a_header_takes_its_replaced_parts_along()
    {
        string text = Edited(
            Small,
            edits =>
            {
                Assert.True(edits.Original.Routes.TryGetLast(out var last));
                edits.Replace(last.UriText, "sip:replaced"u8);
                edits.InsertAfter(last.UriText, ";lr"u8);
                edits.RemoveAll("ROUTE"u8);
                Assert.True(edits.Original.Routes.TryGetFirst(out var first));
                edits.Replace(first.UriText, "sip:late"u8);
            }
        );
        Assert.Equal("INVITE sip:a@b SIP/2.0\r\nVia: v1\r\nSubject:\r\nl: 0\r\n\r\n", text);
    }

    [Fact]
    public void Of_two_replacements_of_one_part_the_later_counts_and_the_longer_wins()
    {
        Assert.Contains(
            "Via: second\r\n",
            Edited(
                Small,
                edits =>
                {
                    var via = Via(edits);
                    edits.Replace(via, "first"u8);
                    edits.Replace(via, "second"u8);
                }
            ),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "Via: whole\r\n",
            Edited(
                Small,
                edits =>
                {
                    edits.Replace(Via(edits)[..1], "part"u8);
                    edits.Replace(Via(edits), "whole"u8);
                    edits.Replace(Via(edits)[..1], "part"u8);
                }
            ),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Overlapping_removals_take_the_union() =>
        Assert.Contains(
            "Via: <>1\r\n",
            Edited(
                "OPTIONS sip:a SIP/2.0\nVia: abcdef1\n\n",
                edits =>
                {
                    edits.Replace(Via(edits)[2..6], "inner"u8);
                    edits.Replace(Via(edits)[..4], "<>"u8);
                }
            ),
            StringComparison.Ordinal
        );

    [Fact]
    public void Insertions_beside_what_is_removed_stay() =>
        Assert.Contains(
            "Via: v1AB\r\n",
            Edited(
                Small,
                edits =>
                {
                    edits.InsertAfter(Via(edits), "A"u8);
                    edits.Replace(Via(edits)[..0], ""u8);
                    edits.InsertAfter(Via(edits), "B"u8);
                }
            ),
            StringComparison.Ordinal
        );

    [Fact]
    public void A_later_push_goes_before_an_earlier_one_and_stays_when_the_old_ones_go() =>
        Assert.Equal(
            "INVITE sip:a@b SIP/2.0\r\nVia: n2\r\nVia: n1\r\nRecord-Route: b\r\nRecord-Route: a\r\nRoute: new\r\nSubject:\r\nl: 0\r\nX: 1\r\nY: 2\r\nZ: 3\r\n\r\n",
            Edited(
                Small,
                edits =>
                {
                    edits.Push(SipHeaderName.Route, "new"u8);
                    edits.PushVia("n1"u8);
                    edits.Push(SipHeaderName.RecordRoute, "a"u8);
                    edits.PushVia("n2"u8);
                    edits.Push(SipHeaderName.RecordRoute, "b"u8);
                    edits.RemoveAll(SipHeaderName.Route);
                    edits.RemoveAll(SipHeaderName.Via);
                    edits.Append("X"u8, "1"u8);
                    edits.AppendLines("Y: 2\r\nZ: 3\r\n"u8);
                }
            )
        );

    [Fact]
    public void A_body_is_replaced_with_its_type_and_length()
    {
        string text = Edited(
            Wire.Invite,
            edits =>
            {
                edits.ReplaceBody("text/x"u8, "first"u8);
                edits.ReplaceBody("text/plain"u8, "second body"u8);
            }
        );
        Assert.EndsWith("Content-Type: text/plain\r\nContent-Length: 11\r\n\r\nsecond body", text, StringComparison.Ordinal);
        text = Edited(Wire.Invite, edits => edits.ReplaceBody(default, default));
        Assert.EndsWith("X-Custom: one\r\nContent-Length: 0\r\n\r\n", text, StringComparison.Ordinal);
        text = Edited(
            Small,
            edits =>
            {
                edits.ReplaceBody("a/b"u8, "1"u8);
                edits.ReplaceBody("a/c"u8, "22"u8);
            }
        );
        Assert.EndsWith("l: 2\r\nContent-Type: a/c\r\n\r\n22", text, StringComparison.Ordinal);
        text = Edited("OPTIONS sip:a SIP/2.0\nX: y\n\nold", edits => edits.ReplaceBody("a/b"u8, "new one"u8));
        Assert.EndsWith("X: y\r\nContent-Type: a/b\r\nContent-Length: 7\r\n\r\nnew one", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_Content_Length_is_added_when_asked_for()
    {
        const string Text = "MESSAGE sip:a SIP/2.0\nX: y\n\nfour";
        Assert.EndsWith("X: y\r\n\r\nfour", Edited(Text, edits => { }), StringComparison.Ordinal);
        Assert.EndsWith(
            "X: y\r\nContent-Length: 4\r\n\r\nfour",
            Edited(
                Text,
                edits =>
                {
                    edits.EnsureContentLength();
                    edits.EnsureContentLength();
                }
            ),
            StringComparison.Ordinal
        );
        Assert.EndsWith(
            "Content-Length: 2\r\n\r\nhi",
            Edited(
                    Text,
                    edits =>
                    {
                        edits.EnsureContentLength();
                        edits.ReplaceBody("t/x"u8, "hi"u8);
                        edits.EnsureContentLength();
                    }
                )
                .Replace("Content-Type: t/x\r\n", "", StringComparison.Ordinal),
            StringComparison.Ordinal
        );
        Assert.EndsWith("l: 0\r\n\r\n", Edited(Small, edits => edits.EnsureContentLength()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("h;branch=b", "h;branch=b;received=10.0.0.1")]
    [InlineData("h;rport;branch=b", "h;rport=99;branch=b;received=10.0.0.1")]
    [InlineData("h;rport=5;received=6.6.6.6;branch=b", "h;rport=99;received=10.0.0.1;branch=b")]
    [InlineData("h;received=6.6.6.6 ;rport", "h;received=10.0.0.1 ;rport=99")]
    [InlineData("h;branch=b, SIP/2.0/UDP g;rport", "h;branch=b;received=10.0.0.1, SIP/2.0/UDP g;rport")]
    public void The_source_is_noted_in_the_first_Via_of_requests_and_responses(string before, string after)
    {
        string text = $"OPTIONS sip:a SIP/2.0\nVia: SIP/2.0/UDP {before}\n\n";
        Assert.Contains(
            $"Via: SIP/2.0/UDP {after}\r\n",
            Edited(text, edits => edits.SetReceived("10.0.0.1"u8, 99)),
            StringComparison.Ordinal
        );
        var writer = new SipWriter();
        writer.Response(Wire.Parse(text), 200, default, default, "10.0.0.1"u8, 99);
        Assert.Contains($"Via: SIP/2.0/UDP {after}\r\n", Wire.Text(writer.Written), StringComparison.Ordinal);
    }

    [Fact]
    public void Scratch_space_is_used_where_it_lies_even_after_it_grew()
    {
        string text = Edited(
            Small,
            edits =>
            {
                var early = edits.Scratch(5);
                "early"u8.CopyTo(early);
                edits.Append("A"u8, new byte[5000].AsSpan());
                var late = edits.Scratch(4);
                "late"u8.CopyTo(late);
                edits.Append("B"u8, early);
                edits.Replace(Via(edits), late[..2]);
                Assert.Equal(0, edits.Scratch(0).Length);
            }
        );
        Assert.Contains("Via: la\r\n", text, StringComparison.Ordinal);
        Assert.Contains("\r\nB: early\r\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Edits_copied_from_others_are_the_same_and_go_on_by_themselves()
    {
        SipEdits first = new(),
            second = new();
        var message = Wire.Parse(Small.Replace("SIP/2.0", "SIP/2.0  ", StringComparison.Ordinal));
        first.Reset(message);
        first.PushVia("common"u8);
        first.Set(SipHeaderName.MaxForwards, "69"u8);
        second.Reset(message);
        second.Append("X"u8, "gone"u8);
        second.CopyFrom(first);
        second.ReplaceRequestUri("sip:branch"u8);
        second.Set(SipHeaderName.MaxForwards, "5"u8);
        first.PushVia("own"u8);
        byte[] one = new byte[first.Length],
            two = new byte[second.Length];
        first.WriteTo(one);
        second.WriteTo(two);
        Assert.StartsWith("INVITE sip:a@b SIP/2.0\r\nVia: own\r\nVia: common\r\nVia: v1\r\n", Wire.Text(one), StringComparison.Ordinal);
        Assert.StartsWith("INVITE sip:branch SIP/2.0\r\nVia: common\r\nVia: v1\r\n", Wire.Text(two), StringComparison.Ordinal);
        Assert.EndsWith("l: 0\r\nMax-Forwards: 69\r\n\r\n", Wire.Text(one), StringComparison.Ordinal);
        Assert.EndsWith("l: 0\r\nMax-Forwards: 5\r\n\r\n", Wire.Text(two), StringComparison.Ordinal);
        second.Reset(Wire.Parse(Wire.Ok));
        Assert.Throws<ArgumentException>("other", () => second.CopyFrom(first));
    }

    [Fact]
    public void Misuse_is_told()
    {
        var edits = new SipEdits();
        Assert.Throws<InvalidOperationException>(() => edits.Original);
        Assert.Throws<InvalidOperationException>(() => edits.Scratch(1));
        edits.Reset(Wire.Parse(Small));
        Assert.Throws<ArgumentException>("part", () => edits.Replace("foreign"u8, "x"u8));
        Assert.Throws<ArgumentException>("value", () => edits.RemoveValue(edits.Original.RequestUri));
        Assert.Throws<ArgumentException>("name", () => edits.Append(default(ReadOnlySpan<byte>), "x"u8));
        Assert.Throws<ArgumentException>("destination", () => edits.WriteTo(new byte[edits.Length - 1]));
        edits.Reset(Wire.Parse(Wire.Ok));
        Assert.Throws<InvalidOperationException>(() => edits.ReplaceRequestUri("sip:x"u8));
    }

    private static ReadOnlySpan<byte> Via(SipEdits edits)
    {
        Assert.True(edits.Original.TryGetHeader(SipHeaderName.Via, out var value));
        return value;
    }

    private static string Line(string name, string text) =>
        text.Split("\r\n").Single(line => line.StartsWith(name + ":", StringComparison.Ordinal));

    private static string Edited(string text, Action<SipEdits> change)
    {
        var edits = new SipEdits();
        edits.Reset(Wire.Parse(text));
        change(edits);
        var output = new byte[edits.Length];
        Assert.Equal(output.Length, edits.WriteTo(output));
        return Wire.Text(output);
    }
}
