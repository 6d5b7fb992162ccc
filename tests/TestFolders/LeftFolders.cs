[assembly: Xunit.AssemblyFixture(typeof(Parley.TestFolders.LeftFolders))]

namespace Parley.TestFolders;

/// <summary>Fails the run when a folder of a test is still there after the last test.</summary>
public sealed class LeftFolders : IDisposable
{
    public void Dispose()
    {
        List<TestFolder> left = [.. TestFolder.All.Select(static one => one.Key)];
        left.ForEach(static folder => folder.Dispose());
        if (left.Count > 0)
            throw new InvalidOperationException(
                "Not deleted by its owner: " + string.Join(", ", left.Select(static folder => folder.Path))
            );
    }
}
