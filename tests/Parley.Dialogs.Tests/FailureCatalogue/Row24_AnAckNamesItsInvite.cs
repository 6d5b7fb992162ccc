using System.Text.RegularExpressions;
using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.FailureCatalogue;

public class Row24_AnAckNamesItsInvite
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Between_pings_challenges_refusals_and_repetitions_every_ACK_has_the_number_its_INVITE_left_with(ulong seed)
    {
        using var fixture = new CallFixture(
            static options => options.OptionsPingInterval = TimeSpan.FromSeconds(1),
            DialogFlags.OptionsPingCaller | DialogFlags.OptionsPingCallee,
            seed: seed
        );
        // What alice wrote goes along, to be compared at bob's.
        fixture.Alice.OnSending = static message =>
        {
            if (message.IsRequest && message.Method is "INVITE" or "ACK")
                message.Set("X-Number", message["CSeq"]!.Split(' ')[0]);
        };
        ScriptedCall call = fixture.Call();
        fixture.Run(3);
        fixture.Network.Conditions = LinkConditions.Bad(0.15);
        int invites = 0;
        fixture.Bob.OnRequest = request =>
        {
            if (request.Method != "INVITE")
                return;
            if (invites++ % 3 == 1)
                request.Respond(407);
            else if (invites % 3 == 0)
                request.Respond(488);
        };
        var sent = new List<SentRequest>();
        for (int i = 0; i < 12; i++)
        {
            sent.Add(call.SendRequest("INVITE"));
            fixture.Run(20);
        }

        fixture.Network.Conditions = LinkConditions.Good;
        fixture.Run(40);
        Assert.True(call.IsUp);
        Assert.Contains(sent, static s => s.Status == 407);
        Assert.Contains(sent, static s => s.Status == 488);
        Assert.Contains(sent, static s => s.Status == 200);
        Assert.All(
            sent.Where(static s => s.Final is not null && s.Status != 408),
            static s => Assert.Equal(s.Message["CSeq"], s.Final!.Header("CSeq"))
        );

        RecordedMessage[] atBob =
        [
            .. fixture.Recorder.Messages.Where(static m =>
                m is { IsRequest: true, From: "10.0.0.1", To: "10.0.2.1", Method: "INVITE" or "ACK" }
            ),
        ];
        var numberOf = atBob
            .Where(static m => m.Method == "INVITE")
            .GroupBy(static m => m.Header("X-Number")!)
            .ToDictionary(static g => g.Key, static g => g.Select(static m => m.Message!.CSeqNumber).Distinct().Single());
        var branchOf = atBob
            .Where(static m => m.Method == "INVITE")
            .DistinctBy(Branch)
            .ToDictionary(Branch, static m => m.Message!.CSeqNumber);
        Assert.True(numberOf.Count(static n => uint.Parse(n.Key, null) != n.Value) >= 10, "they are renumbered");
        RecordedMessage[] acks = [.. atBob.Where(static m => m.Method == "ACK")];
        Assert.True(acks.Length > 12);
        Assert.All(
            acks,
            ack => Assert.Equal(ack.Header("X-Number") is { } number ? numberOf[number] : branchOf[Branch(ack)], ack.Message!.CSeqNumber)
        );
        Assert.DoesNotContain(fixture.Bob.Anomalies, static a => a.Kind is AnomalyKind.MissingAck or AnomalyKind.UnexpectedAck);
    }

    private static string Branch(RecordedMessage message) => Regex.Match(message.Text, "\r\nVia: [^\r]*;branch=([^;,\r]*)").Groups[1].Value;
}
