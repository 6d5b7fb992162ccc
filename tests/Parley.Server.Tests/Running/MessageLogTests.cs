using System.Text;
using Microsoft.Extensions.Configuration;
using Parley.Server.Configuration;
using Parley.Server.Hosting;
using Xunit;

namespace Parley.Server.Tests.Running;

/// <summary>Messages at Debug: whole, with direction and addresses, by Call-ID, user or address, changed while the server runs; off there is no tap.</summary>
public class MessageLogTests
{
    private const string Debug = """{ "LogLevel": { "Default": "Information", "Parley.Messages": "Debug" } }""";

    [Fact]
    public void At_Debug_each_message_is_there_whole()
    {
        using var server = new SimulatedServer(logging: Debug);
        server.Phone("alice", "10.0.0.2").SendRequest("OPTIONS", "sip:example.com");
        server.Run(1);
        var lines = server.Log.Of("Parley.Messages");
        Assert.Equal(2, lines.Count);
        Assert.Matches(
            "^Parley.Messages\\[1041\\] received udp 10.0.0.1:5060 <- 10.0.0.2:5060 [0-9]+ bytes: OPTIONS sip:example.com SIP/2.0\r\n",
            lines[0]
        );
        Assert.Matches("^Parley.Messages\\[1041\\] sent udp 10.0.0.1:5060 -> 10.0.0.2:5060 [0-9]+ bytes: SIP/2.0 200 OK\r\n", lines[1]);
        Assert.EndsWith("\r\n\r\n", lines[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"Users\": [ \"bob\" ]", 4)] // alice's call of bob and its 404
    [InlineData("\"Users\": [ \"carol\" ]", 0)]
    [InlineData("\"Addresses\": [ \"10.0.0.3\" ]", 2)]
    [InlineData("\"Addresses\": [ \"10.0.0.2/31\" ]", 6)]
    [InlineData("\"CallIds\": [ \"CALL\" ]", 2)]
    [InlineData("\"CallIds\": [ \"CALL\" ], \"Addresses\": [ \"10.0.0.3\" ]", 4)]
    public void Only_what_the_filter_names_is_there(string filter, int expected)
    {
        using var server = new SimulatedServer(logging: Debug);
        var (alice, carol) = (server.Phone("alice", "10.0.0.2"), server.Phone("dora", "10.0.0.3"));
        var first = alice.SendRequest("OPTIONS", "sip:example.com", r => r.Set("Call-ID", "CALL"));
        Change(server, filter, Debug);
        alice.SendRequest("MESSAGE", "sip:bob@example.com");
        alice.SendRequest("MESSAGE", "sip:bob@example.net");
        carol.SendRequest("OPTIONS", "sip:example.com");
        server.Run(1);
        Assert.NotNull(first);
        Assert.Equal(
            expected,
            server
                .Log.Of("Parley.Messages")
                .Count(l => !l.Contains("Call-ID: CALL", StringComparison.Ordinal) || filter.Contains("CALL", StringComparison.Ordinal))
        );
    }

    [Fact]
    public void It_is_turned_on_and_off_while_the_server_runs_and_off_there_is_no_tap()
    {
        using var server = new SimulatedServer(logging: """{ "LogLevel": { "Default": "Information" } }""");
        Assert.Null(server.Host.Tap);
        Change(server, "", Debug);
        Assert.NotNull(server.Host.Tap);
        Change(server, "", """{ "LogLevel": { "Default": "Information" } }""");
        Assert.Null(server.Host.Tap);
        var alice = server.Phone("alice", "10.0.0.2");
        alice.SendRequest("OPTIONS", "sip:example.com");
        server.Run(1);
        Assert.Empty(server.Log.Of("Parley.Messages"));
    }

    private static void Change(SimulatedServer server, string filter, string logging)
    {
        using var text = new MemoryStream(
            Encoding.UTF8.GetBytes($$"""{ "Parley": { "Messages": { {{filter}} } }, "Logging": {{logging}} }""")
        );
        var root = new ConfigurationBuilder().AddJsonStream(text).Build();
        var errors = new List<string>();
        var configuration = ConfigurationRules.Read(root.GetSection("Parley"), "/", errors);
        Assert.Empty(errors);
        ApplicationSetup.ChangeLog(server.Application, configuration, root.GetSection("Logging"));
    }
}
