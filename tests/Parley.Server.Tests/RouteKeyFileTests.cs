using Parley.Server.Hosting;
using Xunit;

namespace Parley.Server.Tests;

/// <summary>The key that outlives the server: made once, for its user alone, and a clear line when it cannot be had.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class RouteKeyFileTests : IDisposable
{
    private readonly TestFolder _folder = new("key");

    [Fact]
    public void The_first_start_makes_it_and_the_next_reads_the_same()
    {
        var state = Path.Combine(_folder.Path, "state");
        Assert.True(RouteKeyFile.TryLoad(state, out var made, out _));
        Assert.Equal(16, made.Length);
        Assert.True(RouteKeyFile.TryLoad(state, out var read, out _));
        Assert.Equal(made, read);
        Assert.Single(Directory.EnumerateFileSystemEntries(state)); // no draft is left
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(state, RouteKeyFile.Name)));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(state));
        Assert.True(RouteKeyFile.TryLoad(Path.Combine(_folder.Path, "other"), out var other, out _));
        Assert.NotEqual(made, other);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0123456789abcdef")]
    [InlineData("0123456789abcdef0123456789abcdeg")]
    public void A_file_that_is_no_key_stops_the_start(string text) =>
        AssertRefused(text, UnixFileMode.UserRead | UnixFileMode.UserWrite, "holds no key; give 32 hexadecimal digits");

    [Theory]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.GroupWrite)]
    public void A_key_that_others_can_read_or_change_stops_the_start(UnixFileMode more) =>
        AssertRefused(
            "0123456789abcdef0123456789abcdef",
            UnixFileMode.UserRead | UnixFileMode.UserWrite | more,
            "is open to others; give it mode 0600"
        );

    [Fact]
    public void A_folder_that_cannot_be_made_stops_the_start()
    {
        var file = Path.Combine(_folder.Path, "file");
        File.WriteAllText(file, "");
        Assert.False(RouteKeyFile.TryLoad(Path.Combine(file, "state"), out _, out var error));
        Assert.StartsWith("Parley:StateDirectory: the key", error, StringComparison.Ordinal);
        Assert.Contains("can be neither read nor made", error, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error);
    }

    [Fact]
    public void Starts_at_the_same_time_agree_on_one()
    {
        var state = Path.Combine(_folder.Path, "state");
        var keys = new byte[8][];
        Parallel.For(
            0,
            keys.Length,
            i =>
            {
                Assert.True(RouteKeyFile.TryLoad(state, out var key, out var error), error);
                keys[i] = key;
            }
        );
        Assert.All(keys, key => Assert.Equal(keys[0], key));
    }

    [Fact]
    public void The_settings_directory_counts_then_systemds_then_the_users_own()
    {
        Assert.Equal(new StateDirectory("/srv/x", true), RouteKeyFile.DirectoryOf("/srv/x", "/var/lib/parley", "/home/u/state", "/home/u"));
        Assert.Equal(
            new StateDirectory("/var/lib/parley", true),
            RouteKeyFile.DirectoryOf(null, "/var/lib/parley:/var/lib/other", "/home/u/state", "/home/u")
        );
        Assert.Equal(new StateDirectory("/home/u/state/parley", false), RouteKeyFile.DirectoryOf(null, "", "/home/u/state", "/home/u"));
        Assert.Equal(new StateDirectory("/home/u/.local/state/parley", false), RouteKeyFile.DirectoryOf(null, null, "relative", "/home/u"));
        Assert.Null(RouteKeyFile.DirectoryOf(null, null, null, null));
    }

    public void Dispose() => _folder.Dispose();

    private void AssertRefused(string text, UnixFileMode mode, string expected)
    {
        var file = Path.Combine(_folder.Path, RouteKeyFile.Name);
        File.WriteAllText(file, text);
        File.SetUnixFileMode(file, mode);
        Assert.False(RouteKeyFile.TryLoad(_folder.Path, out _, out var error));
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error);
    }
}
