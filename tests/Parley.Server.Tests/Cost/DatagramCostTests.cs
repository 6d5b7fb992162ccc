using Parley.Sip;
using Xunit;

namespace Parley.Server.Tests.Cost;

/// <summary>What one datagram of 64 kB can cost: steps (a value, a parameter, a URI, an edit moved), not time. Nothing may grow with a product of its parts.</summary>
public sealed class DatagramCostTests : IDisposable
{
    // A datagram of 64 kB has some 20,000 values or parameters at most, and each handler walks them a few times.
    private const long MostSteps = 200_000;

    private readonly ServerFixture _fixture = new(
        new() { ["Routes:0:Prefix"] = "+", ["Routes:0:Target"] = "sip:10.0.0.7" },
        static registrar =>
        {
            registrar.MaxContacts = 1000;
            registrar.RequirePathSupport = false;
        }
    );

    public DatagramCostTests()
    {
        _fixture.Bind("sip:bob@example.com", "sip:bob@10.0.0.2");
        for (var i = 0; i < 1000; i++)
            _fixture.Bind("sip:many@example.com", $"sip:a@10.0.0.2;p0;p1;p2;p3;p4;p5;p6;p7;p8;p9;q0;q1;q2;q3;q4;q5;q6;q7;q8;q9;z={i}");
    }

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void Steps_are_counted()
    {
        // If the switch did not work, none of the other tests could fail.
        Assert.True(Cost(Request("OPTIONS", "sip:bob@example.com", "")) > 20);
    }

    [Theory]
    [InlineData("REGISTER", "sip:example.com", "")]
    [InlineData("INVITE", "sip:bob@example.com", "")]
    [InlineData("MESSAGE", "sip:bob@example.com", "")]
    [InlineData("MESSAGE", "tel:+49", "")]
    [InlineData("OPTIONS", "sip:example.com", "")]
    [InlineData("SUBSCRIBE", "sip:bob@example.com", "")]
    [InlineData("INVITE", "sip:bob@10.0.0.2", ";tag=t")]
    [InlineData("BYE", "sip:bob@10.0.0.2", ";tag=t")]
    [InlineData("ACK", "sip:bob@10.0.0.2", ";tag=t")]
    [InlineData("ACK", "sip:bob@example.com", "")]
    [InlineData("CANCEL", "sip:bob@example.com", "")]
    [InlineData("PRACK", "sip:bob@10.0.0.2", ";tag=t")]
    [InlineData("NOTIFY", "sip:bob@10.0.0.2", ";tag=t")]
    public void A_request_of_the_worst_headers_is_linear(string method, string uri, string toTag) =>
        AssertAll(lines => Cost(Request(method, uri, lines, toTag)));

    [Fact]
    public void A_stray_response_of_the_worst_headers_is_linear() =>
        AssertAll(lines =>
            Cost(
                $"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 10.0.0.9;branch=z9hG4bKnone\r\nFrom: <sip:a@b>;tag=f\r\nTo: <sip:b@c>;tag=t\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\n{lines}Content-Length: 0\r\n\r\n"
            )
        );

    [Theory]
    [InlineData("INVITE")]
    [InlineData("MESSAGE")]
    public void An_answer_of_the_worst_headers_is_linear(string method)
    {
        _fixture.Bob.Answers = false;
        AssertAll(lines =>
        {
            Cost(Request(method, "sip:bob@example.com", ""));
            var request = _fixture.Bob.Heard[^1];
            return Cost(() => _fixture.Bob.Answer(request, lines));
        });
    }

    [Fact]
    public void A_request_URI_of_the_worst_parts_is_linear()
    {
        foreach (
            var uri in new[]
            {
                "sip:bob@example.com" + string.Concat(Enumerable.Range(0, 400).Select(i => $";p{i}")),
                "sip:" + string.Concat(Enumerable.Repeat("%62", 600)) + "@example.com",
                "sip:bob@example.com" + string.Concat(Enumerable.Range(0, 400).Select(i => $";%6{i % 10:x}{i}")),
                "tel:+49" + string.Concat(Enumerable.Range(0, 400).Select(i => $";p{i}")),
            }
        )
            Assert.InRange(Cost(Request("MESSAGE", uri, "")), 1, MostSteps);
    }

    [Fact]
    public void A_REGISTER_beside_a_thousand_contacts_is_linear_in_each()
    {
        // All have the same user, host and port, and differ in the last of many parameters alone.
        var contacts = string.Join(
            ",",
            Enumerable.Range(0, 32).Select(i => $"<sip:a@10.0.0.2;p0;p1;p2;p3;p4;p5;p6;p7;p8;p9;q0;q1;q2;q3;q4;q5;q6;q7;q8;q9;z={i * 30}>")
        );
        var steps = Cost(Request("REGISTER", "sip:example.com", $"Contact: {contacts}\r\n", to: "sip:many@example.com"));
        // 32 contacts, each against 1,000 by one walk through 2 * 21 parameters: no more than these, and a step is two or three instructions.
        Assert.InRange(steps, 1_000, 32 * 1000 * 45);
    }

    [Fact]
    public void A_call_to_a_thousand_contacts_costs_no_more_than_its_branches()
    {
        _fixture.Bob.Answers = false;
        Assert.InRange(Cost(Request("INVITE", "sip:many@example.com", "")), 1, MostSteps);
        Assert.Equal(16, _fixture.Application.Counters[Parley.Proxy.ProxyCounter.BranchesSent]);
    }

    private static string Request(string method, string uri, string lines, string toTag = "", string to = "sip:carol@example.com")
    {
        var call = Guid.NewGuid().ToString("N");
        return $"{method} {uri} SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK{call}\r\nMax-Forwards: 70\r\nFrom: <sip:alice@elsewhere.example>;tag=f\r\nTo: <{to}>{toTag}\r\n"
            + $"Call-ID: {call}\r\nCSeq: 1 {method}\r\n{lines}Content-Length: 0\r\n\r\n";
    }

    private static void AssertAll(Func<string, long> cost)
    {
        var worst = new List<string>();
        foreach (var (name, lines) in WorstHeaders.All())
        {
            var steps = cost(lines);
            if (steps > MostSteps)
                worst.Add($"{name}: {steps}");
        }
        Assert.True(worst.Count == 0, string.Join('\n', worst));
    }

    private long Cost(string datagram) => Cost(() => _fixture.Alice.Send(datagram));

    private long Cost(Action send)
    {
        var before = WorkCount.Steps - Party.OwnSteps;
        send();
        _fixture.Run(20);
        return WorkCount.Steps - Party.OwnSteps - before;
    }
}
