using System.Globalization;
using System.Text;
using Parley.Dialogs;
using Parley.Proxy;
using Xunit;

namespace Parley.Management.Tests.Explanations;

/// <summary>The explanation as a function of entries, row by row: those that a network does not make easily.</summary>
public class ExplanationTests
{
    /// <summary>Name; entries; the beginning of the line; the marks.</summary>
    public static TheoryData<string, string, string, string> Rows =>
        new()
        {
            { "not forwarded yet", "0 < alice INVITE 1", "Under way: it has not been forwarded yet", "" },
            { "forwarded", "0 < alice INVITE 1; 1 > bob INVITE 1", "Under way: 10.0.0.2:5060 has not answered yet", "" },
            {
                "a stale nonce is no wrong password",
                "0 < alice INVITE 1 cred; 1 > alice 407 INVITE 1 stale; 2 < alice INVITE 2 cred; 3 > alice 407 INVITE 2 stale",
                "Challenged by Parley with 407",
                ""
            },
            {
                "one refused password is no loop",
                "0 < alice INVITE 1 cred; 1 > alice 407 INVITE 1",
                "Refused: Parley did not accept the caller's password (407 Status, 1 attempt)",
                ""
            },
            {
                "a REGISTER with a wrong password",
                "0 < alice REGISTER 1; 1 > alice 401 REGISTER 1; 2 < alice REGISTER 2 cred; 3 > alice 401 REGISTER 2; 4 < alice REGISTER 3 cred; 5 > alice 401 REGISTER 3",
                "REGISTER: refused: Parley did not accept the caller's password (401 Status, 2 attempts)",
                "badPassword"
            },
            {
                "a REGISTER that was taken",
                "0 < alice REGISTER 1; 1 > alice 200 REGISTER 1",
                "REGISTER answered by Parley with 200 Status",
                ""
            },
            {
                "a BYE that was challenged and tried again is no second BYE",
                "0 < alice INVITE 1; 1 > bob INVITE 1; 2 < bob 200 INVITE 1; 3 > alice 200 INVITE 1; 4 < alice ACK 1; 9 < alice BYE 2; 10 > alice 407 BYE 2; 11 < alice BYE 3; 12 > bob BYE 3; 13 < bob 200 BYE 3; 14 > alice 200 BYE 3",
                "Answered by 10.0.0.2:5060 after 3.0 s, lasted 11 s, ended by the caller: BYE",
                ""
            },
            {
                "the callee hangs up, with a reason",
                "0 < alice INVITE 1; 1 > bob INVITE 1; 2 < bob 200 INVITE 1; 3 > alice 200 INVITE 1; 4 < alice ACK 1; 9 < bob BYE 1 reason; 10 > alice BYE 1; 11 < alice 200 BYE 1; 12 > bob 200 BYE 1",
                "Answered by 10.0.0.2:5060 after 3.0 s, lasted 9.0 s, ended by the callee: BYE (Q.850;cause=41)",
                ""
            },
            {
                "the beginning has been overwritten",
                "9 < alice BYE 2; 10 > bob BYE 2; 11 < bob 200 BYE 2; 12 > alice 200 BYE 2",
                "The beginning of the call is not in the recorder any more; ended by a BYE from 10.0.0.1:5060",
                ""
            },
            {
                "another attempt after a challenge",
                "0 < alice INVITE 1; 1 > alice 407 INVITE 1; 2 < alice INVITE 2 cred; 3 > bob INVITE 2; 4 < bob 486 INVITE 2; 5 > alice 486 INVITE 2",
                "Busy: 10.0.0.2:5060 answered 486 Status",
                ""
            },
            { "what cannot be read", "0 < alice rubbish", "What came cannot be read", "malformed" },
            {
                "a loop",
                "0 < alice INVITE 1; 1 > bob INVITE 1; 2 < bob 482 INVITE 1; 3 > alice 482 INVITE 1",
                "Failed: 10.0.0.2:5060 answered 482",
                "loop"
            },
        };

    [Theory]
    [MemberData(nameof(Rows))]
    public void A_row(string name, string script, string line, string marks)
    {
        CallExplanation explained = Explanation.Of([.. script.Split("; ").Select(Entry)]);
        Assert.True(explained.Line.StartsWith(line, StringComparison.Ordinal), $"{name}: {explained.Line}");
        Assert.Equal(marks, string.Join(",", explained.Marks));
    }

    /// <summary>Each step says something, and each of its marks is explained.</summary>
    [Fact]
    public void Every_step_has_its_words()
    {
        foreach (CallStep step in Enum.GetValues<CallStep>())
        {
            if (step == CallStep.None)
                continue;
            foreach (FailureReason reason in Enum.GetValues<FailureReason>())
            {
                RecordedStep said = StepTexts.Of(default, 1, step, 408, (int)reason, "callee");
                Assert.True(said.Text.Length > 0 && said.Step != "recorder", step.ToString());
                Assert.True(said.Abnormal is null || CallMarks.All.ContainsKey(said.Abnormal), said.Abnormal);
                Assert.Equal(new DialogId(0, 1).ToString(), said.DialogId);
            }
        }
    }

    [Fact]
    public void The_page_of_the_recorder_lists_every_mark()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Parley.slnx")))
            folder = folder.Parent;
        string page = File.ReadAllText(Path.Combine(folder!.FullName, "docs/operations/recorder.md"));
        foreach ((string mark, string says) in CallMarks.All)
            Assert.Contains($"| `{mark}` | {says} |", page, StringComparison.Ordinal);
    }

    // "3 < alice 407 INVITE 1 stale": the second, the direction, the other party, what, its CSeq, what is special.
    private static RecordedMessage Entry(string text)
    {
        string[] words = text.Split(' ');
        bool isInbound = words[1] == "<";
        bool isAlice = words[2] == "alice";
        int? status = int.TryParse(words[3], NumberStyles.None, CultureInfo.InvariantCulture, out int code) ? code : null;
        string method = status is null ? words[3] : words[4];
        int at = status is null ? 4 : 5;
        string cseq = words.Length > at ? words[at] : "";
        string special = words.Length > at + 1 ? words[at + 1] : "";
        // Who sent the request: responses go back to it.
        bool ofCaller = (isAlice == isInbound) == (status is null);
        string branch = $"z9hG4bK{method}{cseq}{words[2]}{(method == "ACK" ? "a" : "")}";
        string tag = ofCaller ? "a" : "b";
        bool isInDialog = status is null && method is "ACK" or "BYE";
        string head =
            method == "rubbish"
                ? "rubbish"
                : (status is null ? $"{method} sip:bob@example.com SIP/2.0" : $"SIP/2.0 {status} Status")
                    + $"\r\nVia: SIP/2.0/UDP 10.0.0.9;branch={branch}\r\nMax-Forwards: 70\r\nFrom: <sip:x@example.com>;tag={tag}\r\n"
                    + $"To: <sip:y@example.com>{(isInDialog || status >= 200 ? $";tag={(ofCaller ? "b" : "a")}" : "")}\r\nCall-ID: 1\r\nCSeq: {cseq} {method}\r\n"
                    + "Contact: <sip:z@10.0.0.1>\r\nRecord-Route: <sip:10.0.0.9;lr>\r\n"
                    + special switch
                    {
                        "cred" => "Authorization: Digest response=\"x\"\r\n",
                        "stale" => "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\", stale=true\r\n",
                        "reason" => "Reason: Q.850;cause=41\r\n",
                        _ => "",
                    }
                    + "Content-Length: 0\r\n\r\n";
        return new RecordedMessage
        {
            At = DateTimeOffset.UnixEpoch.AddSeconds(double.Parse(words[0], CultureInfo.InvariantCulture)),
            IsInbound = isInbound,
            Transport = "udp",
            Local = "10.0.0.9:5060",
            Remote = isAlice ? "10.0.0.1:5060" : "10.0.0.2:5060",
            Bytes = Encoding.UTF8.GetBytes(head),
            Method = method == "rubbish" ? "" : method,
            Status = status,
            CSeq = $"{cseq} {method}",
            Branch = branch,
        };
    }
}
