using System.Diagnostics;
using System.IO.Compression;
using System.Xml.Linq;
using Parley.House.Tests;
using Xunit;

namespace Parley.Packaging.Tests;

/// <summary>The packages, and what docs/guide/packages.md says about them, typed as it stands there.</summary>
public class PackageTests(Feed feed) : IClassFixture<Feed>
{
    private const string Page = "docs/guide/packages.md";

    public static TheoryData<string> Projects =>
        [
            .. Directory
                .EnumerateFiles(Repository.PathOf("src"), "*.csproj", SearchOption.AllDirectories)
                .Concat(Templates())
                .Select(static p => Path.GetFileNameWithoutExtension(p)),
        ];

    [Theory]
    [MemberData(nameof(Projects))]
    public void Every_project_is_a_package_with_a_readme_an_icon_a_licence_and_where_it_comes_from(string project)
    {
        using ZipArchive package = ZipFile.OpenRead(PackageOf(project));
        XElement metadata = Specification(package);
        Assert.Equal(project, Value(metadata, "id"));
        Assert.Equal(
            ("README.md", "icon.png", "Apache-2.0"),
            (Value(metadata, "readme"), Value(metadata, "icon"), Value(metadata, "license"))
        );
        Assert.StartsWith("https://", Value(metadata, "projectUrl"), StringComparison.Ordinal);
        Assert.Equal("git", Named(metadata, "repository").Attribute("type")?.Value);
        Assert.True(Value(metadata, "description").Length > 40, "A description says what is in the package.");
        using var readme = new StreamReader(package.GetEntry("README.md")!.Open());
        Assert.StartsWith($"# {project}\n", readme.ReadToEnd(), StringComparison.Ordinal);
        Assert.True(package.GetEntry("icon.png")!.Length > 0);
        Assert.Contains($"`{project}`", Repository.Read(Page), StringComparison.Ordinal);
    }

    [Fact]
    public void A_package_depends_on_packages_of_its_own_version_and_on_no_tests()
    {
        foreach (string file in Directory.EnumerateFiles(feed.Packages, "*.nupkg"))
        {
            using ZipArchive package = ZipFile.OpenRead(file);
            XElement metadata = Specification(package);
            string version = Value(metadata, "version");
            Assert.All(
                metadata
                    .Descendants()
                    .Where(static e =>
                        e.Name.LocalName == "dependency" && e.Attribute("id")!.Value.StartsWith("Parley.", StringComparison.Ordinal)
                    ),
                dependency =>
                {
                    Assert.Equal(version, dependency.Attribute("version")!.Value);
                    Assert.True(
                        File.Exists(PackageOf(dependency.Attribute("id")!.Value)),
                        $"{file} depends on {dependency}, which is not packed."
                    );
                }
            );
        }
    }

    [Fact]
    public async Task A_project_outside_the_repository_is_made_by_the_recipe_and_carries_a_call()
    {
        string recipe = Shell.Recipe(Page, "A project that uses them");
        int run = recipe.IndexOf("dotnet run", StringComparison.Ordinal);
        int build = recipe.IndexOf("dotnet build", StringComparison.Ordinal);
        // Offline: the source of the recipe, and not nuget.org beside it.
        string setUp = recipe[..build]
            .Replace(
                "dotnet new nugetconfig",
                "dotnet new nugetconfig\ndotnet nuget remove source nuget --configfile nuget.config",
                StringComparison.Ordinal
            );
        string around = feed.Folder("project");
        await feed.Shell.RunAsync(around, setUp);
        string folder = Path.Combine(around, "myproxy");
        string program = Shell.Blocks(Repository.Read(Page), "csharp").Single();
        await File.WriteAllTextAsync(Path.Combine(folder, "Program.cs"), program);
        string output = await feed.Shell.RunAsync(folder, recipe[build..run]);
        Assert.Contains("0 Warning(s)", output, StringComparison.Ordinal);

        using var alice = new Phone();
        using var bob = new Phone();
        using var over = new CancellationTokenSource();
        int proxy = Phone.FreePort();
        Task<IReadOnlyList<string>> answering = bob.AnswerAsync(over.Token);
        string command = "exec " + recipe[run..].Trim();
        command = command
            .Replace("--listen=udp:127.0.0.1:5060", $"--listen=udp:127.0.0.1:{proxy}", StringComparison.Ordinal)
            .Replace("127.0.0.1:5070", $"127.0.0.1:{bob.Port}", StringComparison.Ordinal);
        using Process app = feed.Shell.Start(folder, "bash", "-c", command);
        try
        {
            Assert.Equal(["SIP/2.0 200 OK", "SIP/2.0 200 OK"], await alice.CallAsync(proxy));
        }
        finally
        {
            app.Kill(entireProcessTree: true);
        }
        await over.CancelAsync();
        Assert.Equal(["INVITE", "ACK", "BYE"], (await answering).Distinct());
    }

    [Fact]
    public async Task The_tool_is_installed_says_its_version_and_answers_without_settings()
    {
        string recipe = Shell.Recipe(Page, "The server as a tool");
        string output = await feed.Shell.RunAsync(feed.Root, recipe[..recipe.IndexOf("tools/parley run", StringComparison.Ordinal)]);
        string version = Value(Specification(PackageOf("Parley.Server")), "version");
        Assert.Contains(output.Split('\n'), line => line.StartsWith(version, StringComparison.Ordinal));

        int port = Phone.FreePort();
        string elsewhere = Directory.CreateDirectory(Path.Combine(feed.Root, "elsewhere")).FullName;
        // No settings file; the port alone differs from the default, which another program may hold.
        using Process server = feed.Shell.Start(
            elsewhere,
            "bash",
            "-c",
            $"export Parley__Listeners__0__Endpoint=udp:127.0.0.1:{port}; exec ../tools/parley run"
        );
        try
        {
            using var phone = new Phone();
            string answer = await phone.AskAsync("OPTIONS", $"sip:127.0.0.1:{port}", port, "tool", 1, $"To: <sip:127.0.0.1:{port}>\r\n");
            Assert.StartsWith("SIP/2.0 200", answer, StringComparison.Ordinal);
        }
        finally
        {
            server.Kill(entireProcessTree: true);
        }
        Assert.True(File.Exists(Path.Combine(feed.Root, "home", ".local", "state", "parley", "route.key")));
        Assert.Empty(Directory.EnumerateFileSystemEntries(elsewhere));
    }

    [Fact]
    public async Task The_template_is_installed_and_what_it_makes_passes_its_own_test()
    {
        string recipe = Shell.Recipe(Page, "The template");
        string around = feed.Folder("template");
        // What the page's project before it has: the source alone.
        Directory.CreateDirectory(Path.Combine(around, "myproxy"));
        await File.WriteAllTextAsync(
            Path.Combine(around, "myproxy", "nuget.config"),
            "<configuration><packageSources><clear /><add key=\"parley\" value=\"../feed\" /></packageSources></configuration>"
        );
        string output = await feed.Shell.RunAsync(around, recipe[..recipe.IndexOf("dotnet run", StringComparison.Ordinal)]);
        Assert.Matches(@"succeeded: 1\b", output);
        Assert.DoesNotContain("warning", output, StringComparison.OrdinalIgnoreCase);
        string made = Path.Combine(around, "Switchboard");
        Assert.Contains(
            "namespace Switchboard;",
            await File.ReadAllTextAsync(Path.Combine(made, "Switchboard", "Routing.cs")),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void The_page_names_the_version_that_is_packed()
    {
        string version = Value(Specification(PackageOf("Parley.Dialogs")), "version");
        Assert.Contains($"Parley.Templates.{version}.nupkg", Repository.Read(Page), StringComparison.Ordinal);
        Assert.Contains($"Parley.Dialogs@{version}", Repository.Read(Page), StringComparison.Ordinal);
    }

    private static IEnumerable<string> Templates() =>
        Directory.EnumerateDirectories(Repository.PathOf("templates")).SelectMany(static d => Directory.EnumerateFiles(d, "*.csproj"));

    private string PackageOf(string project)
    {
        string[] found = Directory
            .GetFiles(feed.Packages, $"{project}.*.nupkg")
            .Where(f => char.IsAsciiDigit(Path.GetFileName(f)[project.Length + 1]))
            .ToArray();
        Assert.True(found.Length == 1, $"{project} is not packed once but: {string.Join(' ', found)}");
        return found[0];
    }

    private static XElement Specification(string file)
    {
        using ZipArchive package = ZipFile.OpenRead(file);
        return Specification(package);
    }

    private static XElement Specification(ZipArchive package)
    {
        ZipArchiveEntry entry = package.Entries.Single(static e => e.FullName.EndsWith(".nuspec", StringComparison.Ordinal));
        using Stream stream = entry.Open();
        return XDocument.Load(stream).Root!.Elements().Single(static e => e.Name.LocalName == "metadata");
    }

    private static XElement Named(XElement metadata, string name) => metadata.Elements().Single(e => e.Name.LocalName == name);

    private static string Value(XElement metadata, string name) => Named(metadata, name).Value;
}
