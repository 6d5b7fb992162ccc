using System.Diagnostics;
using System.Globalization;
using System.Text;
using Parley.Registrar;
using Parley.Sip;
using Parley.Sql.Tests.Servers;
using Xunit;

namespace Parley.Sql.Tests.Locations;

/// <summary>Not a test: what 100,000 contacts cost. Run by name, with --explicit only.</summary>
public class LocationLoadMeasurement(ITestOutputHelper output)
{
    private const int Contacts = 100_000;

    [Theory(Explicit = true)]
    [InlineData(SqlProvider.Sqlite)]
    [InlineData(SqlProvider.PostgreSql)]
    [InlineData(SqlProvider.MySql)]
    public async Task Contacts_written_and_loaded(SqlProvider provider)
    {
        await using var database = new TestDatabase(provider);
        await using var store = new SqlLocationStore(database.Open(), new SqlLocationStoreOptions { Migrate = true });
        await store.OpenAsync(default);
        var watch = Stopwatch.StartNew();
        await store.ReplaceAsync(Enumerable.Range(0, Contacts).Select(Row), default);
        double replaced = watch.Elapsed.TotalSeconds;
        watch.Restart();
        for (int i = 0; i < 40; i++)
            await store.WriteAsync(new LocationStoreBatch { Saves = [.. Enumerable.Range(i * 500, 500).Select(Row)] }, default);
        double rate = 20_000 / watch.Elapsed.TotalSeconds;

        using var table = new LocationTable(TimeProvider.System, SipRandom.CreateSecure());
        using var persistence = new LocationPersistence(table, store, [], null, TimeProvider.System);
        long memory = GC.GetTotalMemory(forceFullCollection: true);
        watch.Restart();
        LocationLoadResult result = await persistence.LoadAsync();
        double loaded = watch.Elapsed.TotalSeconds;
        memory = GC.GetTotalMemory(forceFullCollection: true) - memory;
        Assert.Equal(Contacts, result.Loaded);
        output.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{provider}: replaced in {replaced:F2} s, 500-row batches {rate:F0} rows/s, loaded in {loaded:F2} s, {memory / Contacts} bytes each"
            )
        );
    }

    private static LocationRecord Row(int number) =>
        new()
        {
            ContactId = ((long)number << 14) + 1,
            Address = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"user{number}@example.com")),
            Contact = Encoding.ASCII.GetBytes(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"sip:user{number}@10.{number >> 16}.{number >> 8 & 255}.{number & 255}:5062;ob"
                )
            ),
            Expires = DateTimeOffset.UtcNow.AddHours(1),
            LastModified = DateTimeOffset.UtcNow,
            CallId = string.Create(CultureInfo.InvariantCulture, $"7f3c9a1e-{number:x8}-4b0d-9c51@10.0.0.1"),
            CSeq = 17,
            Received = "sip:198.51.100.7:49152",
            Socket = "udp:192.0.2.9:5060",
            FlowUse = FlowUse.None,
            InstanceId = string.Create(CultureInfo.InvariantCulture, $"<urn:uuid:f81d4fae-7dec-11d0-a765-{number:x12}>"),
            UserAgent = "Phone 1.2",
        };
}
