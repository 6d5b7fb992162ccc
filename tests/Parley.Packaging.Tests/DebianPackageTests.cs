using System.Diagnostics;
using Parley.House.Tests;
using Xunit;

namespace Parley.Packaging.Tests;

/// <summary>The Debian package: what is in it, that it installs into a root of its own, that its server runs from there, and that a purge leaves nothing.</summary>
public sealed class DebianPackageTests(DebianPackage package) : IClassFixture<DebianPackage>
{
    private string Root => Path.Combine(package.Folder, "root");

    [Fact]
    public async Task It_has_what_a_package_has()
    {
        Assert.SkipUnless(DebianPackage.CanBuild, "needs dpkg-deb and root");
        string contents = await package.Shell.RunAsync(package.Folder, $"dpkg-deb -c '{package.File}'");
        foreach (
            string path in new[]
            {
                "/usr/bin/parley -> ../lib/parley/parley",
                "/usr/lib/parley/parley.dll",
                "/usr/lib/systemd/system/parley.service",
                "/usr/lib/sysusers.d/parley.conf",
                "/usr/share/man/man1/parley.1.gz",
                "/usr/share/doc/parley/copyright",
                "/usr/share/bash-completion/completions/parley",
                "/etc/parley/parley.json",
            }
        )
            Assert.Contains(path, contents, StringComparison.Ordinal);
        Assert.All(
            contents.Split('\n', StringSplitOptions.RemoveEmptyEntries),
            static l => Assert.Contains(" root/root ", l, StringComparison.Ordinal)
        );
        Assert.Contains(
            "/etc/parley/parley.json",
            await package.Shell.RunAsync(package.Folder, $"dpkg-deb --ctrl-tarfile '{package.File}' | tar -xO ./conffiles"),
            StringComparison.Ordinal
        );
        string fields = await package.Shell.RunAsync(package.Folder, $"dpkg-deb -f '{package.File}'");
        Assert.Contains("Package: parley\n", fields, StringComparison.Ordinal);
        Assert.Contains("aspnetcore-runtime-10.0", fields, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Installed_it_runs_as_its_own_user_and_purged_it_leaves_nothing()
    {
        Assert.SkipUnless(DebianPackage.CanBuild, "needs dpkg-deb and root");
        await PrepareRootAsync();
        string before = await FilesAsync();
        string dpkg = $"dpkg --root='{Root}' --force-script-chrootless --force-depends --force-architecture --no-triggers";
        await package.Shell.RunAsync(package.Folder, $"{dpkg} -i '{package.File}'");
        string user = (await package.Shell.RunAsync(package.Folder, $"grep ^parley: '{Root}/etc/passwd'")).Split(':')[2];
        Assert.Equal(
            $"640 0 {user}",
            (await package.Shell.RunAsync(package.Folder, $"stat -c '%a %u %g' '{Root}/etc/parley/parley.json'")).Trim()
        );
        await RunServerAsync(user);

        // Settings that were changed stay through a removal, and go with a purge.
        await package.Shell.RunAsync(package.Folder, $"echo '// changed' >> '{Root}/etc/parley/parley.json'; {dpkg} -r parley");
        Assert.True(File.Exists(Path.Combine(Root, "etc/parley/parley.json")));
        Assert.False(Path.Exists(Path.Combine(Root, "usr/bin/parley")));
        await package.Shell.RunAsync(package.Folder, $"{dpkg} -P parley");
        Assert.Equal(before, await FilesAsync());
        Assert.Empty(Directory.GetFileSystemEntries(Root, "*parley*", SearchOption.AllDirectories));
        Assert.DoesNotContain("parley", await File.ReadAllTextAsync(Path.Combine(Root, "etc/passwd")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_unit_is_one_that_systemd_takes_and_lets_the_server_do_little()
    {
        Assert.SkipUnless(DebianPackage.CanBuild && File.Exists("/usr/bin/systemd-analyze"), "needs systemd-analyze");
        string unit = Path.Combine(package.Folder, "parley.service");
        string text = Repository.Read("deploy/parley.service").Replace("/usr/bin/parley", "/bin/true", StringComparison.Ordinal);
        await File.WriteAllTextAsync(unit, text);
        string said = await package.Shell.RunAsync(package.Folder, $"systemd-analyze verify --man=no '{unit}' 2>&1 || true");
        Assert.DoesNotContain("Unknown", said, StringComparison.Ordinal);
        Assert.DoesNotContain("Failed to parse", said, StringComparison.Ordinal);
        string rating = await package.Shell.RunAsync(
            package.Folder,
            $"systemd-analyze security --offline=true --threshold=25 --no-pager '{unit}' | tail -1"
        );
        Assert.Contains("OK", rating, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_container_file_builds_what_is_there()
    {
        await Task.CompletedTask;
        string text = Repository.Read("deploy/Containerfile");
        Assert.Contains("USER parley", text, StringComparison.Ordinal);
        Assert.Contains("HEALTHCHECK", text, StringComparison.Ordinal);
        foreach (string path in new[] { "src/Parley.Server", "deploy/parley.json" })
        {
            Assert.Contains(path, text, StringComparison.Ordinal);
            Assert.True(Path.Exists(Repository.PathOf(path)), path);
        }
    }

    /// <summary>As much of a system as dpkg and systemd-sysusers need.</summary>
    private async Task PrepareRootAsync() =>
        await package.Shell.RunAsync(
            package.Folder,
            $"""
            mkdir -p '{Root}'/var/lib/dpkg/info '{Root}'/var/lib/dpkg/updates '{Root}'/var/lib/dpkg/triggers '{Root}'/etc '{Root}'/usr/bin '{Root}'/usr/lib '{Root}'/usr/share
            touch '{Root}'/var/lib/dpkg/status '{Root}'/var/lib/dpkg/available
            echo 'root:x:0:0:root:/root:/bin/sh' > '{Root}'/etc/passwd
            echo 'root:x:0:' > '{Root}'/etc/group
            echo 'root:*:19000:0:99999:7:::' > '{Root}'/etc/shadow
            echo 'root:*::' > '{Root}'/etc/gshadow
            """
        );

    /// <summary>All files but dpkg's own books, and the copies and locks that the tools of users keep.</summary>
    private Task<string> FilesAsync() =>
        package.Shell.RunAsync(
            package.Folder,
            $"cd '{Root}'; find . \\( -path ./var/lib/dpkg -o -path ./var/log -o -name '*-' -o -name '.pwd.lock' -o -name subuid -o -name subgid \\) -prune -o ! -type d -print | sort"
        );

    private async Task RunServerAsync(string user)
    {
        int port = Phone.FreePort();
        string state = Directory.CreateDirectory(Path.Combine(Root, "var/lib/parley")).FullName;
        // The user has to reach the folder of the test.
        await package.Shell.RunAsync(
            package.Folder,
            $"chown {user}:{user} '{state}'; for d in '{package.Folder}' '{Root}'; do chmod o+x \"$d\"; done"
        );
        using Process server = package.Shell.Start(
            state,
            "setpriv",
            $"--reuid={user}",
            $"--regid={user}",
            "--clear-groups",
            "env",
            $"STATE_DIRECTORY={state}",
            $"HOME={state}",
            $"Parley__Listeners__0__Endpoint=udp:127.0.0.1:{port}",
            $"Parley__Listeners__1__Endpoint=tcp:127.0.0.1:{port}",
            "Parley__Management__Listen__0=127.0.0.1:0",
            $"{Root}/usr/bin/parley",
            "run",
            "--config",
            $"{Root}/etc/parley/parley.json"
        );
        try
        {
            using var phone = new Phone();
            string answer = await phone.AskAsync("OPTIONS", $"sip:127.0.0.1:{port}", port, "deb", 1, $"To: <sip:127.0.0.1:{port}>\r\n");
            Assert.StartsWith("SIP/2.0 200", answer, StringComparison.Ordinal);
            Assert.Equal(user, (await package.Shell.RunAsync(package.Folder, $"stat -c %u /proc/{server.Id}")).Trim());
            Assert.True(File.Exists(Path.Combine(state, "parley.db")));
        }
        finally
        {
            server.Kill(entireProcessTree: true);
        }
        await server.WaitForExitAsync();
    }
}
