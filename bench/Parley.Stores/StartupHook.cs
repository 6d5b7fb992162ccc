using System.Globalization;

/// <summary>Runs in the server that is measured (DOTNET_STARTUP_HOOKS) and writes its managed memory into a file four times a second.</summary>
internal static class StartupHook
{
    public const string Variable = "PARLEY_STORES_MEMORY";

    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } file)
            return;
        new Thread(() =>
        {
            while (true)
            {
                GCMemoryInfo info = GC.GetGCMemoryInfo();
                File.WriteAllText(
                    file,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{GC.GetTotalMemory(false)} {info.TotalCommittedBytes} {GC.CollectionCount(2)}"
                    )
                );
                Thread.Sleep(250);
            }
        })
        {
            IsBackground = true,
        }.Start();
    }
}
