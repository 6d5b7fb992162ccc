using Xunit;

namespace Parley.Sql.Tests.Database;

public class SqlDatabaseOptionsTests
{
    public static TheoryData<string, Action<SqlDatabaseOptions>> Wrong =>
        new()
        {
            { "ConnectionString", static o => o.ConnectionString = " " },
            { "ConnectionString", static o => o.ConnectionString = "Data Source=:memory:" },
            { "ConnectionString", static o => o.ConnectionString = "Colour=red" },
            { "ConnectionString", static o => (o.Provider, o.ConnectionString) = (SqlProvider.PostgreSql, "Colour=red") },
            { "ConnectionString", static o => (o.Provider, o.ConnectionString) = (SqlProvider.MySql, "Colour=red") },
            { "Provider", static o => o.Provider = (SqlProvider)9 },
            { "BusyTimeout", static o => o.BusyTimeout = TimeSpan.Zero },
            { "OwnershipWait", static o => o.OwnershipWait = TimeSpan.FromSeconds(-1) },
            { "Node", static o => o.Node = new string('n', 65) },
            { "Dialog", static o => o.Names.Dialog = "dialog; DROP TABLE dialog" },
            { "Dialog", static o => o.Names.Dialog = "" },
            { "DialogDetails", static o => o.Names.DialogDetails = "a.b.c" },
            { "Version", static o => o.Names.Version = new string('v', 65) },
            { "Dialog", static o => o.Names.Dialog = o.Names.Version },
            { "DialogColumns", static o => o.Names.DialogColumns["colour"] = "red" },
            { "DialogColumns", static o => o.Names.DialogColumns["callid"] = "call-id" },
        };

    [Theory]
    [MemberData(nameof(Wrong), DisableDiscoveryEnumeration = true)]
    public void An_option_that_cannot_be_is_named_in_one_line(string name, Action<SqlDatabaseOptions> change)
    {
        var options = new SqlDatabaseOptions { ConnectionString = "Data Source=/tmp/parley.db" };
        change(options);
        ArgumentException refused = Assert.Throws<ArgumentException>(() => new SqlDatabase(options, TimeProvider.System));
        Assert.Contains(name, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);
    }

    [Fact]
    public void Options_of_a_store_that_cannot_be_are_named()
    {
        var database = new SqlDatabase(new SqlDatabaseOptions { ConnectionString = "Data Source=/tmp/parley.db" }, TimeProvider.System);
        Assert.Contains(
            "HashSize",
            Assert.Throws<ArgumentException>(() => new SqlDialogStore(database, new SqlDialogStoreOptions { HashSize = 1000 })).Message,
            StringComparison.Ordinal
        );
        var flags = new SqlDialogStoreOptions();
        flags.UserFlagNames.Add("two words");
        Assert.Contains(
            "UserFlagNames",
            Assert.Throws<ArgumentException>(() => new SqlDialogStore(database, flags)).Message,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData(SqlProvider.PostgreSql, "Host=db;Database=calls;Username=parley;Password=hush", "PostgreSQL db:5432/calls")]
    [InlineData(SqlProvider.MySql, "Server=db;Database=calls;User ID=parley;Password=hush", "MySQL db:3306/calls")]
    public async Task The_place_is_said_without_the_password(SqlProvider provider, string connectionString, string place)
    {
        await using var database = new SqlDatabase(
            new SqlDatabaseOptions { Provider = provider, ConnectionString = connectionString },
            TimeProvider.System
        );
        Assert.Equal(place, database.Place);
    }

    [Theory]
    [InlineData("x", true)]
    [InlineData("xxxx", true)]
    [InlineData("xxxxx", false)]
    [InlineData("ü€", true)]
    [InlineData("üüüü", true)]
    [InlineData("üüüüü", false)]
    [InlineData("\U0001F600", false)]
    [InlineData("a ", false)]
    [InlineData(" a", true)]
    [InlineData("\0", false)]
    public void A_column_takes_what_it_gives_back(string text, bool takes) =>
        Assert.Equal(
            takes,
            new SqlTextRoom(4, int.MaxValue, 0xffff, KeepsTrailingSpaces: false).Takes(System.Text.Encoding.UTF8.GetBytes(text))
        );

    [Theory]
    [InlineData(0u, "")]
    [InlineData(1u, "paid")]
    [InlineData(5u, "paid roaming")]
    [InlineData(0x8000_0003u, "paid 2147483650")]
    public void User_flags_are_written_as_names_and_read_back(uint bits, string text)
    {
        var flags = new SqlUserFlags(["paid", "", "roaming"]);
        Assert.Equal(text, flags.Text(bits));
        Assert.Equal(bits, flags.Bits(text));
        Assert.Equal(bits, flags.Bits($"{text} unheard"));
    }
}
