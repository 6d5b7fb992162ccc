namespace Parley.Sql.Tests.CallRecords;

/// <summary>Call records in MariaDB.</summary>
public sealed class MariaDbCallRecordTests() : CallRecordStoreCases(SqlProvider.MySql);
