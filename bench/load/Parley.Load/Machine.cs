using System.Runtime.InteropServices;

namespace Parley.Load;

/// <summary>Where and with what was measured.</summary>
internal sealed record Machine(
    string Processor,
    int Cores,
    string System,
    string Kernel,
    string Runtime,
    string Kamailio,
    string Sipp,
    string Compiler,
    string Revision,
    DateTimeOffset At
)
{
    public static async Task<Machine> ReadAsync(Workshop workshop) =>
        new(
            Value("/proc/cpuinfo", "model name"),
            Workshop.MachineCores,
            Value("/etc/os-release", "PRETTY_NAME").Trim('"'),
            File.ReadAllText("/proc/sys/kernel/osrelease").Trim(),
            RuntimeInformation.FrameworkDescription,
            await Shell.VersionAsync("/usr/sbin/kamailio", "-v"),
            SippOf(await Shell.VersionAsync("dpkg-query", "-W", "sip-tester")),
            await Shell.VersionAsync("gcc", "--version"),
            await RevisionAsync(workshop.Folder),
            DateTimeOffset.UtcNow
        );

    public string Text =>
        FormattableString.Invariant(
            $"{At:yyyy-MM-dd HH:mm} UTC, revision {Revision}. {Cores} cores of {Processor}, {System}, kernel {Kernel}, {Runtime}, {Kamailio}, SIPp {Sipp}, {Compiler}."
        );

    /// <summary>What is checked out there.</summary>
    public static Task<string> RevisionAsync(string folder) => Shell.VersionAsync("git", "-C", folder, "describe", "--always", "--dirty");

    // "sipp -v" ends with an error and begins with an empty line: the package's version.
    private static string SippOf(string package) => package.Split('\t')[^1];

    private static string Value(string file, string name) =>
        File.ReadLines(file).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?.Split([':', '='], 2)[1].Trim() ?? "?";
}
