using System.Collections.Concurrent;
using Xunit.Sdk;

namespace Parley.TestFolders;

/// <summary>The one kind of temporary folder in tests: deleted by its owner, or when the test that made it has ended, passed or not.</summary>
internal sealed class TestFolder : IDisposable
{
    private static readonly ConcurrentDictionary<TestFolder, string> Existing = [];

    /// <summary>Makes an empty folder that its owner disposes.</summary>
    /// <param name="name">Part of the folder's name: what it is for.</param>
    public TestFolder(string name)
    {
        Path = Directory.CreateTempSubdirectory($"parley-{name}-").FullName;
        Existing[this] = string.Empty;
    }

    public string Path { get; }

    /// <summary>The folders that exist now and the test that made each; empty: an owner's.</summary>
    public static IReadOnlyCollection<KeyValuePair<TestFolder, string>> All => Existing.ToArray();

    /// <summary>Makes an empty folder that is deleted when the running test has ended: before its class is disposed.</summary>
    /// <param name="name">Part of the folder's name: what it is for.</param>
    /// <returns>Its path.</returns>
    /// <exception cref="InvalidOperationException">No test is running: an owner has to dispose the folder.</exception>
    public static string ForTest(string name)
    {
        ITest test =
            Xunit.TestContext.Current.Test
            ?? throw new InvalidOperationException("No test is running: make the folder with new and dispose it.");
        var folder = new TestFolder(name);
        Existing[folder] = test.UniqueID;
        return folder.Path;
    }

    public void Dispose()
    {
        if (Existing.TryRemove(this, out _) && Directory.Exists(Path))
            Directory.Delete(Path, recursive: true);
    }
}
