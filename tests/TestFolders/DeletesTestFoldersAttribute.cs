using System.Reflection;
using Xunit.v3;

[assembly: Parley.TestFolders.DeletesTestFolders]

namespace Parley.TestFolders;

/// <summary>Deletes the folders that a test made by <see cref="TestFolder.ForTest"/>.</summary>
[AttributeUsage(AttributeTargets.Assembly)]
internal sealed class DeletesTestFoldersAttribute : BeforeAfterTestAttribute
{
    public override void After(MethodInfo methodUnderTest, IXunitTest test)
    {
        foreach ((TestFolder folder, string owner) in TestFolder.All)
        {
            if (owner == test.UniqueID)
                folder.Dispose();
        }
    }
}
