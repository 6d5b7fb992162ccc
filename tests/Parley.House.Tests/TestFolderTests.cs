using System.Text.RegularExpressions;
using Parley.House.Tests.Runs;
using Xunit;

namespace Parley.House.Tests;

/// <summary>Tests leave nothing in the temporary folder of the machine.</summary>
public partial class TestFolderTests
{
    /// <summary>The database server's folder outlives tests; its watcher deletes it, also when the test process is killed.</summary>
    private static readonly string[] Owners = ["TestFolder.cs", "DatabaseServer.cs", "TestFolderTests.cs"];

    [Fact]
    public void Tests_make_temporary_folders_in_one_way()
    {
        string[] others =
        [
            .. Directory
                .EnumerateDirectories(Repository.PathOf("tests"), "*.Tests")
                .SelectMany(static project => Repository.CSharpFiles(project))
                .Where(static file => !Owners.Contains(Path.GetFileName(file)) && TemporaryPath().IsMatch(File.ReadAllText(file))),
        ];
        Assert.Empty(others);
    }

    [Theory]
    [InlineData("Parley.Server.Tests", "*.StartTests")]
    [InlineData("Parley.Server.Tests", "*.ClientCertificateTests")]
    [InlineData("Parley.Dialogs.Tests", "*.FileTests")]
    [InlineData("Parley.Sql.Tests", "*.SqliteDialogStoreTests")]
    public async Task A_run_leaves_nothing_behind(string project, string tests)
    {
        using var temporary = new TestFolder("left");
        TestRun run = await TestRun.StartAsync(project, temporary.Path, "--filter-class", tests);
        Assert.True(run.ExitCode == 0, run.Output);
        Assert.Empty(Left(temporary));
    }

    [Fact]
    public async Task A_failed_test_leaves_nothing_behind()
    {
        using var temporary = new TestFolder("left");
        TestRun run = await TestRun.StartAsync("Parley.House.Tests", temporary.Path, "--explicit", "only", "--filter-method", "*.Fails");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("a file was there", run.Output, StringComparison.Ordinal);
        Assert.Empty(Left(temporary));
    }

    [Fact]
    public async Task A_folder_that_its_owner_forgot_fails_the_run_and_is_deleted()
    {
        using var temporary = new TestFolder("left");
        TestRun run = await TestRun.StartAsync("Parley.House.Tests", temporary.Path, "--explicit", "only", "--filter-method", "*.Forgets");
        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains("Not deleted by its owner: ", run.Output, StringComparison.Ordinal);
        Assert.Empty(Left(temporary));
    }

    /// <summary>Run by <see cref="A_failed_test_leaves_nothing_behind"/> alone.</summary>
    [Fact(Explicit = true)]
    public void Fails()
    {
        string file = Path.Combine(TestFolder.ForTest("failed"), "file");
        File.WriteAllText(file, "");
        Assert.Fail(File.Exists(file) ? "a file was there" : "no file");
    }

    /// <summary>Run by <see cref="A_folder_that_its_owner_forgot_fails_the_run_and_is_deleted"/> alone.</summary>
    [Fact(Explicit = true)]
    public void Forgets() => Assert.True(Directory.Exists(new TestFolder("forgotten").Path));

    private static string[] Left(TestFolder temporary) => Directory.GetFileSystemEntries(temporary.Path, "parley-*");

    [GeneratedRegex(@"CreateTempSubdirectory|GetTempPath|GetTempFileName")]
    private static partial Regex TemporaryPath();
}
