using Parley.House.Tests;
using Xunit;

namespace Parley.Packaging.Tests;

/// <summary>The Debian package, built once for all tests from what the build has made.</summary>
public sealed class DebianPackage : IAsyncLifetime
{
    private readonly TestFolder _folder = new("deb");

    internal Shell Shell { get; private set; } = null!;

    internal string Folder => _folder.Path;

    /// <summary>The file.</summary>
    internal string File { get; private set; } = "";

    public static bool CanBuild =>
        OperatingSystem.IsLinux() && System.IO.File.Exists("/usr/bin/dpkg-deb") && Environment.UserName == "root";

    public async ValueTask InitializeAsync()
    {
        if (!CanBuild)
            return;
        Shell = new Shell(Directory.CreateDirectory(Path.Combine(Folder, "home")).FullName);
        string published = Path.Combine(Folder, "published");
        // Without the runtime and without code compiled beforehand: seconds in place of minutes.
        await Shell.RunAsync(
            Folder,
            $"""
            dotnet publish '{Repository.PathOf(
                "src/Parley.Server"
            )}' -c {Feed.Configuration} --no-build -p:PublishReadyToRun=false -o '{published}' -v quiet --nologo
            '{Repository.PathOf("deploy/deb/build")}' --from '{published}' --output '{Folder}'
            """
        );
        File = Assert.Single(Directory.GetFiles(Folder, "*.deb"));
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }
}
