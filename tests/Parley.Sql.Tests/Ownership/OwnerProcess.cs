using System.Diagnostics;
using System.Runtime.CompilerServices;
using Parley.Dialogs;
using Parley.Testing;

namespace Parley.Sql.Tests.Ownership;

/// <summary>
/// Another process that has the tables: this same program, which finds in its environment what it shall open, opens it, writes rows without an end, and
/// never comes to its tests.
/// </summary>
internal sealed class OwnerProcess : IDisposable
{
    private const string Variable = "PARLEY_TEST_OWNER";

    private readonly Process _process;

    public OwnerProcess(SqlProvider provider, string connectionString)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        start.Environment[Variable] = $"{provider} {connectionString}";
        _process = Process.Start(start)!;
        string? line = _process.StandardOutput.ReadLine();
        if (line != "open")
            throw new InvalidOperationException($"The other process says '{line}'.");
    }

    public int Id => _process.Id;

    /// <summary>Ends it by SIGKILL, in the middle of what it does.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            Kill();
        _process.Dispose();
    }

#pragma warning disable CA2255 // a test program: this is its other entry
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void RunIfAsked()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } what)
            return;
        string[] parts = what.Split(' ', 2);
        Run(Enum.Parse<SqlProvider>(parts[0]), parts[1]);
        Environment.Exit(0);
    }

    /// <summary>All on this thread: others wait for the end of the initializer before they run code of this assembly.</summary>
    private static void Run(SqlProvider provider, string connectionString)
    {
        var options = new SqlDatabaseOptions
        {
            Provider = provider,
            ConnectionString = connectionString,
            Node = "other",
        };
        var store = new SqlDialogStore(new SqlDatabase(options, TimeProvider.System), new SqlDialogStoreOptions { Migrate = true });
        store.OpenAsync(default).AsTask().GetAwaiter().GetResult();
        Write(store, DialogStoreRows.Row(1));
        Console.WriteLine("open");
        for (int i = 0; ; i++)
            Write(store, DialogStoreRows.Row(2, i), DialogStoreRows.Row(3, i));
    }

    private static void Write(SqlDialogStore store, params DialogRecord[] rows) =>
        store.WriteAsync(new DialogStoreBatch { Saves = rows }, default).AsTask().GetAwaiter().GetResult();
}
