using System.Globalization;
using Parley.Server.Runtime;
using Xunit;

namespace Parley.Server.Tests.Runtime;

public class SchedBatchScopeTests
{
    private const int Ordinary = 0,
        Batch = 3;

    [Fact]
    public void The_thread_and_those_it_starts_yield_until_it_ends()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Linux's");
        int before = -1,
            inside = -1,
            started = -1,
            nested = -1,
            after = -1;
        OnItsOwn(() =>
        {
            before = Policy();
            using (SchedBatchScope.Enter())
            {
                inside = Policy();
                OnItsOwn(() => started = Policy());
                using (SchedBatchScope.Enter()) { }
                nested = Policy();
            }

            after = Policy();
        });

        // (A test run that was given another policy keeps it.)
        Assert.Equal(before == Ordinary ? (Batch, Batch, Batch) : (before, before, before), (inside, started, nested));
        Assert.Equal(before, after);
    }

    /// <summary>proc(5): field 41 of a thread's stat; the second, its name, may have blanks and ends with the last bracket.</summary>
    private static int Policy()
    {
        string stat = File.ReadAllText("/proc/thread-self/stat");
        return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[38], CultureInfo.InvariantCulture);
    }

    private static void OnItsOwn(Action action)
    {
        Thread thread = new(() => action());
        thread.Start();
        thread.Join();
    }
}
