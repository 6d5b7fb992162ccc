using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Parley.Hosting;
using Xunit;

namespace Parley.Dialogs.Tests.CallRecordTests;

/// <summary>The file of call records: from an outbox, once, whatever fails in between.</summary>
public sealed class FileTests : IDisposable
{
    private readonly TestFolder _folder = new("records");
    private readonly MemoryDialogStore _store = new() { IsKept = true };
    private int _made;

    private string FilePath => Path.Combine(_folder.Path, "calls.jsonl");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Records_come_in_order_one_a_line_and_leave_the_outbox()
    {
        await Store(3);
        CallRecordFile file = Open();
        Assert.False(await file.ExportAsync(default));
        Assert.Equal(Ids(1, 3), Lines(FilePath));
        Assert.Empty(await _store.ReadAsync(10, default));
        Assert.Equal((3, 0, false), (file.Written, file.Failures, file.IsFailing));
        await Store(2);
        await file.ExportAsync(default);
        Assert.Equal(Ids(1, 5), Lines(FilePath));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, File.GetUnixFileMode(FilePath));
    }

    [Fact]
    public async Task A_line_is_the_whole_record()
    {
        DateTimeOffset start = DateTimeOffset.FromUnixTimeMilliseconds(1_764_515_045_123);
        var record = new CallRecord
        {
            DialogId = new DialogId(1134, 1122334455),
            Start = start,
            Ring = start.AddMilliseconds(800),
            Answer = start.AddMilliseconds(5000),
            End = start.AddMilliseconds(65_500),
            CallId = "a\"b\n\0ü",
            FromUri = "sip:a@a",
            FromTag = "ft",
            ToUri = "sip:b@b",
            ToTag = "tt",
            RequestUri = "sip:b@proxy",
            Source = "udp:192.0.2.1:5060",
            Target = "tls:[2001:db8::1]:5061",
            TargetUri = "sip:b@[2001:db8::1]",
            Disposition = CallDisposition.Answered,
            StatusCode = 200,
            Reason = "Upstream BYE",
            EndedBy = CallEndedBy.Callee,
            Node = "one",
            Values = [new("account", "4711"), new("\"", "\\")],
        };
        await _store.WriteAsync(new DialogStoreBatch { CallRecords = [record] }, default);
        await Open().ExportAsync(default);
        Assert.Equal(
            """
            {"id":"e64.7f675e24@1764515045123","type":"final","did":"e64.7f675e24","call_id":"a\"b\n\u0000ü","from_uri":"sip:a@a","from_tag":"ft","to_uri":"sip:b@b","to_tag":"tt","request_uri":"sip:b@proxy","source":"udp:192.0.2.1:5060","target":"tls:[2001:db8::1]:5061","target_uri":"sip:b@[2001:db8::1]","node":"one","start":"2025-11-30T15:04:05.123Z","ring":"2025-11-30T15:04:05.923Z","answer":"2025-11-30T15:04:10.123Z","end":"2025-11-30T15:05:10.623Z","setup_ms":800,"ring_ms":4200,"duration_ms":60500,"disposition":"answered","code":200,"reason":"Upstream BYE","ended_by":"callee","custom":{"account":"4711","\"":"\\"}}
            """ + "\n",
            await File.ReadAllTextAsync(FilePath)
        );
        var missed = record with
        {
            Ring = null,
            Answer = null,
            Number = 2,
            Disposition = CallDisposition.NoAnswer,
            EndedBy = CallEndedBy.None,
        };
        using JsonDocument json = JsonDocument.Parse(CallRecordJson.Format(missed));
        Assert.Equal("e64.7f675e24@1764515045123#2", json.RootElement.GetProperty("id").GetString());
        Assert.Equal("intermediate", json.RootElement.GetProperty("type").GetString());
        Assert.Equal("no_answer", json.RootElement.GetProperty("disposition").GetString());
        Assert.False(json.RootElement.TryGetProperty("answer", out _));
    }

    [Fact]
    public async Task A_crash_between_append_and_removal_doubles_nothing()
    {
        await Store(3);
        var outbox = new FailingOutbox(_store) { RemoveFails = true };
        await Assert.ThrowsAsync<IOException>(async () => await Open(outbox).ExportAsync(default));
        Assert.Equal(3, (await _store.ReadAsync(10, default)).Count);
        await Store(1);

        await Open().ExportAsync(default); // the next process
        Assert.Equal(Ids(1, 4), Lines(FilePath));
        Assert.Empty(await _store.ReadAsync(10, default));
    }

    [Theory]
    [InlineData("calls.jsonl.1")]
    [InlineData("calls.jsonl-20261130")]
    public async Task Nor_does_it_when_the_file_was_moved_away_after_the_crash(string movedTo)
    {
        await Store(3);
        var outbox = new FailingOutbox(_store) { RemoveFails = true };
        await Assert.ThrowsAsync<IOException>(async () => await Open(outbox).ExportAsync(default));
        File.Move(FilePath, Path.Combine(_folder.Path, movedTo));
        await Store(1);
        await Open().ExportAsync(default);
        Assert.Equal(Ids(4, 4), Lines(FilePath));
    }

    [Fact]
    public async Task A_removal_that_fails_doubles_nothing_in_the_running_process()
    {
        await Store(2);
        var outbox = new FailingOutbox(_store) { RemoveFails = true };
        CallRecordFile file = Open(outbox);
        await Assert.ThrowsAsync<IOException>(async () => await file.ExportAsync(default));
        await Store(2);
        await Assert.ThrowsAsync<IOException>(async () => await file.ExportAsync(default));
        outbox.RemoveFails = false;
        await file.ExportAsync(default);
        Assert.Equal(Ids(1, 4), Lines(FilePath));
        Assert.Empty(await _store.ReadAsync(10, default));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    [InlineData(10_000)] // all but the line feed
    public async Task The_part_of_a_line_that_a_crash_left_is_cut_off_and_written_again(int length)
    {
        await Store(2);
        await Open().ExportAsync(default);
        await Store(2);
        ReadOnlyMemory<byte> json = (await _store.ReadAsync(1, default))[0].Json;
        await File.AppendAllTextAsync(FilePath, Encoding.UTF8.GetString(json.Span[..Math.Min(length, json.Length)]));
        await Open().ExportAsync(default);
        Assert.Equal(Ids(1, 4), Lines(FilePath));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(700)]
    [InlineData(1500)]
    public async Task A_full_disk_stops_it_and_nothing_is_lost_or_doubled(int room)
    {
        await Store(1);
        await Open().ExportAsync(default);
        await Store(4);
        int left = room;
        CallRecordFile file = Open(_store, path => new FullDisk(path, () => left));
        await Assert.ThrowsAsync<IOException>(async () => await file.ExportAsync(default));
        Assert.Equal(Ids(1, 1), Lines(FilePath)); // the batch is taken back whole
        Assert.Equal(4, (await _store.ReadAsync(10, default)).Count);
        await Store(1);
        left = int.MaxValue;
        await file.ExportAsync(default);
        Assert.Equal(Ids(1, 6), Lines(FilePath));
    }

    [Fact]
    public async Task Where_even_the_taking_back_fails_the_next_batch_cuts_the_part_off()
    {
        await Store(3);
        int left = 100;
        CallRecordFile file = Open(_store, path => new FullDisk(path, () => left) { CannotShrink = true });
        await Assert.ThrowsAsync<IOException>(async () => await file.ExportAsync(default));
        Assert.Equal(100, new FileInfo(FilePath).Length);
        await Open().ExportAsync(default);
        Assert.Equal(Ids(1, 3), Lines(FilePath));
    }

    [Fact]
    public async Task The_service_goes_on_after_a_failure_and_counts_it()
    {
        await Store(2);
        var outbox = new FailingOutbox(_store) { ReadFails = true };
        CallRecordFile file = Open(outbox, null, TimeSpan.FromMilliseconds(10));
        using var stop = new CancellationTokenSource();
        Task running = file.RunAsync(stop.Token);
        while (file.Failures < 3)
            await Task.Delay(5);
        Assert.True(file.IsFailing);
        outbox.ReadFails = false;
        while (file.Written < 2)
            await Task.Delay(5);
        await stop.CancelAsync();
        await running;
        Assert.False(file.IsFailing);
        Assert.Equal(Ids(1, 2), Lines(FilePath));
    }

    [Fact]
    public async Task A_file_that_is_full_is_rotated_before_the_next_batch_and_the_oldest_go()
    {
        CallRecordFile file = Open(
            _store,
            null,
            default,
            options =>
            {
                options.MaxSize = 4096;
                options.KeepFiles = 2;
            }
        );
        string others = Path.Combine(_folder.Path, "calls.jsonl.gz");
        await File.WriteAllTextAsync(others, "not ours");
        for (int i = 0; i < 40; i++)
        {
            await Store(2);
            await file.ExportAsync(default);
        }

        string[] rotated = [.. Directory.GetFiles(_folder.Path, "calls.jsonl.2*").Order(StringComparer.Ordinal)];
        Assert.Equal(2, rotated.Length);
        Assert.All(rotated, static path => Assert.InRange(new FileInfo(path).Length, 4096, 4096 + 2048));
        string[] kept = [.. rotated.Append(FilePath).SelectMany(Lines)];
        Assert.Equal(Ids(80 - kept.Length + 1, 80), kept); // in order, none missing in between
        Assert.True(File.Exists(others));
    }

    [Fact]
    public async Task A_new_day_begins_a_new_file()
    {
        await Store(1);
        await Open().ExportAsync(default);
        File.SetLastWriteTimeUtc(FilePath, DateTime.UtcNow.AddDays(-1));
        await Store(1);
        await Open(configure: static options => options.Daily = false).ExportAsync(default);
        Assert.Equal(Ids(1, 2), Lines(FilePath));
        File.SetLastWriteTimeUtc(FilePath, DateTime.UtcNow.AddDays(-1));
        await Store(1);
        await Open().ExportAsync(default);
        Assert.Equal(Ids(3, 3), Lines(FilePath));
        Assert.Single(Directory.GetFiles(_folder.Path, "calls.jsonl.2*"));
    }

    [Fact]
    public async Task A_file_that_logrotate_moves_away_needs_no_signal()
    {
        CallRecordFile file = Open();
        await Store(1);
        await file.ExportAsync(default);
        File.Move(FilePath, FilePath + ".1");
        await Store(1);
        await file.ExportAsync(default);
        Assert.Equal(Ids(1, 1), Lines(FilePath + ".1"));
        Assert.Equal(Ids(2, 2), Lines(FilePath));
    }

    [Fact]
    public async Task More_than_a_batch_is_written_in_batches()
    {
        await Store(1201);
        CallRecordFile file = Open();
        Assert.True(await file.ExportAsync(default));
        Assert.True(await file.ExportAsync(default));
        Assert.False(await file.ExportAsync(default));
        Assert.Equal(Ids(1, 1201), Lines(FilePath));
    }

    [Fact]
    public async Task Without_a_store_the_records_of_the_events_are_written()
    {
        using var fixture = new CallRecordFixture(adapt: builder => builder.AddCallRecordFile(Options));
        Testing.ScriptedCall call = fixture.Calls.Call();
        fixture.Calls.Run(5);
        call.Bye();
        fixture.Calls.Run(1);
        await Stop(fixture);
        Assert.Equal([fixture.Ended[0].Key], Lines(FilePath));
    }

    [Fact]
    public async Task With_a_store_those_of_its_outbox_are()
    {
        await Store(2);
        using var fixture = new CallRecordFixture(adapt: builder => builder.AddCallRecordFile(Options).AddDialogStore(_store));
        await Stop(fixture);
        Assert.Equal(Ids(1, 2), Lines(FilePath));
    }

    [Fact]
    public void A_store_whose_outbox_is_off_and_a_directory_that_is_missing_stop_the_start()
    {
        DialogStoreException failure = Assert.Throws<DialogStoreException>(() =>
            new CallRecordFixture(adapt: builder => builder.AddDialogStore(new MemoryDialogStore()).AddCallRecordFile(Options))
        );
        Assert.Contains("outbox", failure.Message, StringComparison.Ordinal);
        failure = Assert.Throws<DialogStoreException>(() =>
            new CallRecordFixture(adapt: builder =>
                builder.AddCallRecordFile(o => o.Path = Path.Combine(_folder.Path, "missing", "calls.jsonl"))
            )
        );
        Assert.Contains("missing", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_that_cannot_be_are_refused()
    {
        ParleyApplicationBuilder builder = ParleyApplication.CreateEmptyBuilder();
        Refused("Path", static _ => { });
        Refused("Path", static o => o.Path = "/tmp/");
        Refused("MaxSize", static o => (o.Path, o.MaxSize) = ("x", 4095));
        Refused("KeepFiles", static o => (o.Path, o.KeepFiles) = ("x", -1));
        Refused("Interval", static o => (o.Path, o.Interval) = ("x", TimeSpan.Zero));
        Refused("Retry", static o => (o.Path, o.Retry) = ("x", TimeSpan.FromDays(1)));
        builder.AddCallRecordFile(static o => o.Path = "x");
        Refused("configure", static o => o.Path = "y");

        void Refused(string name, Action<CallRecordFileOptions> configure) =>
            Assert.Equal(name, Assert.Throws<ArgumentException>(() => builder.AddCallRecordFile(configure)).ParamName);
    }

    private static async Task Stop(CallRecordFixture fixture)
    {
        foreach (IHostedService service in fixture.Calls.Proxy.Services.GetServices<IHostedService>())
            await service.StopAsync(default);
    }

    private void Options(CallRecordFileOptions options)
    {
        options.Path = FilePath;
        options.MaxSize = 0;
    }

    private CallRecordFile Open(
        ICallRecordOutbox? outbox = null,
        Func<string, Stream>? open = null,
        TimeSpan retry = default,
        Action<CallRecordFileOptions>? configure = null
    )
    {
        var options = new CallRecordFileOptions();
        Options(options);
        if (retry != default)
            options.Interval = options.Retry = retry;
        configure?.Invoke(options);
        options.Validate();
        return new CallRecordFile(outbox ?? _store, options, TimeProvider.System, NullLoggerFactory.Instance, open);
    }

    private async Task Store(int count)
    {
        CallRecord[] records = [.. Enumerable.Range(_made + 1, count).Select(Record)];
        _made += count;
        await _store.WriteAsync(new DialogStoreBatch { CallRecords = records }, default);
    }

    private static CallRecord Record(int number) =>
        new()
        {
            DialogId = new DialogId(1, (uint)number),
            Start = DateTimeOffset.FromUnixTimeMilliseconds(1_764_515_045_000 + number),
            End = DateTimeOffset.FromUnixTimeMilliseconds(1_764_515_046_000 + number),
            CallId = "call-" + number,
            FromUri = "sip:a@a",
            ToUri = "sip:b@b",
        };

    private static string[] Ids(int first, int last) => [.. Enumerable.Range(first, last - first + 1).Select(static n => Record(n).Key)];

    /// <summary>The ids of a file's lines, each a whole object.</summary>
    private static string[] Lines(string path)
    {
        string text = File.ReadAllText(path);
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        return [.. text[..^1].Split('\n').Select(static line => JsonDocument.Parse(line).RootElement.GetProperty("id").GetString()!)];
    }

    private sealed class FailingOutbox(ICallRecordOutbox inner) : ICallRecordOutbox
    {
        public bool RemoveFails { get; set; }

        public bool ReadFails { get; set; }

        public bool IsKept => true;

        public ValueTask<IReadOnlyList<CallRecordEntry>> ReadAsync(int count, CancellationToken cancellation) =>
            ReadFails ? throw new IOException("away") : inner.ReadAsync(count, cancellation);

        public ValueTask RemoveAsync(IReadOnlyList<CallRecordEntry> entries, CancellationToken cancellation) =>
            RemoveFails ? throw new IOException("away") : inner.RemoveAsync(entries, cancellation);
    }

    /// <summary>A file on a disk that has room for so many bytes more.</summary>
    private sealed class FullDisk(string path, Func<int> room) : Stream
    {
        private readonly FileStream _file = new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite);
        private long _writtenHere;

        public bool CannotShrink { get; init; }

        public override bool CanRead => true;

        public override bool CanSeek => true;

        public override bool CanWrite => true;

        public override long Length => _file.Length;

        public override long Position
        {
            get => _file.Position;
            set => _file.Position = value;
        }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            int fits = (int)Math.Min(buffer.Length, Math.Max(0, room() - _writtenHere));
            _file.Write(buffer[..fits]);
            _writtenHere += fits;
            if (fits < buffer.Length)
                throw new IOException("No space left on device");
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void WriteByte(byte value) => Write([value]);

        public override void SetLength(long value)
        {
            if (CannotShrink && value < Length)
                throw new IOException("No space left on device");
            _file.SetLength(value);
        }

        public override void Flush() => _file.Flush();

        public override int Read(byte[] buffer, int offset, int count) => _file.Read(buffer, offset, count);

        public override long Seek(long offset, SeekOrigin origin) => _file.Seek(offset, origin);

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                _file.Dispose();
            base.Dispose(disposing);
        }
    }
}
