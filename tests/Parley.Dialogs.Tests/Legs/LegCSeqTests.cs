using CsCheck;
using Xunit;

namespace Parley.Dialogs.Tests;

public class LegCSeqTests
{
    [Fact]
    public void Numbers_pass_unchanged_until_the_proxy_sends_something_of_its_own()
    {
        var leg = LegCSeq.FromInvite(101, 101);
        Assert.Equal(102u, leg.TakeRelayed(102, remember: false));
        Assert.False(leg.IsRenumbering);
        Assert.Equal(103u, leg.TakeOwn());
        Assert.Equal(104u, leg.TakeOwn());
        Assert.Equal(105u, leg.TakeRelayed(103, remember: false));
        Assert.Equal(103u, leg.Highest);
    }

    [Fact]
    public void Row_24_an_ACK_has_the_number_of_its_INVITE_whatever_went_between()
    {
        var leg = LegCSeq.FromInvite(1, 1);
        leg.TakeOwn(); // 2: a ping
        Assert.Equal(3u, leg.TakeRelayed(2, remember: true));
        leg.TakeOwn(); // 4: another
        Assert.Equal(5u, leg.TakeRelayed(3, remember: false));
        Assert.Equal(3u, leg.OfInvite(2));
        Assert.Equal(3u, leg.OfInvite(2)); // repeated, as the 2xx is
        Assert.Equal(1u, leg.OfInvite(1)); // the initial one, late
        Assert.Equal(6u, leg.TakeRelayed(4, remember: true));
        Assert.Equal(6u, leg.OfInvite(4));
        Assert.Equal(3u, leg.OfInvite(2));
    }

    [Fact]
    public void Row_25_requests_of_every_method_count_for_the_next_own_one()
    {
        var leg = LegCSeq.FromInvite(1, 1);
        leg.TakeRelayed(2, remember: false); // PRACK
        leg.TakeRelayed(7, remember: false); // UPDATE; gaps are allowed
        leg.TakeRelayed(5, remember: false); // reordered
        Assert.Equal(8u, leg.TakeOwn());
    }

    [Fact]
    public void Row_26_a_leg_goes_on_from_the_number_of_its_branch()
    {
        var leg = LegCSeq.FromInvite(10, 12);
        Assert.Equal(12u, leg.OfInvite(10));
        Assert.Equal(13u, leg.TakeRelayed(11, remember: false));
        Assert.Equal(14u, leg.TakeOwn());
    }

    [Fact]
    public void Row_27_several_PRACKs_get_numbers_of_their_own_and_their_RAck_the_one_of_the_INVITE()
    {
        var leg = LegCSeq.FromInvite(1, 2);
        Assert.Equal(3u, leg.TakeRelayed(2, remember: false));
        Assert.Equal(4u, leg.TakeRelayed(3, remember: false));
        Assert.Equal(2u, leg.OfInvite(1)); // RAck: 1 1 INVITE becomes RAck: 1 2 INVITE
    }

    [Fact]
    public void Row_28_towards_a_caller_who_got_no_request_the_first_own_number_is_1() => Assert.Equal(1u, default(LegCSeq).TakeOwn());

    [Fact]
    public void Row_29_the_two_directions_count_apart()
    {
        LegCSeq callee = LegCSeq.FromInvite(500, 500),
            caller = default;
        Assert.Equal(501u, callee.TakeOwn());
        Assert.Equal(1u, caller.TakeOwn());
        Assert.Equal(2u, caller.TakeRelayed(9000, remember: false));
        Assert.Equal(502u, callee.TakeOwn());
    }

    [Fact]
    public void A_leg_goes_on_where_the_store_had_it()
    {
        var leg = LegCSeq.FromStore(highest: 7, generated: 12);
        Assert.Equal(13u, leg.TakeRelayed(8, remember: false));
        leg = LegCSeq.FromStore(highest: 7, generated: 0);
        Assert.Equal(8u, leg.TakeRelayed(8, remember: false));
        Assert.Equal(9u, leg.TakeOwn());
    }

    [Fact]
    public void What_a_leg_sees_only_grows_and_every_ACK_finds_its_INVITE() =>
        Gen.Select(Gen.Int[0, 3], Gen.UInt[1, 3])
            .Array[0, 60]
            .Sample(steps =>
            {
                var leg = LegCSeq.FromInvite(1, 1);
                uint received = 1,
                    seen = 1;
                var invites = new List<(uint Received, uint Sent)> { (1, 1) };
                foreach ((int kind, uint gap) in steps)
                {
                    uint sent;
                    switch (kind)
                    {
                        case 0:
                            sent = leg.TakeOwn();
                            break;
                        case 1:
                            received += gap;
                            sent = leg.TakeRelayed(received, remember: false);
                            break;
                        case 2:
                            received += gap;
                            sent = leg.TakeRelayed(received, remember: true);
                            invites.Add((received, sent));
                            break;
                        default:
                            (uint of, uint expected) = invites[^(int)Math.Min(gap, invites.Count)];
                            if (leg.OfInvite(of) != expected)
                                return false;
                            continue;
                    }

                    if (sent <= seen || leg.LastSent != sent)
                        return false;
                    seen = sent;
                }

                return true;
            });

    [Fact]
    public void Renumbering_allocates_once_per_leg()
    {
        var leg = LegCSeq.FromInvite(1, 1);
        leg.TakeOwn();
        leg.TakeRelayed(2, remember: true);
        long before = GC.GetAllocatedBytesForCurrentThread();
        uint sum = 0;
        for (uint i = 3; i < 100; i++)
            sum += leg.TakeRelayed(i, remember: true) + leg.OfInvite(i) + leg.TakeOwn();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(sum > 0);
    }
}
