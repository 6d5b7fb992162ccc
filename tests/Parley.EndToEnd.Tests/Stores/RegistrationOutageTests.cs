using System.Text.Json;
using Parley.EndToEnd.Tests.Peers;
using Parley.Sql;
using Parley.Sql.Tests.Servers;
using Xunit;

namespace Parley.EndToEnd.Tests.Stores;

/// <summary>The database stopped, phones register, the server is killed and started again before the database is back: every registration is there.</summary>
public class RegistrationOutageTests
{
    [Theory]
    [MemberData(nameof(EachProvider.Servers), MemberType = typeof(EachProvider))]
    public async Task What_registered_while_the_database_was_away_survives_a_kill(SqlProvider provider)
    {
        using DatabaseServer server = EachProvider.NewServer(provider);
        await using var database = new TestDatabase(provider, server);
        int port = Ports.Next();
        using var phone = new PlainPhone(port);
        string state = TestFolder.ForTest("state");
        string settings =
            Settings.Udp(port)
            + $", \"StateDirectory\": {JsonSerializer.Serialize(state)}"
            + $", \"Store\": {{ \"Provider\": \"{provider}\", \"Connection\": {JsonSerializer.Serialize(database.ConnectionString)}, \"Migrate\": \"Yes\", \"Retry\": 1, \"OwnershipWait\": 20 }}"
            + ", \"Domains\": [ \"example.com\" ], \"Registrations\": { \"Retry\": 1, \"Timeout\": 1 }";
        await using (ParleyServer first = await ParleyServer.StartAsync(settings))
        {
            await RegisterAsync(phone, "alice", 1, $"Contact: <{phone.Uri}>;expires=600");
            await RegisterAsync(phone, "carol", 1, $"Contact: <{phone.Uri}>;expires=600");
            await Task.Delay(1_000, TestContext.Current.CancellationToken);
            await Task.Run(server.ShutDown, TestContext.Current.CancellationToken);
            await RegisterAsync(phone, "bob", 1, $"Contact: <{phone.Uri}>;expires=600");
            await RegisterAsync(phone, "carol", 2, $"Contact: <{phone.Uri}>;expires=0");
            for (int i = 0; new FileInfo(Path.Combine(state, "journal-registrations")).Length == 0; i++)
            {
                Assert.True(i < 100, "nothing is in the journal");
                await Task.Delay(100, TestContext.Current.CancellationToken);
            }

            await Task.Delay(2_000, TestContext.Current.CancellationToken);
        } // kill -9

        await using ParleyServer second = await ParleyServer.StartAsync(settings);
        await RegisterAsync(phone, "dave", 1, $"Contact: <{phone.Uri}>;expires=600");
        await Task.Run(server.Start, TestContext.Current.CancellationToken);
        await second.WaitForLineAsync("contacts were loaded from the store", TimeSpan.FromSeconds(60));
        foreach (string user in (string[])["alice", "bob", "dave"])
            Assert.Contains(phone.Uri, await RegisterAsync(phone, user, 9, null), StringComparison.Ordinal);
        Assert.DoesNotContain(phone.Uri, await RegisterAsync(phone, "carol", 9, null), StringComparison.Ordinal);
        await second.StopAsync();
    }

    private static async Task<string> RegisterAsync(PlainPhone phone, string user, int cseq, string? contact)
    {
        string callId = $"{user}-{cseq}";
        phone.Send(
            $"""
            REGISTER sip:example.com SIP/2.0
            Via: SIP/2.0/UDP 127.0.0.1:{phone.Port};branch=z9hG4bK{callId};rport
            From: <sip:{user}@example.com>;tag=1
            To: <sip:{user}@example.com>
            Call-ID: {callId}
            CSeq: {cseq} REGISTER
            {contact ?? "Max-Forwards: 70"}
            Content-Length: 0


            """
        );
        string answer = await phone.ExpectAsync("SIP/2.0 ", callId);
        Assert.StartsWith("SIP/2.0 200", answer, StringComparison.Ordinal);
        return answer.Split("\r\n\r\n")[0].Replace("To: ", "", StringComparison.Ordinal);
    }
}
