using Parley.Sip;
using Xunit;

namespace Parley.Transport.Tests.Dns;

public class SrvOrderTests
{
    [Fact]
    public void Lower_priorities_come_first_whatever_the_weights()
    {
        DnsSrv[] records = [new(3, 100, 1, "c"), new(1, 0, 1, "a"), new(2, 65535, 1, "b")];
        var order = new int[3];
        for (ulong seed = 0; seed < 50; seed++)
        {
            Assert.Equal(3, SrvOrder.Choose(records, SipRandom.FromSeed(seed), order));
            Assert.Equal([1, 2, 0], order);
        }
    }

    [Fact]
    public void Within_a_priority_the_first_is_chosen_by_weight()
    {
        DnsSrv[] records = [new(1, 10, 1, "a"), new(1, 30, 1, "b"), new(1, 60, 1, "c"), new(1, 0, 1, "d")];
        var random = SipRandom.FromSeed(42);
        var first = new int[4];
        var order = new int[4];
        for (var i = 0; i < 10_000; i++)
        {
            SrvOrder.Choose(records, random, order);
            Assert.Equal([0, 1, 2, 3], order.Order());
            first[order[0]]++;
        }
        Assert.InRange(first[0], 800, 1200);
        Assert.InRange(first[1], 2700, 3300);
        Assert.InRange(first[2], 5600, 6300);
        Assert.InRange(first[3], 20, 250); // 1 of 101: "a very small chance" (RFC 2782)
    }
}
