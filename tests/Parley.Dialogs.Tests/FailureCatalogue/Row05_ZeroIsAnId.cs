using Xunit;

namespace Parley.Dialogs.Tests.FailureCatalogue;

public class Row05_ZeroIsAnId
{
    [Theory]
    [InlineData(0u)]
    [InlineData(1u)]
    [InlineData(0x7fff_ffffu)]
    [InlineData(0x8000_0000u)]
    [InlineData(uint.MaxValue)]
    public async Task A_dialog_of_any_number_is_read_back_found_by_its_did_stored_again_and_ended(uint number)
    {
        var store = new MemoryDialogStore();
        uint entry = 1;
        string callId = "";
        for (int i = 0; entry is not (0 or 4095); i++)
            entry = CoreHash.Compute(System.Text.Encoding.ASCII.GetBytes(callId = $"{number}-{i}@x")) & 4095; // the first or the last entry
        var id = new DialogId(entry, number);
        Assert.Equal(id, DialogId.FromValue(id.Value));
        await store.WriteAsync(
            new DialogStoreBatch
            {
                Saves =
                [
                    new DialogRecord(
                        id,
                        new DialogRecordTexts
                        {
                            CallId = System.Text.Encoding.ASCII.GetBytes(callId),
                            FromUri = "sip:alice@10.0.1.1"u8,
                            FromTag = "a"u8,
                            ToUri = "sip:bob@10.0.0.1"u8,
                            ToTag = "b"u8,
                            CallerContact = "sip:alice@10.0.1.1"u8,
                            CalleeContact = "sip:bob@10.0.2.1"u8,
                            CallerSocket = "udp:10.0.0.1:5060"u8,
                            CalleeSocket = "udp:10.0.0.1:5060"u8,
                        }
                    )
                    {
                        State = DialogState.Confirmed,
                        Timeout = DateTimeOffset.Parse("2026-01-01T05:00Z", null).ToUnixTimeSeconds(),
                    },
                ],
            },
            TestContext.Current.CancellationToken
        );
        using var fixture = new CallFixture();
        using Node next = Node.Restart(fixture, static options => options.MatchMode = DialogMatchMode.DidOnly);
        using DialogPersistence kept = next.Keep(store);
        Assert.Equal((1, 0), await kept.LoadAsync(TestContext.Current.CancellationToken));

        fixture.Alice.SendRequest(
            "INFO",
            "sip:bob@10.0.2.1",
            info =>
                info.Set("Call-ID", callId)
                    .Set("From", "<sip:alice@10.0.1.1>;tag=a")
                    .Set("To", "<sip:bob@10.0.0.1>;tag=b")
                    .Set("Route", $"<sip:10.0.0.1;lr;ftag=a;did={id}>")
        );
        fixture.Run(1);
        Assert.Equal("RequestWithin INFO >", next.Events[0]);
        await kept.SaveAllAsync(TestContext.Current.CancellationToken);
        Assert.Equal(id, Assert.Single(store.Rows).Id);
        Assert.Same(next.All[0], next.Dialogs.FindByDid(id.ToString()));
        Assert.True(next.Dialogs.Terminate(entry, number, "x"));
    }
}
