using System.Xml.Linq;
using Parley.Hosting;
using Xunit;

namespace Parley.Management.Tests.CallFiles;

public class LadderTests
{
    [Fact]
    public void A_text_ladder_has_parties_messages_and_steps_in_order()
    {
        string[] lines = CallLadder.Draw(SampleCall.File).Split('\n');
        string all = string.Join('\n', lines);
        Assert.Contains("Call-ID a84b4c76e66710", all, StringComparison.Ordinal);
        Assert.Contains("abnormal: late2xx", all, StringComparison.Ordinal);
        int invite = Array.FindIndex(lines, static l => l.StartsWith("12:00:00.123", StringComparison.Ordinal));
        Assert.Matches(@"^12:00:00\.123 \|-+INVITE-+>\|", lines[invite]);
        Assert.Matches(@"^12:00:00\.124 \|<-+100 Trying \(INVITE\)-+\|", lines[invite + 1]);
        Assert.Contains("* To the registered contact of bob", lines[invite + 2], StringComparison.Ordinal);
        Assert.Contains("486 Busy Here (INVITE) (again)", all, StringComparison.Ordinal);
        Assert.DoesNotContain("registered contact", CallLadder.Draw(SampleCall.File, withSteps: false), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(80)]
    [InlineData(100)]
    [InlineData(120)]
    public void No_line_is_longer_than_the_width(int width)
    {
        foreach (CallFile file in (CallFile[])[SampleCall.File, Many()])
            Assert.All(CallLadder.Draw(file, width).Split('\n'), line => Assert.True(line.Length <= width, line));
    }

    [Fact]
    public void Parties_without_room_share_a_column_and_are_named_at_the_arrow()
    {
        string text = CallLadder.Draw(Many(), 120);
        Assert.Contains("others", text, StringComparison.Ordinal);
        Assert.Contains("10.0.0.9:5", text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_terminal_would_obey_is_replaced()
    {
        CallFile file = SampleCall.File with
        {
            CallId = "a\u001b[2Jb",
            Line = "x\u202ey",
            Entries = [SampleCall.In(0, "192.0.2.9:5060", "udp", "INV\u001b[31mITE sip:x SIP/2.0\r\n\r\n")],
        };
        Assert.DoesNotContain(CallLadder.Draw(file), static c => c is '\u001b' or '\u202e');
    }

    [Fact]
    public void An_empty_call_is_drawn()
    {
        Assert.Contains("parley", CallLadder.Draw(SampleCall.File with { Entries = [] }), StringComparison.Ordinal);
        XDocument.Parse(CallLadderSvg.Draw(SampleCall.File with { Entries = [] }));
    }

    [Fact]
    public void The_SVG_is_a_document_with_titles_that_stand_for_itself()
    {
        string svg = CallLadderSvg.Draw(SampleCall.File);
        XElement root = XDocument.Parse(svg).Root!;
        XNamespace ns = "http://www.w3.org/2000/svg";
        Assert.Equal(ns + "svg", root.Name);
        Assert.Equal("img", root.Attribute("role")!.Value);
        Assert.Contains("a84b4c76e66710", root.Element(ns + "title")!.Value, StringComparison.Ordinal);
        Assert.Contains("8 messages", root.Element(ns + "desc")!.Value, StringComparison.Ordinal);
        Assert.Equal(9, root.Elements(ns + "g").Count());
        Assert.All(
            root.Elements(ns + "g"),
            static g => Assert.NotEqual("", g.Element(XName.Get("title", "http://www.w3.org/2000/svg"))!.Value)
        );
        Assert.Contains("prefers-color-scheme:dark", svg, StringComparison.Ordinal);
        // Nothing is fetched from elsewhere.
        Assert.DoesNotContain("href", svg, StringComparison.Ordinal);
        Assert.Single(System.Text.RegularExpressions.Regex.Matches(svg, "https?://"));
    }

    [Fact]
    public void What_comes_from_the_network_is_no_markup()
    {
        CallFile file = SampleCall.File with
        {
            CallId = "</title><script>alert(1)</script>\u0000",
            Entries =
            [
                SampleCall.In(0, "<x>:1", "udp", "<script> sip:x SIP/2.0\r\n\r\n"),
                new CallFileStep(SampleCall.Start, "x", "]]><script>\ud800"),
            ],
        };
        string svg = CallLadderSvg.Draw(file);
        Assert.DoesNotContain(XDocument.Parse(svg).Descendants(), static e => e.Name.LocalName == "script");
    }

    private static CallFile Many() =>
        SampleCall.File with
        {
            Entries =
            [
                .. SampleCall.File.Entries,
                .. Enumerable.Range(1, 9).Select(i => SampleCall.Out(600 + i, $"10.0.0.{i}:5060", "udp", "OPTIONS sip:x SIP/2.0\r\n\r\n")),
                new CallFileStep(SampleCall.Start, "state", new string('x', 300) + " " + string.Join(' ', Enumerable.Repeat("word", 60))),
            ],
        };
}
