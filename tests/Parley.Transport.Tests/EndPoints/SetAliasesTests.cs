using Xunit;

namespace Parley.Transport.Tests.EndPoints;

public class SetAliasesTests
{
    [Fact]
    public async Task New_names_replace_the_old_ones_at_once_and_bad_ones_change_nothing()
    {
        await using var test = new TestTransport(options => options.Aliases.Add("old.example"), null, TestTransport.Udp());
        Assert.True(test.Transport.IsOwn("old.example"u8, 0));
        test.Transport.SetAliases(["new.example"]);
        Assert.False(test.Transport.IsOwn("old.example"u8, 0));
        Assert.True(test.Transport.IsOwn("new.example"u8, 0));
        Assert.Same(test.Listener, test.Transport.FindOwn("new.example"u8, 0, default));
        Assert.Throws<ArgumentException>(() => test.Transport.SetAliases(["a.example", "b.example:0"]));
        Assert.True(test.Transport.IsOwn("new.example"u8, 0));
    }
}
