namespace Parley.Sql.Tests.CallRecords;

/// <summary>Call records in PostgreSQL.</summary>
public sealed class PostgreSqlCallRecordTests() : CallRecordStoreCases(SqlProvider.PostgreSql);
