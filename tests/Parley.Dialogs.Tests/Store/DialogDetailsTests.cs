using System.Text;
using System.Text.Json;
using Parley.Sip;
using Xunit;

namespace Parley.Dialogs.Tests;

/// <summary>What the table has no column for comes back from the details: a test per field.</summary>
public sealed class DialogDetailsTests : IDisposable
{
    private readonly CallFixture _fixture = new(
        static options => options.KeepSessionDescriptions = true,
        DialogFlags.OptionsPingCaller | DialogFlags.ReinvitePingCallee
    );
    private readonly Dialog _dialog;

    public DialogDetailsTests()
    {
        _fixture.Call();
        _fixture.Run(3);
        _dialog = _fixture.Dialog;
    }

    [Fact]
    public void The_precise_deadline_the_lifetime_the_start_and_the_creation()
    {
        _dialog.Timeout = TimeSpan.FromMilliseconds(1_234_567);
        Dialog back = Restored();
        Assert.InRange((_dialog.RemainingLifetime - back.RemainingLifetime).TotalMilliseconds, -20, 20);
        Assert.Equal((_dialog.Timeout, _dialog.StartTime, _dialog.CreatedAt), (back.Timeout, back.StartTime, back.CreatedAt));
    }

    [Fact]
    public void The_delete_delay_and_the_reason_and_the_flags_without_a_bit()
    {
        _dialog.DeleteDelay = TimeSpan.FromSeconds(99);
        Assert.Equal(TimeSpan.FromSeconds(99), Restored().DeleteDelay);
        Dialog back = Restored(static json =>
            json.Replace("\"created\"", "\"reason\":\"because\",\"flags\":67108864,\"created\"", StringComparison.Ordinal)
        );
        Assert.Equal("because", back.TerminationReason);
        Assert.True(back.Life.Has(InternalFlags.Spiral));
    }

    [Fact]
    public void Ping_intervals_and_who_answers_pings()
    {
        _dialog.OptionsPingInterval = TimeSpan.FromSeconds(7);
        _dialog.ReinvitePingInterval = TimeSpan.FromSeconds(77);
        _fixture.Run(8);
        Dialog back = Restored();
        Assert.Equal((TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(77)), (back.OptionsPingInterval, back.ReinvitePingInterval));
        Assert.True(back.PingsInLock!.Caller!.HasAnswered);
        Assert.False(back.PingsInLock.Callee!.HasAnswered);
    }

    [Fact]
    public void Session_descriptions_of_both_parties()
    {
        Assert.NotEmpty(_dialog.Caller.SessionDescription);
        Dialog back = Restored();
        Assert.Equal(
            (_dialog.Caller.SessionDescription, _dialog.Callee!.SessionDescription),
            (back.Caller.SessionDescription, back.Callee!.SessionDescription)
        );
    }

    [Fact]
    public void Numbers_of_both_directions_their_methods_and_what_was_renumbered()
    {
        lock (_dialog.Lock)
        {
            _dialog.Callee!.Numbers.TakeOwn();
            _dialog.Callee.Numbers.TakeRelayed(40, remember: true);
            _dialog.Callee.Numbers.TakeRelayed(41, remember: true);
            _dialog.Callee.SawRequest(_dialog.Caller, DialogDirection.Upstream, 17, SipMethod.Info);
            _dialog.Callee.TakeRefresh(DialogDirection.Upstream, 16);
        }

        Dialog back = Restored();
        DialogLeg was = _dialog.Callee!,
            leg = back.Callee!;
        Assert.Equal(was.Counts, leg.Counts);
        Assert.Equal((was.CSeq, was.GeneratedCSeq, was.Numbers.HighestMethod), (leg.CSeq, leg.GeneratedCSeq, leg.Numbers.HighestMethod));
        Assert.Equal((was.Numbers.OfInvite(40), was.Numbers.OfInvite(41)), (leg.Numbers.OfInvite(40), leg.Numbers.OfInvite(41)));
        Assert.NotEqual(40u, leg.Numbers.OfInvite(40));
        Assert.Equal(CSeqOrder.Repeated, leg.OrderOf(DialogDirection.Upstream, 17, SipMethod.Info));
        Assert.Equal((_dialog.Caller.CSeq, _dialog.Caller.GeneratedCSeq), (back.Caller.CSeq, back.Caller.GeneratedCSeq));
        Assert.Equal(_dialog.LegSet.InviteCSeq, back.LegSet.InviteCSeq);
    }

    [Fact]
    public void Numbers_that_were_written_alone_count_more_than_the_details()
    {
        DialogRecord row = DialogRecords.Of(_dialog, _dialog.Module.Profiles);
        var updated = new DialogRecord(row.Id, TextsOf(row, row[DialogColumn.Details]))
        {
            State = row.State,
            StartTime = row.StartTime,
            Timeout = row.Timeout + 600,
            CallerCSeq = 900,
            CalleeCSeq = 800,
            CalleePingCSeq = 801,
            Flags = row.Flags,
        };
        Dialog back = Restore(updated);
        Assert.Equal((800u, 801u, 900u), (back.Callee!.CSeq, back.Callee.GeneratedCSeq, back.Callee.HighestFrom));
        Assert.InRange((back.RemainingLifetime - _dialog.RemainingLifetime).TotalSeconds, 599, 601);
    }

    [Fact]
    public void Flows_listener_and_far_end_of_datagrams()
    {
        Dialog back = Restored();
        Assert.Equal(_dialog.Caller.Flow.Remote, back.Caller.Flow.Remote);
        Assert.Same(_dialog.Callee!.Flow.Listener, back.Callee!.Flow.Listener);
        Assert.NotEqual(default, back.Callee.Flow.Remote);
        Assert.Equal(0, back.Callee.Flow.ConnectionId);
    }

    [Fact]
    public void The_branch_of_the_winner_and_further_legs_whole()
    {
        lock (_dialog.Lock)
        {
            _dialog.LegSet.Restore(
                _dialog.LegSet.InviteCSeq,
                [
                    new DialogLeg(_dialog, 3)
                    {
                        IsAnswered = true,
                        IsSettled = true,
                        Packed = PackedLeg.Build(default, "other"u8, "sip:carol@10.0.3.1"u8, 1, [10, 0, .. "sip:10.0.9"u8]),
                        Numbers = LegCSeq.FromStore(5, 6),
                    },
                ]
            );
        }

        Dialog back = Restored();
        Assert.Equal(3, back.Legs.Count);
        Assert.Equal(_dialog.Callee!.Branch, back.Callee!.Branch);
        DialogLeg other = back.Legs[2];
        Assert.Equal(
            (3, "other", "sip:carol@10.0.3.1", true, true, 5u, 6u),
            (other.Branch, other.Tag, other.Contact, other.IsAnswered, other.IsSettled, other.CSeq, other.GeneratedCSeq)
        );
        Assert.Equal(["sip:10.0.9"], other.RouteSet);
    }

    [Fact]
    public void A_contact_that_cannot_be_read_and_bytes_that_are_no_UTF8()
    {
        byte[] contact = [.. "<sip:\xff"u8, 0xff, 0xfe, (byte)'>'];
        lock (_dialog.Lock)
        {
            PackedLeg packed = _dialog.Callee!.Packed;
            _dialog.Callee.Packed = PackedLeg.Build(packed, packed.Tag, contact, packed.RouteCount, packed.PackedRoutes, isRaw: true);
        }

        Dialog back = Restored();
        Assert.True(back.Callee!.IsContactRaw);
        Assert.True(back.Callee.Packed.ContactText.SequenceEqual(contact));
        Assert.Contains("\"b64\"", Details(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_node()
    {
        _dialog.Runtime.Node = "west-1";
        using JsonDocument json = JsonDocument.Parse(Details());
        Assert.Equal("west-1", json.RootElement.GetProperty("node").GetString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("no json")]
    [InlineData("{\"v\":2}")]
    [InlineData("{\"v\":1,\"legs\":7,\"ping\":[],\"due\":\"x\"}")]
    [InlineData("{\"v\":1,\"legs\":[{\"branch\":-1,\"tag\":3},{\"branch\":0,\"cseq\":[1,2]}]}")]
    [InlineData("{\"v\":1,\"legs\":[1,2]}")]
    [InlineData("{\"v\":1,\"due\":1.5}")]
    public void Details_that_were_changed_by_hand_leave_a_dialog_of_the_columns(string details)
    {
        Dialog back = Restored(_ => details);
        Assert.Equal((_dialog.FromTag, _dialog.ToTag, _dialog.Callee!.Contact), (back.FromTag, back.ToTag, back.Callee!.Contact));
    }

    [Fact]
    public void A_dialog_at_rest_has_the_same_details_each_time()
    {
        string before = Details();
        for (int i = 0; i < 50; i++)
        {
            _fixture.Run(0.013);
            Assert.Equal(before, Details());
        }
    }

    public void Dispose() => _fixture.Dispose();

    private string Details() => DialogRecords.Of(_dialog, _dialog.Module.Profiles).GetText(DialogColumn.Details)!;

    private Dialog Restored(Func<string, string>? change = null)
    {
        DialogRecord row = DialogRecords.Of(_dialog, _dialog.Module.Profiles);
        string details = row.GetText(DialogColumn.Details)!;
        return Restore(
            new DialogRecord(row.Id, TextsOf(row, Encoding.UTF8.GetBytes(change?.Invoke(details) ?? details)))
            {
                State = row.State,
                StartTime = row.StartTime,
                Timeout = row.Timeout,
                CallerCSeq = row.CallerCSeq,
                CalleeCSeq = row.CalleeCSeq,
                CallerPingCSeq = row.CallerPingCSeq,
                CalleePingCSeq = row.CalleePingCSeq,
                UserFlags = row.UserFlags,
                Flags = row.Flags,
            }
        );
    }

    private Dialog Restore(DialogRecord row) =>
        DialogRecords.Restore(
            _dialog.Module,
            _dialog.Module.Table,
            _dialog.Module.Profiles,
            row,
            _dialog.Caller.Flow.Listener,
            _dialog.Callee!.Flow.Listener
        );

    private static DialogRecordTexts TextsOf(DialogRecord row, ReadOnlySpan<byte> details) =>
        new()
        {
            CallId = row[DialogColumn.CallId],
            FromUri = row[DialogColumn.FromUri],
            FromTag = row[DialogColumn.FromTag],
            ToUri = row[DialogColumn.ToUri],
            ToTag = row[DialogColumn.ToTag],
            CallerRouteSet = row[DialogColumn.CallerRouteSet],
            CalleeRouteSet = row[DialogColumn.CalleeRouteSet],
            CallerContact = row[DialogColumn.CallerContact],
            CalleeContact = row[DialogColumn.CalleeContact],
            Details = details.ToArray(),
        };
}
