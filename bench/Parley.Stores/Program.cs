using System.Diagnostics;
using System.Globalization;
using Parley.Dialogs;
using Parley.Sql;
using Parley.Sql.Tests.Servers;
using Parley.Testing;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args is ["start", ..])
{
    await Parley.Stores.StartMeasurement.RunAsync(
        Number("--dialogs", "1000000"),
        Number("--registrations", "0"),
        Option("--folder", "") is { Length: > 0 } folder ? folder : null
    );
    return;
}

if (args is ["calls", ..])
{
    await Parley.Stores.CallCost.RunAsync(
        Number("--calls", "50000"),
        Number("--window", "5"),
        !args.Contains("--without-records"),
        Option("--folder", Path.GetTempPath())
    );
    return;
}

int rows = int.Parse(Option("--rows", "100000"), CultureInfo.InvariantCulture);
int[] batches = [.. Option("--batches", "1,500,5000").Split(',').Select(static b => int.Parse(b, CultureInfo.InvariantCulture))];
string[] providers = Option("--databases", "sqlite,postgresql,mariadb").Split(',');
Console.WriteLine($"{rows} dialogs of some 900 bytes, rows per second; commits wait for the disk. A batch is a transaction.");
Console.WriteLine();
Console.WriteLine("| Database | Rows a batch | Insert | Save again | Numbers only | Delete |");
Console.WriteLine("|---|---|---|---|---|---|");
var loads = new List<string>();
foreach (string provider in providers)
    await MeasureAsync(provider);
Console.WriteLine();
Console.WriteLine("| Database | Load | Replace all | Find by Call-ID |");
Console.WriteLine("|---|---|---|---|");
foreach (string line in loads)
    Console.WriteLine(line);

async Task MeasureAsync(string name)
{
    (SqlProvider provider, DatabaseServer? server) = name switch
    {
        "sqlite" => (SqlProvider.Sqlite, (DatabaseServer?)null),
        "postgresql" => (SqlProvider.PostgreSql, PostgreSqlServer.Program is null ? null : new PostgreSqlServer()),
        "mariadb" => (SqlProvider.MySql, MariaDbServer.Program is null ? null : new MariaDbServer()),
        _ => throw new ArgumentException($"There is no database '{name}': sqlite, postgresql, mariadb."),
    };
    if (provider != SqlProvider.Sqlite && server is null)
    {
        Console.WriteLine($"| {name} | not installed | | | | |");
        return;
    }

    string folder = Directory.CreateTempSubdirectory("parley-stores-").FullName;
    try
    {
        foreach (int batch in batches)
            await WritesAsync(name, provider, server, Path.Combine(folder, $"{batch}.db"), batch);
        loads.Add(await ReadsAsync(name, provider, server, Path.Combine(folder, "load.db")));
    }
    finally
    {
        server?.Dispose();
        Directory.Delete(folder, recursive: true);
    }
}

async Task WritesAsync(string name, SqlProvider provider, DatabaseServer? server, string file, int batch)
{
    await using SqlDatabase database = Open(provider, server, file);
    await using var store = new SqlDialogStore(database, new SqlDialogStoreOptions { Migrate = true });
    await store.OpenAsync(default);
    // One by one each row waits for the disk: a few of them say enough.
    int count = Math.Min(rows, batch * 2_000);
    DialogRecord[] first = [.. Enumerable.Range(0, count).Select(static i => DialogStoreRows.Row(i))];
    DialogRecord[] second = [.. Enumerable.Range(0, count).Select(static i => DialogStoreRows.Row(i, 1))];
    string insert = await RateAsync(first, batch, some => store.WriteAsync(new DialogStoreBatch { Saves = some }, default));
    string save = await RateAsync(second, batch, some => store.WriteAsync(new DialogStoreBatch { Saves = some }, default));
    string update = await RateAsync(first, batch, some => store.WriteAsync(new DialogStoreBatch { Updates = some }, default));
    string delete = await RateAsync(
        first,
        batch,
        some => store.WriteAsync(new DialogStoreBatch { Deletes = [.. some.Select(static row => row.Id)] }, default)
    );
    Console.WriteLine($"| {name} | {batch} | {insert} | {save} | {update} | {delete} |");
}

async Task<string> ReadsAsync(string name, SqlProvider provider, DatabaseServer? server, string file)
{
    await using SqlDatabase database = Open(provider, server, file);
    await using var store = new SqlDialogStore(database, new SqlDialogStoreOptions { Migrate = true });
    await store.OpenAsync(default);
    DialogRecord[] all = [.. Enumerable.Range(0, rows).Select(static i => DialogStoreRows.Row(i))];
    string replace = await RateAsync(all, all.Length, some => store.ReplaceAsync(some, default));
    long begin = Stopwatch.GetTimestamp();
    int loaded = 0;
    await foreach (DialogRecord _ in store.LoadAsync(default))
        loaded++;
    string load = Rate(loaded, begin);
    const int finds = 500;
    begin = Stopwatch.GetTimestamp();
    for (int i = 0; i < finds; i++)
    {
        if ((await store.FindAsync(all[i * 7 % all.Length][DialogColumn.CallId].ToArray(), default)).Count != 1)
            throw new InvalidOperationException("A row was not found.");
    }

    return $"| {name} | {load} | {replace} | {Stopwatch.GetElapsedTime(begin).TotalMicroseconds / finds:0} µs |";
}

static SqlDatabase Open(SqlProvider provider, DatabaseServer? server, string file) =>
    new(
        new SqlDatabaseOptions { Provider = provider, ConnectionString = server?.NewDatabase() ?? $"Data Source={file}" },
        TimeProvider.System
    );

static async Task<string> RateAsync(DialogRecord[] all, int batch, Func<DialogRecord[], ValueTask> write)
{
    long begin = Stopwatch.GetTimestamp();
    foreach (DialogRecord[] some in all.Chunk(batch))
        await write(some);
    return Rate(all.Length, begin);
}

static string Rate(int count, long begin) => $"{count / Stopwatch.GetElapsedTime(begin).TotalSeconds:#,0}";

int Number(string name, string otherwise) => int.Parse(Option(name, otherwise), CultureInfo.InvariantCulture);

string Option(string name, string otherwise) =>
    Array.IndexOf(args, name) is >= 0 and int i && i + 1 < args.Length ? args[i + 1] : otherwise;
