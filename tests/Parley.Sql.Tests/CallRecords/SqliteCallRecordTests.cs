namespace Parley.Sql.Tests.CallRecords;

/// <summary>Call records in SQLite.</summary>
public sealed class SqliteCallRecordTests() : CallRecordStoreCases(SqlProvider.Sqlite);
