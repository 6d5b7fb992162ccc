using System.Globalization;
using System.Text.RegularExpressions;

namespace Parley.EndToEnd.Tests.Peers;

/// <summary>The server under test, as an operator starts it: its own process, a settings file, signals.</summary>
internal sealed partial class ParleyServer : PeerProcess
{
    private ParleyServer(string settings, string folder)
        : base(
            "dotnet",
            [Path.Combine(AppContext.BaseDirectory, "parley.dll"), "run", "--config", settings],
            folder,
            Environment(folder, File.ReadAllText(settings))
        )
    {
        SettingsFile = settings;
    }

    public string SettingsFile { get; }

    /// <summary>Writes the settings (the inside of "Parley": {...}) and starts; returns when it listens.</summary>
    public static async Task<ParleyServer> StartAsync(string settings)
    {
        var folder = TestFolder.ForTest("settings");
        var file = Path.Combine(folder, "parley.json");
        await File.WriteAllTextAsync(file, $$"""{ "Parley": { {{settings}} } }""");
        var server = new ParleyServer(file, folder);
        await server.WaitForLineAsync("Parley is ready");
        return server;
    }

    /// <summary>Starts anew with the settings and the state of one that has ended.</summary>
    public static async Task<ParleyServer> RestartAsync(ParleyServer former)
    {
        var server = new ParleyServer(former.SettingsFile, Path.GetDirectoryName(former.SettingsFile)!);
        await server.WaitForLineAsync("Parley is ready");
        return server;
    }

    /// <summary>Starts as a child of a process called systemd, which is how the host knows a service; signals go through to it.</summary>
    public static PeerProcess StartAsService(string settings, string notifySocket)
    {
        var folder = TestFolder.ForTest("settings");
        var file = Path.Combine(folder, "parley.json");
        File.WriteAllText(file, $$"""{ "Parley": { {{settings}} } }""");
        var systemd = Path.Combine(folder, "systemd");
        File.Copy("/bin/sh", systemd);
        var command =
            $"XDG_STATE_HOME='{folder}' Parley__Management__Enabled=false NOTIFY_SOCKET='{notifySocket}' dotnet '{Path.Combine(AppContext.BaseDirectory, "parley.dll")}' run --config '{file}' & "
            + "trap 'kill -TERM $!' TERM; wait $!; wait $!";
        return new PeerProcess(systemd, ["-c", command], folder);
    }

    public static ParleyServer StartUnready(string settings)
    {
        var folder = TestFolder.ForTest("settings");
        var file = Path.Combine(folder, "parley.json");
        File.WriteAllText(file, $$"""{ "Parley": { {{settings}} } }""");
        return new ParleyServer(file, folder);
    }

    /// <summary>A state of its own, so that the servers of several tests do not want one database; a management side only where the settings give it a port.</summary>
    private static Dictionary<string, string> Environment(string folder, string settings)
    {
        var environment = new Dictionary<string, string> { ["XDG_STATE_HOME"] = folder };
        if (!settings.Contains("\"Management\"", StringComparison.Ordinal))
            environment["Parley__Management__Enabled"] = "false";
        return environment;
    }

    /// <summary>SIGTERM, then the statistics it says at its end by the field's names.</summary>
    public async Task<IReadOnlyDictionary<string, long>> StopAsync()
    {
        Signal(PosixSignalNumber.Terminate);
        var line = await WaitForLineAsync("Parley has stopped", TimeSpan.FromSeconds(60));
        await WaitForExitAsync(TimeSpan.FromSeconds(30));
        return Statistic()
            .Matches(line)
            .ToDictionary(m => m.Groups["name"].Value, m => long.Parse(m.Groups["value"].Value, CultureInfo.InvariantCulture));
    }

    [GeneratedRegex(@"(?<name>[a-z_]+)=(?<value>\d+)")]
    private static partial Regex Statistic();
}
