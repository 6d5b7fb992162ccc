using Xunit;

namespace Parley.Sip.Tests.Torture;

/// <summary>Every message of RFC 4475 and RFC 5118 with the verdict that the RFC's text asks of a proxy.</summary>
public class TortureTests
{
    private static readonly string Root = Path.Combine(AppContext.BaseDirectory, "Torture");

    public static IEnumerable<TheoryDataRow<string, string, string>> Verdicts() =>
        File.ReadLines(Path.Combine(Root, "verdicts.tsv"))
            .Where(line => line.Length > 0 && line[0] != '#')
            .Select(line => line.Split('\t'))
            .Select(row => new TheoryDataRow<string, string, string>(row[0], row[1], row[2])
            {
                TestDisplayName = $"{row[1]} {row[0]}: {row[2]}",
            });

    [Theory]
    [MemberData(nameof(Verdicts))]
    public void Message_gets_the_verdict_of_its_RFC(string name, string section, string verdict)
    {
        Assert.StartsWith("RFC ", section, StringComparison.Ordinal);
        Assert.Equal(verdict, VerdictOn(Read(name)));
    }

    [Fact]
    public void Every_message_has_one_row_and_lies_in_the_folder_of_its_verdict()
    {
        var rows = Verdicts().ToDictionary(row => row.Data.Item1, row => row.Data.Item3);
        var valid = Directory.GetFiles(Path.Combine(Root, "valid")).Select(path => Path.GetFileNameWithoutExtension(path)!);
        var invalid = Directory.GetFiles(Path.Combine(Root, "invalid")).Select(path => Path.GetFileNameWithoutExtension(path)!);
        Assert.Equal(rows.Where(row => row.Value == "forward").Select(row => row.Key).Order(), valid.Order());
        Assert.Equal(rows.Where(row => row.Value != "forward").Select(row => row.Key).Order(), invalid.Order());
        Assert.Equal(61, rows.Count);
    }

    [Theory]
    [MemberData(nameof(Verdicts))]
    public void A_rejected_request_can_be_answered_and_the_answer_parses(string name, string section, string verdict)
    {
        Assert.NotEmpty(section);
        if (!verdict.StartsWith("reject", StringComparison.Ordinal))
            return;
        var bytes = Read(name);
        var message = new SipMessage();
        message.Parse(bytes, 0, bytes.Length, SipLimits.Default);
        var writer = new SipWriter();
        writer.Response(message, int.Parse(verdict[7..], null), default, "tag"u8);
        var answer = new SipMessage();
        Assert.Equal(SipParseStatus.Ok, answer.Parse(writer.End().ToArray(), 0, writer.Length, SipLimits.Default).Status);
        Assert.Equal(message.Vias.Count(), answer.Vias.Count());
    }

    [Fact]
    public void Spaces_of_the_request_line_are_not_forwarded()
    {
        Assert.StartsWith("INVITE sip:user@example.com SIP/2.0\r\n", Forwarded("lwsstart"), StringComparison.Ordinal);
        Assert.StartsWith("OPTIONS sip:remote-target@example.com SIP/2.0\r\n", Forwarded("trws"), StringComparison.Ordinal);
    }

    [Fact]
    public void Unquoted_display_name_is_malformed_even_with_the_final_blank_line() =>
        Assert.Equal("reject 400", VerdictOn([.. Read("baddn"), .. "\r\n"u8]));

    [Fact]
    public void Tortuous_invite_is_read_to_the_last_value()
    {
        var message = Parse("wsinv");
        Assert.Equal("1918181833n"u8, message.ToTag);
        Assert.Equal("98asjd8"u8, message.FromTag);
        Assert.Equal("\"J Rosenberg \\\\\\\"\""u8, message.From.DisplayName);
        Assert.Equal(68, message.MaxForwards);
        Assert.Equal(9u, message.CSeqNumber);
        Assert.Equal("INVITE"u8, message.CSeqMethodText);
        Assert.Equal(150, message.Body.Length);
        Assert.Equal(3, message.Vias.Count());
        var vias = message.Vias.GetEnumerator();
        Assert.True(vias.MoveNext());
        Assert.Equal("390skdjuw"u8, vias.Current.Branch);
        Assert.Equal("192.0.2.2"u8, vias.Current.SentBy);
        Assert.True(vias.MoveNext());
        Assert.Equal("TCP"u8, vias.Current.Transport);
        Assert.Equal("spindle.example.com"u8, vias.Current.Host);
        Assert.Equal("z9hG4bK9ikj8"u8, vias.Current.Branch);
        Assert.True(vias.MoveNext());
        Assert.Equal("z9hG4bK30239"u8, vias.Current.Branch);
        Assert.True(message.Routes.TryGetFirst(out var route));
        Assert.True(route.Uri.IsLoose);
        Assert.True(message.Contacts.TryGetFirst(out var contact));
        Assert.Equal(330, contact.Q);
        Assert.Equal("\"Quoted string \\\"\\\"\""u8, contact.DisplayName);
        Assert.True(contact.Parameters.TryGet("newparam"u8, out var value));
        Assert.Equal("newvalue"u8, value);
        Assert.True(contact.Parameters.TryGet("secondparam"u8, out value));
        Assert.True(value.IsEmpty);
        Assert.True(message.TryGetHeader("newfangledheader"u8, out value));
        var unfolded = new byte[value.Length];
        Assert.Equal("newfangled value continued newfangled value"u8, unfolded.AsSpan(0, SipText.Unfold(value, unfolded)));
    }

    [Fact]
    public void Odd_characters_of_intmeth_land_in_their_places()
    {
        var message = Parse("intmeth");
        Assert.Equal("!interesting-Method0123456789_*+`.%indeed'~"u8, message.MethodText);
        Assert.Equal("1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*"u8, message.RequestUriView.User);
        Assert.Equal("&it+has=1,weird!*pas$wo~d_too.(doesn't-it)"u8, message.RequestUriView.Password);
        Assert.Equal("example.com"u8, message.RequestUriView.Host);
        Assert.Equal("_token~1'+`*%!-."u8, message.FromTag);
        Assert.Equal("intmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{"u8, message.CallId);
        Assert.Equal(139122385u, message.CSeqNumber);
        Assert.Equal(255, message.MaxForwards);
    }

    [Fact]
    public void Escapes_are_undone_only_where_they_are_escapes()
    {
        var message = Parse("esc01");
        Assert.Equal("sips:user@example.com", message.RequestUriView.UserText);
        Assert.Equal("example.net"u8, message.RequestUriView.Host);
        Assert.Equal("user", message.To.Uri.UserText);
        Assert.Equal("I have spaces", message.From.Uri.UserText);
        Assert.True(message.Contacts.TryGetFirst(out var contact));
        Assert.True(contact.Uri.IsLoose);
        Assert.True(contact.Uri.Parameters.TryGet("name"u8, out var value));
        Assert.Equal("v%61lue%25%34%31"u8, value);

        message = Parse("esc02");
        Assert.Equal(SipMethod.Other, message.Method);
        Assert.Equal("RE%47IST%45R"u8, message.MethodText);
        Assert.Equal(2, message.Contacts.Count());
    }

    [Fact]
    public void Only_the_first_request_of_a_double_datagram_is_there()
    {
        var message = Parse("dblreq");
        Assert.Equal(SipMethod.Register, message.Method);
        Assert.Equal(0, message.Body.Length);
        Assert.DoesNotContain("INVITE", message.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Long_request_has_all_its_values()
    {
        var message = Parse("longreq");
        Assert.Equal(34, message.Vias.Count());
        Assert.True(message.FromTag.Length > 100);
    }

    [Fact]
    public void Ipv6_addresses_and_ports_are_told_apart()
    {
        Assert.Equal("[2001:db8::10:5070]"u8, Parse("port-ambiguous").RequestUriView.Host);
        Assert.Equal(0, Parse("port-ambiguous").RequestUriView.Port);
        Assert.Equal(5070, Parse("port-unambiguous").RequestUriView.Port);
        Assert.True(Parse("via-received-param-with-delim").TryGetTopVia(out var via));
        Assert.Equal("[2001:db8::9:255]"u8, via.Received);
        Assert.True(Parse("via-received-param-no-delim").TryGetTopVia(out via));
        Assert.Equal("2001:db8::9:255"u8, via.Received);
        Assert.True(Parse("ipv6-bug-abnf-3-colons").RequestUriView.EquivalentTo(Parse("ipv6-correct-abnf-2-colons").RequestUriView));
    }

    [Fact]
    public void Contact_parameters_belong_to_the_header_or_to_the_URI_by_the_brackets()
    {
        Assert.True(Parse("cparam01").Contacts.TryGetFirst(out var contact));
        Assert.True(contact.Parameters.Contains("unknownparam"u8));
        Assert.False(contact.Uri.Parameters.Contains("unknownparam"u8));
        Assert.True(Parse("cparam02").Contacts.TryGetFirst(out contact));
        Assert.False(contact.Parameters.Contains("unknownparam"u8));
        Assert.True(contact.Uri.Parameters.Contains("unknownparam"u8));
    }

    [Fact]
    public void Scalars_out_of_range_saturate_where_the_RFC_says_so()
    {
        var bytes = Read("scalar02");
        var message = new SipMessage();
        Assert.True(message.Parse(bytes, 0, bytes.Length, SipLimits.Default).IsOk);
        Assert.Equal(uint.MaxValue, message.Expires);
        Assert.True(message.Contacts.TryGetFirst(out var contact));
        Assert.Equal(uint.MaxValue, contact.Expires);
        Assert.Equal(-1, message.MaxForwards);
        Assert.Equal(0u, message.CSeqNumber);
    }

    private static string VerdictOn(byte[] bytes)
    {
        var message = new SipMessage();
        var result = message.Parse(bytes, 0, bytes.Length, SipLimits.Default);
        if (result.IsOk)
            result = SipScreening.Screen(message);
        if (result.IsOk && message.IsRequest)
            result = SipScreening.ScreenForward(message);
        if (result.Status == SipParseStatus.Drop)
            return "drop";
        if (result.Status == SipParseStatus.Reject)
            return $"reject {result.StatusCode}";
        var edits = new SipEdits();
        edits.Reset(message);
        return edits.Length == message.Bytes.Length ? "forward" : "forward repaired";
    }

    private static string Forwarded(string name)
    {
        var edits = new SipEdits();
        edits.Reset(Parse(name));
        var output = new byte[edits.Length];
        return System.Text.Encoding.UTF8.GetString(output, 0, edits.WriteTo(output));
    }

    private static byte[] Read(string name)
    {
        string path = Path.Combine(Root, "valid", name + ".dat");
        return File.ReadAllBytes(File.Exists(path) ? path : Path.Combine(Root, "invalid", name + ".dat"));
    }

    private static SipMessage Parse(string name)
    {
        Assert.True(SipMessage.TryParse(Read(name), out var message));
        return message;
    }
}
