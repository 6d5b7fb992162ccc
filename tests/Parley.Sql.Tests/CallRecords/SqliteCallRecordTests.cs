namespace Parley.Sql.Tests.CallRecords;

/// <summary>Call records in SQLite.</summary>
public sealed class SqliteCallRecordTests : CallRecordStoreCases, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("parley-cdr-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    protected override bool HasLengths => false;

    protected override SqlDatabase Open() =>
        new(
            new SqlDatabaseOptions
            {
                ConnectionString = $"Data Source={Path.Combine(_folder, "parley.db")}",
                OwnershipWait = TimeSpan.FromMilliseconds(200),
            },
            TimeProvider.System
        );
}
