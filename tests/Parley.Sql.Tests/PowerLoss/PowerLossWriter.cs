using System.Globalization;
using System.Text;
using Parley.Dialogs;
using Parley.Registrar;
using Xunit;

namespace Parley.Sql.Tests.PowerLoss;

/// <summary>What runs on the disk that loses power: started by <see cref="PowerLossTests"/> in a process of its own, never with the other tests.</summary>
public class PowerLossWriter
{
    /// <summary>A dialog and a contact go this many batches after they came; with the dialog goes its call record.</summary>
    public const int Lifetime = 10;

    [Fact(Explicit = true)]
    public async Task Writes_until_it_is_killed()
    {
        string folder =
            Environment.GetEnvironmentVariable("POWERLOSS_FOLDER") ?? throw new InvalidOperationException("PowerLossTests starts it.");
        bool isDurable = Environment.GetEnvironmentVariable("POWERLOSS_DURABLE") == "1";
        await using var acknowledged = new Acknowledgements(Environment.GetEnvironmentVariable("POWERLOSS_ACKNOWLEDGED")!);
        await using SqlDatabase database = Open(folder, isDurable);
        await using SqlDialogStore dialogs = Dialogs(database);
        await using var locations = new SqlLocationStore(database);
        await using var journal = new FileJournal(Path.Combine(folder, "journal"));
        await dialogs.OpenAsync(default);
        await locations.OpenAsync(default);
        await journal.OpenAsync(default);
        acknowledged.Add("opened", 0);
        await Task.WhenAll(
            EachAsync(
                "dialog",
                number =>
                    dialogs.WriteAsync(
                        new DialogStoreBatch
                        {
                            Saves = [Row(number)],
                            Deletes = number < Lifetime ? [] : [Id(number - Lifetime)],
                            CallRecords = number < Lifetime ? [] : [Record(number - Lifetime)],
                        },
                        default
                    )
            ),
            EachAsync(
                "location",
                number =>
                    locations.WriteAsync(
                        new LocationStoreBatch { Saves = [Contact(number)], Deletes = number < Lifetime ? [] : [number + 1 - Lifetime] },
                        default
                    )
            ),
            EachAsync("journal", AppendAsync)
        );

        async ValueTask AppendAsync(int number)
        {
            // It is that much faster than the database, and each cut reads it whole.
            await Task.Delay(1);
            await journal.AppendAsync([Entry(number)], default);
        }

        async Task EachAsync(string what, Func<int, ValueTask> write)
        {
            await Task.Yield();
            for (int number = 0; ; number++)
            {
                await write(number);
                acknowledged.Add(what, number);
            }
        }
    }

    public static SqlDatabase Open(string folder, bool isDurable) =>
        new(
            new SqlDatabaseOptions
            {
                ConnectionString = $"Data Source={Path.Combine(folder, "parley.db")}",
                IsDurable = isDurable,
                BusyTimeout = TimeSpan.FromSeconds(60),
            },
            TimeProvider.System
        );

    public static SqlDialogStore Dialogs(SqlDatabase database) =>
        new(database, new SqlDialogStoreOptions { CallRecords = new SqlCallRecordOptions() });

    public static DialogId Id(int number) => new(1, (uint)number);

    public static ReadOnlyMemory<byte> Entry(int number) =>
        Encoding.ASCII.GetBytes(number.ToString(CultureInfo.InvariantCulture).PadRight(300, '.'));

    private static DialogRecord Row(int number) =>
        new(
            Id(number),
            new DialogRecordTexts
            {
                CallId = Encoding.ASCII.GetBytes($"call-{number}"),
                FromUri = "sip:alice@example.com"u8,
                ToUri = "sip:bob@example.com"u8,
                FromTag = "1"u8,
                ToTag = "2"u8,
                Details = Encoding.ASCII.GetBytes($"{{\"sdp\":\"{new string('x', 700)}\"}}"),
            }
        )
        {
            State = DialogState.Confirmed,
            StartTime = 1_900_000_000,
        };

    private static CallRecord Record(int number) =>
        new()
        {
            DialogId = Id(number),
            Start = DateTimeOffset.UnixEpoch.AddDays(20_000).AddSeconds(number),
            End = DateTimeOffset.UnixEpoch.AddDays(20_000).AddSeconds(number + 60),
            CallId = $"call-{number}",
            FromUri = "sip:alice@example.com",
            ToUri = "sip:bob@example.com",
        };

    private static LocationRecord Contact(int number) =>
        new()
        {
            ContactId = number + 1,
            Address = Encoding.ASCII.GetBytes($"user{number}@example.com"),
            Contact = "sip:user@192.0.2.1:5062"u8.ToArray(),
            Expires = DateTimeOffset.UnixEpoch.AddDays(30_000),
            CallId = $"call-{number}",
        };

    /// <summary>What was acknowledged, a line each, on a disk that loses nothing.</summary>
    private sealed class Acknowledgements(string path) : IAsyncDisposable
    {
        private readonly FileStream _file = new(path, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);

        public void Add(string what, int number)
        {
            byte[] line = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{what} {number}\n"));
            lock (_file)
                _file.Write(line);
        }

        public ValueTask DisposeAsync() => _file.DisposeAsync();
    }
}
