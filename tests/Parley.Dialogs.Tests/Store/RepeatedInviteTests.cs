using Parley.Dialogs.Tests.FailureCatalogue;
using Xunit;

namespace Parley.Dialogs.Tests.Store;

/// <summary>The process ended while a 2xx was held back: the row is there, the caller knows nothing and repeats its INVITE.</summary>
public class RepeatedInviteTests
{
    private static readonly DialogId Id = new(CoreHash.Compute("again@x"u8) & 4095, 7);

    [Theory]
    [InlineData("a", 1, DialogState.ConfirmedNoAck, true)]
    [InlineData("other", 1, DialogState.ConfirmedNoAck, false)]
    [InlineData("a", 2, DialogState.ConfirmedNoAck, false)]
    [InlineData("a", 1, DialogState.Confirmed, false)]
    public async Task The_dialog_of_the_store_gives_way_to_that_of_the_repeated_INVITE(string tag, int cseq, DialogState state, bool isOver)
    {
        var store = new MemoryDialogStore();
        using var fixture = new CallFixture();
        await store.WriteAsync(new DialogStoreBatch { Saves = [Row(state, fixture.Clock.GetUtcNow().ToUnixTimeSeconds())] }, default);
        using Node node = Node.Restart(
            fixture,
            static options => options.ProfilesWithValue.Add("caller"),
            adapt: static builder => builder.AddCallRecords()
        );
        using DialogPersistence kept = node.Keep(store);
        Assert.Equal((1, 0), await kept.LoadAsync(TestContext.Current.CancellationToken));
        DialogProfile profile = node.Dialogs.FindProfile("caller")!;
        Assert.Equal(1, profile.Size());

        fixture.Alice.SendRequest(
            "INVITE",
            "sip:bob@10.0.0.1",
            invite =>
                invite
                    .Set("Call-ID", "again@x")
                    .Set("From", $"<sip:alice@10.0.1.1>;tag={tag}")
                    .Set("To", "<sip:bob@10.0.0.1>")
                    .Set("CSeq", $"{cseq} INVITE")
        );
        fixture.Run(1);
        Dialog former = node.All[0];
        Assert.Equal(Id, former.Id);
        Assert.Equal(2, node.All.Count);
        Assert.Equal(isOver ? DialogState.Deleted : state, former.State);
        Assert.Equal(isOver ? 0 : 1, profile.Size());
        Assert.Equal(isOver ? "Superseded" : null, former.TerminationReason);
        while (await kept.FlushAsync(TestContext.Current.CancellationToken)) { }

        Assert.Equal(!isOver, store.Rows.Any(static row => row.Id == Id));
        Assert.Empty(store.CallRecords); // the caller never had this call
    }

    private static DialogRecord Row(DialogState state, long now) =>
        new(
            Id,
            new DialogRecordTexts
            {
                CallId = "again@x"u8,
                FromUri = "sip:alice@10.0.1.1"u8,
                FromTag = "a"u8,
                ToUri = "sip:bob@10.0.0.1"u8,
                ToTag = "b"u8,
                CallerContact = "sip:alice@10.0.1.1"u8,
                CalleeContact = "sip:bob@10.0.2.1"u8,
                CallerSocket = "udp:10.0.0.1:5060"u8,
                CalleeSocket = "udp:10.0.0.1:5060"u8,
                Profiles = "caller#alice|"u8,
            }
        )
        {
            State = state,
            CalleeCSeq = 1,
            StartTime = now - 1,
            Timeout = now + 3600,
        };
}
