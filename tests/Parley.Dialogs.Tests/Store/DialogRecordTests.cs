using CsCheck;
using Xunit;

namespace Parley.Dialogs.Tests;

public class DialogRecordTests
{
    [Fact]
    public void Row_57_every_column_comes_back_as_it_was_put_in()
    {
        Gen.Byte.Array[0, 300]
            .Array[18]
            .Sample(texts =>
            {
                DialogRecord record = Pack(texts);
                return Enumerable.Range(0, 18).All(i => record[(DialogColumn)i].SequenceEqual(texts[i]));
            });
        var row = new DialogRecord(new DialogId(1134, 1122334455), default)
        {
            State = DialogState.Confirmed,
            CallerCSeq = 1,
            CalleeCSeq = uint.MaxValue,
            CallerPingCSeq = 3,
            CalleePingCSeq = 4,
            StartTime = 5,
            Timeout = long.MaxValue,
            UserFlags = 0x8000_0001,
            ModuleFlags = 8,
            Flags = 9,
        };
        Assert.Equal(4871615248119u, row.Id.Value);
        Assert.Equal(
            (DialogState.Confirmed, 1u, uint.MaxValue, 3u, 4u),
            (row.State, row.CallerCSeq, row.CalleeCSeq, row.CallerPingCSeq, row.CalleePingCSeq)
        );
        Assert.Equal((5, long.MaxValue, 0x8000_0001, 8u, 9u), (row.StartTime, row.Timeout, row.UserFlags, row.ModuleFlags, row.Flags));
    }

    [Fact]
    public void Empty_is_NULL_only_where_the_table_allows_it()
    {
        var row = new DialogRecord(default, default);
        Assert.Equal("", row.GetText(DialogColumn.CallId));
        Assert.Equal("", row.GetText(DialogColumn.CalleeSocket));
        Assert.Null(row.GetText(DialogColumn.MangledToUri));
        Assert.Null(row.GetText(DialogColumn.CallerContact));
        Assert.Null(row.GetText(DialogColumn.Values));
        Assert.Null(row.GetText(DialogColumn.OnHangup));
    }

    [Fact]
    public void Row_58_what_does_not_fit_its_column_is_found_before_the_write()
    {
        Assert.True(
            new DialogRecord(
                default,
                new DialogRecordTexts
                {
                    CallId = new byte[255],
                    FromTag = new byte[64],
                    CallerRouteSet = new byte[65_535],
                }
            ).FitsTable(out _)
        );
        Assert.False(new DialogRecord(default, new DialogRecordTexts { CallId = new byte[256] }).FitsTable(out DialogColumn tooLong));
        Assert.Equal(DialogColumn.CallId, tooLong);
        Assert.False(new DialogRecord(default, new DialogRecordTexts { CallerSocket = new byte[65] }).FitsTable(out tooLong));
        Assert.Equal(DialogColumn.CallerSocket, tooLong);
    }

    private static DialogRecord Pack(byte[][] t) =>
        new(
            default,
            new DialogRecordTexts
            {
                CallId = t[0],
                FromUri = t[1],
                FromTag = t[2],
                ToUri = t[3],
                ToTag = t[4],
                MangledFromUri = t[5],
                MangledToUri = t[6],
                CallerRouteSet = t[7],
                CalleeRouteSet = t[8],
                CallerContact = t[9],
                CalleeContact = t[10],
                CallerSocket = t[11],
                CalleeSocket = t[12],
                Values = t[13],
                Profiles = t[14],
                OnAnswer = t[15],
                OnTimeout = t[16],
                OnHangup = t[17],
            }
        );
}
