using Microsoft.Extensions.DependencyInjection;
using Parley.Hosting;
using Parley.Management;
using Parley.Registrar;
using Parley.Server.Replay;
using Parley.Server.Tests.Running;
using Parley.Testing;
using Xunit;

namespace Parley.Server.Tests.Replay;

public sealed class ServerReplayTests : IDisposable
{
    private readonly SimulatedServer _server = new(records: true, seed: 9);
    private readonly ScriptedUserAgent _alice;
    private readonly ScriptedUserAgent _bob;

    public ServerReplayTests()
    {
        _alice = _server.Phone("alice", "10.0.0.2");
        _bob = _server.Phone("bob", "10.0.0.3");
        _bob.Register("sip:example.com");
        _server.Run(1);
    }

    public void Dispose() => _server.Dispose();

    /// <summary>Kinds of calls that go wrong, and one that does not.</summary>
    public static TheoryData<string> Kinds =>
        ["answered", "busy", "silent", "nobody", "cancelled", "late cancel", "callee ends", "no ACK", "challenged", "both end", "reinvite"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_recorded_call_is_the_same_against_the_settings_in_its_file(string kind)
    {
        var call = Make(kind);
        var file = Saved(call.CallId);
        Assert.NotNull(file.Configuration);
        Assert.NotEmpty(file.Steps);
        var result = ServerReplay.Run(file, settings: null);
        Assert.True(
            result.Outcome == ReplayOutcome.Same,
            $"{result.Line}\n{string.Join('\n', result.Differences)}\n{CallLadder.Draw(file)}"
        );
        Assert.True(result.Compared > 0);
    }

    [Fact]
    public async Task Other_settings_differ_at_the_message_that_they_change()
    {
        var file = Saved(Make("answered").CallId);
        var path = Path.Combine(Path.GetTempPath(), $"parley-replay-{Environment.ProcessId}.json");
        await File.WriteAllTextAsync(path, """{ "Parley": { "Domains": [ "example.org" ] } }""");
        try
        {
            var result = ServerReplay.Run(file with { OwnNames = [] }, path);
            Assert.Equal(ReplayOutcome.Differs, result.Outcome);
            Assert.Equal(2, result.FirstDifference);
            Assert.Contains("now 4", result.Line, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Settings_that_cannot_be_read_are_named_in_a_line()
    {
        var file = Saved(Make("answered").CallId);
        var error = Assert.Throws<CallFileException>(() => ServerReplay.Run(file, "/nowhere/parley.json"));
        Assert.Contains("/nowhere/parley.json", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<CallFileException>(() =>
            ServerReplay.Run(file with { Configuration = """{"Parley":{"Domanes":["x"]}}""" }, null)
        );
        Assert.Contains("Domanes", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void A_program_that_is_none_is_named_in_a_line()
    {
        var file = Saved(Make("answered").CallId);
        var error = Assert.Throws<CallFileException>(() =>
            ServerReplay.RunProgram(file, typeof(SimulatedServer).Assembly.Location + ".none")
        );
        Assert.DoesNotContain('\n', error.Message);
    }

    /// <summary>Through the file, as an operator takes it home.</summary>
    private CallFile Saved(string callId)
    {
        var saving = new CallSaving(
            _server.Application.Services.GetRequiredService<ICallRecorder>(),
            _server.Host,
            _server.Network.Clock,
            _server.Settings,
            _server.Application.Services.GetRequiredService<LocationTable>(),
            _server.Dialogs
        );
        Assert.True(saving.TryGet(callId, out var file));
        return CallFile.Parse(file.ToBytes());
    }

    private ScriptedCall Make(string kind)
    {
        if (kind == "silent")
            _server.Network.Interceptor = p => p.Is("INVITE") && p.To?.Name == "10.0.0.3" ? PacketFate.Drop : PacketFate.Pass;
        if (kind == "no ACK")
            _server.Network.Interceptor = p => p.Is("ACK") ? PacketFate.Drop : PacketFate.Pass;
        _bob.OnInvite = call =>
        {
            if (kind == "busy")
                call.Reject(486);
            else if (kind == "challenged")
                call.Reject(407);
            else if (kind is "cancelled" or "late cancel")
                call.Ring();
            else
                call.AnswerAfter(TimeSpan.FromSeconds(1));
        };
        var call = _alice.Invite(kind == "nobody" ? "sip:carol@example.com" : "sip:bob@example.com");
        _server.Run(3);
        switch (kind)
        {
            case "cancelled":
                call.Cancel();
                break;
            case "late cancel":
                _bob.Calls[0].Answer();
                call.Cancel();
                break;
            case "callee ends":
                _bob.Calls[0].Bye();
                break;
            case "both end":
                _bob.Calls[0].Bye();
                call.Bye();
                break;
            case "reinvite":
                call.ReInvite();
                _server.Run(2);
                call.Bye();
                break;
            case "answered":
                call.Bye();
                break;
        }
        _server.Run(60);
        return call;
    }
}
