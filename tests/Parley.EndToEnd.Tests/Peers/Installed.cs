using Xunit;

namespace Parley.EndToEnd.Tests.Peers;

/// <summary>Which programs of others this machine has. ./test installs them where it may.</summary>
internal static class Installed
{
    /// <summary>Skips the running test, naming what is missing and how to get it.</summary>
    public static void Require(string program, string debianPackage)
    {
        var there = (Environment.GetEnvironmentVariable("PATH") ?? string.Empty)
            .Split(':')
            .Any(folder => folder.Length > 0 && File.Exists(Path.Combine(folder, program)));
        Assert.SkipUnless(there, $"needs {program}: install the Debian package {debianPackage}, which ./test does when it may");
    }
}
