using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Parley.Dialogs;
using Parley.Hosting;
using Parley.Server.Configuration;
using Parley.Server.Hosting;
using Parley.Sip;
using Parley.Testing;
using Parley.Transport;
using Xunit;

namespace Parley.Server.Tests;

/// <summary>The server's own routing on a network in memory: what a stranger can make it relay, and what calls it keeps up.</summary>
public sealed class SequentialRequestsTests : IDisposable
{
    private const string Proxy = "10.0.0.1";
    private static readonly byte[] Key = [.. Enumerable.Range(1, SipRandom.KeyLength).Select(static i => (byte)i)];
    private readonly SimulatedNetwork _network = new(5);
    private readonly Recorder _recorder;
    private readonly ScriptedUserAgent _alice;
    private readonly ScriptedUserAgent _bob;
    private readonly ScriptedUserAgent _mallory;
    private readonly ScriptedUserAgent _trunk;
    private ParleyApplication _server;

    public SequentialRequestsTests()
    {
        _recorder = Recorder.On(_network);
        _server = Start(Key, seed: 1);
        _alice = new ScriptedUserAgent(_network.AddHost("10.0.1.1"), "alice") { OutboundProxy = $"sip:{Proxy};lr" };
        _bob = new ScriptedUserAgent(_network.AddHost("10.0.1.2"), "bob") { Address = $"sip:bob@{Proxy}" };
        _mallory = new ScriptedUserAgent(_network.AddHost("203.0.113.66"), "mallory");
        // A carrier that knows its customers by their address and calls whatever it is told to.
        _trunk = new ScriptedUserAgent(_network.AddHost("198.51.100.9"), "trunk");
        _bob.Register($"sip:{Proxy}", 3600);
        Run(1);
    }

    public static TheoryData<string> Methods =>
        ["INVITE", "BYE", "MESSAGE", "OPTIONS", "INFO", "REFER", "SUBSCRIBE", "NOTIFY", "UPDATE", "PRACK", "ACK"];

    [Theory]
    [MemberData(nameof(Methods))]
    public void A_stranger_cannot_reach_the_trunk_by_a_To_tag_and_our_Route(string method)
    {
        foreach (
            var route in new[]
            {
                $"<sip:{Proxy};lr>",
                $"<sip:{Proxy};lr>, <sip:198.51.100.9;lr>",
                $"<sip:{Proxy};lr;did=1.2;sig=AAAAAAAAAAAAAAAA>",
            }
        )
        {
            var request = Craft(_mallory, method, "sip:0900123456@198.51.100.9", route, "stranger@call", "a", "b", 5);
            Run(1);
            Assert.Equal(method == "ACK" ? 0 : 481, request.Status);
        }
        Assert.Empty(_recorder.ReceivedBy("198.51.100.9"));
    }

    /// <summary>One call that is allowed (to a registered friend), and then everything that its Call-ID, tags and Route might open.</summary>
    [Theory]
    [MemberData(nameof(Methods))]
    public void One_allowed_call_opens_no_way_to_the_trunk_neither_during_it_nor_after_it(string method)
    {
        _mallory.OutboundProxy = $"sip:{Proxy};lr";
        var call = _mallory.Invite($"sip:bob@{Proxy}");
        Run(1);
        Assert.Equal(CallState.Established, call.State);
        var dialog = call.Dialogs[0];
        Craft(
            _mallory,
            method,
            "sip:0900123456@198.51.100.9",
            dialog.RouteSet[0],
            call.CallId,
            dialog.LocalTag,
            dialog.RemoteTag,
            dialog.LocalCSeq + 10
        );
        Craft(
            _mallory,
            method,
            "sip:0900123456@198.51.100.9",
            dialog.RouteSet[0] + ", <sip:198.51.100.9;lr>",
            call.CallId,
            dialog.LocalTag,
            dialog.RemoteTag,
            dialog.LocalCSeq + 20
        );
        Craft(
            _mallory,
            method,
            "sip:0900123456@198.51.100.9",
            dialog.RouteSet[0],
            call.CallId,
            dialog.LocalTag,
            "unknown",
            dialog.LocalCSeq + 30
        );
        Run(3);
        Assert.Empty(_recorder.ReceivedBy("198.51.100.9"));
        _bob.Calls[0].Bye();
        Run(60);
        Assert.Empty(Dialogs.Dialogs(includeDeleted: true));
        Craft(
            _mallory,
            method,
            "sip:0900123456@198.51.100.9",
            dialog.RouteSet[0],
            call.CallId,
            dialog.LocalTag,
            dialog.RemoteTag,
            dialog.LocalCSeq + 40
        );
        Run(3);
        // A BYE costs nobody anything and starts nothing: with its own call's proof it may still go out.
        Assert.Equal(method == "BYE" ? ["BYE"] : [], _recorder.ReceivedBy("198.51.100.9").Select(static m => m.Method).Distinct());
    }

    [Fact]
    public void A_caller_cannot_end_its_call_on_paper_only()
    {
        var call = _alice.Invite($"sip:bob@{Proxy}");
        Run(1);
        var dialog = call.Dialogs[0];
        var elsewhere = Craft(
            _alice,
            "BYE",
            "sip:nobody@no-such-host.invalid",
            dialog.RouteSet[0] + ", <sip:203.0.113.66;lr>",
            call.CallId,
            dialog.LocalTag,
            dialog.RemoteTag,
            dialog.LocalCSeq
        );
        Run(1);
        Assert.Equal((500, 1L, true), (elsewhere.Status, Dialogs.Statistics.ActiveDialogs, _bob.Calls[0].IsUp));
        Craft(
            _alice,
            "BYE",
            "sip:nobody@no-such-host.invalid",
            dialog.RouteSet[0] + ", <sip:203.0.113.66;lr>",
            call.CallId,
            dialog.LocalTag,
            dialog.RemoteTag,
            dialog.LocalCSeq + 1
        );
        Run(1);
        Assert.Equal((0L, CallEnd.RemoteBye), (Dialogs.Statistics.ActiveDialogs, _bob.Calls[0].End));
        Assert.Empty(_recorder.ReceivedBy("203.0.113.66"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void After_a_restart_calls_go_on_when_the_key_is_kept(bool isKept)
    {
        var call = _alice.Invite($"sip:bob@{Proxy}");
        Run(120);
        Restart(isKept ? Key : [.. Key.Reverse()]);
        var reinvite = call.ReInvite();
        Run(2);
        var back = _bob.Calls[0].SendRequest("INFO");
        Run(2);
        var bye = call.SendRequest("BYE");
        Run(2);
        Assert.Equal(isKept ? (200, 200, 200) : (481, 481, 481), (reinvite.Status, back.Status, bye.Status));
    }

    [Fact]
    public void Trusted_sources_are_routed_as_before()
    {
        Restart(Key, """{ "TrustedSources": [ "203.0.113.0/24" ] }""");
        var request = Craft(_mallory, "OPTIONS", "sip:trunk@198.51.100.9", $"<sip:{Proxy};lr>", "trusted@call", "a", "b", 5);
        Run(1);
        Assert.True(request.IsDone);
        Assert.Equal(1, _recorder.Count("OPTIONS", from: Proxy, to: "198.51.100.9"));
    }

    [Theory]
    [InlineData("""{ "Prefix": "+", "Target": "sip:198.51.100.9" }""", "", 403)]
    [InlineData("""{ "Prefix": "+", "Target": "sip:198.51.100.9", "Sources": [] }""", "", 403)]
    [InlineData("""{ "Prefix": "+", "Target": "sip:198.51.100.9", "Sources": [ "192.0.2.1" ] }""", "", 403)]
    [InlineData("""{ "Prefix": "+", "Target": "sip:198.51.100.9", "Sources": [ "192.0.2.1", "203.0.113.0/24" ] }""", "", 200)]
    [InlineData("""{ "Prefix": "+", "Target": "sip:198.51.100.9", "Sources": [ "0.0.0.0/0" ] }""", "", 200)]
    [InlineData("""{ "Prefix": "+", "Target": "sip:198.51.100.9" }""", """, "TrustedSources": [ "203.0.113.66" ]""", 200)]
    [InlineData(
        """{ "Prefix": "+1", "Target": "sip:198.51.100.9" }, { "Prefix": "+", "Target": "sip:198.51.100.9", "Sources": [ "0.0.0.0/0" ] }""",
        "",
        403
    )]
    public void A_prefix_route_is_for_its_sources(string routes, string more, int status)
    {
        Restart(Key, $$"""{ "Routes": [ {{routes}} ]{{more}} }""");
        _mallory.OutboundProxy = $"sip:{Proxy};lr";
        var call = _mallory.Invite($"sip:+1900@{Proxy}");
        Run(2);
        Assert.Equal(status, call.State == CallState.Established ? 200 : call.Status);
        Assert.Equal(status == 200, _recorder.ReceivedBy("198.51.100.9").Any());
    }

    [Theory]
    [InlineData("""{ "Domain": "partner.example", "Target": "sip:198.51.100.9" }""", 403)]
    [InlineData("""{ "Domain": "partner.example", "Target": "sip:198.51.100.9", "Sources": [ "203.0.113.66" ] }""", 200)]
    public void A_domain_route_is_for_its_sources(string route, int status)
    {
        Restart(Key, $$"""{ "Routes": [ {{route}} ] }""");
        _mallory.OutboundProxy = $"sip:{Proxy};lr";
        var call = _mallory.Invite("sip:x@partner.example");
        Run(2);
        Assert.Equal(status, call.State == CallState.Established ? 200 : call.Status);
        Assert.Equal(status == 200, _recorder.ReceivedBy("198.51.100.9").Any());
    }

    public void Dispose() => _server.Dispose();

    private IDialogApi Dialogs => (IDialogApi)_server.Services.GetService(typeof(IDialogApi))!;

    private void Run(double seconds) => _network.Clock.RunFor(TimeSpan.FromSeconds(seconds));

    private void Restart(byte[] key, string settings = "{}")
    {
        _network.Hosts.First(static h => h.Name == Proxy && !h.IsGone).Crash();
        _server.Dispose();
        _server = Start(key, seed: 2, settings);
    }

    private ParleyApplication Start(byte[] key, ulong seed, string settings = "{}")
    {
        var file = Path.Combine(TestFolder.ForTest("settings"), "parley.json");
        File.WriteAllText(file, $$"""{ "Parley": {{settings}} }""");
        var (configuration, root, errors) = ConfigurationLoader.Load(file);
        Assert.Empty(errors);
        var transport = _network.AddHost(Proxy);
        var server = ApplicationSetup.Build(
            configuration!,
            root!,
            key,
            builder =>
            {
                builder.Logging.ClearProviders();
                builder
                    .UseTransport(transport)
                    .UseTimeProvider(_network.Clock)
                    .UseRandom(SipRandom.FromSeed(seed))
                    .UseLocator(new SimulatedServerLocator());
            }
        );
        ApplicationSetup.Route(server, configuration!);
        server.StartAsync().GetAwaiter().GetResult();
        return server;
    }

    private static SentRequest Craft(
        ScriptedUserAgent agent,
        string method,
        string uri,
        string route,
        string callId,
        string fromTag,
        string toTag,
        uint cseq
    )
    {
        var outbound = agent.OutboundProxy;
        agent.OutboundProxy = null;
        var sent = agent.SendRequest(
            method,
            uri,
            message =>
            {
                message
                    .Set("From", $"<{agent.Address}>;tag={fromTag}")
                    .Set("To", $"<sip:x@{Proxy}>;tag={toTag}")
                    .Set("Call-ID", callId)
                    .Set("CSeq", $"{cseq} {method}");
                message.Remove("Route");
                message.Add("Route", route);
                message.Target = new SipTarget(SipProtocol.Udp, SipEndPoint.From(System.Net.IPAddress.Parse(Proxy), 5060));
            }
        );
        agent.OutboundProxy = outbound;
        return sent;
    }
}
