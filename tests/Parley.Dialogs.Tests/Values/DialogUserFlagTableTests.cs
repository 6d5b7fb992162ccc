using Xunit;

namespace Parley.Dialogs.Tests;

public class DialogUserFlagTableTests
{
    [Fact]
    public void A_name_keeps_the_bit_it_got_first()
    {
        var table = new DialogUserFlagTable();
        Assert.Equal(0, table.Add("billed"));
        Assert.Equal(1, table.Add("recorded"));
        Assert.Equal(0, table.Add("billed"));
        Assert.Equal(1, table.Find("recorded"));
        Assert.Equal(-1, table.Find("unknown"));
        Assert.Equal(["billed", "recorded"], table.Names);
    }

    [Fact]
    public void There_are_32_and_the_next_is_refused()
    {
        var table = new DialogUserFlagTable();
        for (int i = 0; i < 32; i++)
            Assert.Equal(i, table.Add($"flag{i}"));
        Assert.Equal("name", Assert.Throws<ArgumentException>(() => table.Add("one more")).ParamName);
        Assert.Equal(31, table.Add("flag31"));
        Assert.Equal("name", Assert.Throws<ArgumentException>(() => table.Add("")).ParamName);
    }

    [Fact]
    public async Task Threads_that_add_one_name_get_one_bit()
    {
        for (int round = 0; round < 100; round++)
        {
            var table = new DialogUserFlagTable();
            int[] bits = await Task.WhenAll(
                Enumerable
                    .Range(0, 4)
                    .Select(n =>
                        Task.Run(() =>
                        {
                            table.Add($"own{n}");
                            return table.Add("same");
                        })
                    )
            );
            Assert.Single(bits.Distinct());
            Assert.Equal(5, table.Names.Count);
        }
    }
}
