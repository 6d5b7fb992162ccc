using System.Text;
using Parley.Proxy;
using Parley.Testing;
using Parley.Transport;
using Xunit;

namespace Parley.Management.Tests.Recorder;

/// <summary>The ring: what it keeps, what it forgets, what is left after a crash, and what a message costs.</summary>
public class RingTests
{
    private static readonly SipFlow Flow = new(
        new SipListener(0, SipProtocol.Udp, new SipEndPoint(0, 0x0A00_0001, 0, 5060, false)),
        new SipEndPoint(0, 0x0A00_0101, 0, 5060, false)
    );

    [Fact]
    public void What_is_older_is_overwritten_and_the_latest_is_there()
    {
        var options = new RecorderOptions { Bytes = RecorderOptions.MinBytes, MaxCallsPerSecond = 0 };
        using var recorded = new Recording(options);
        for (int i = 0; i < 5000; i++)
            recorded.Message($"call-{i}");
        Assert.False(recorded.Calls.TryGet("call-0", out _));
        Assert.True(recorded.Calls.TryGet("call-4999", out RecordedCall? last));
        Assert.Equal("10.0.1.1:5060", Assert.IsType<RecordedMessage>(Assert.Single(last.Entries)).Remote);
        int kept = recorded.Calls.Find(new RecordedCallQuery { AllMethods = true }).Count();
        Assert.InRange(kept, 1000, 4999);
        for (int i = 5000; i < 10_000; i++)
            recorded.Message($"call-{i}");
        Assert.False(recorded.Calls.TryGet("call-4999", out _));
        Assert.InRange(recorded.Calls.Find(new RecordedCallQuery { AllMethods = true }).Count(), kept - 200, kept + 200);
    }

    [Fact]
    public async Task Writers_and_readers_do_not_disturb_each_other()
    {
        var options = new RecorderOptions { Bytes = RecorderOptions.MinBytes, MaxCallsPerSecond = 0 };
        using var recorded = new Recording(options);
        using var stop = new CancellationTokenSource();
        Task[] writers =
        [
            .. Enumerable
                .Range(0, 6)
                .Select(writer =>
                    Task.Run(
                        () =>
                        {
                            for (int i = 0; i < 20_000; i++)
                                recorded.Message($"{writer}-{i}");
                        },
                        TestContext.Current.CancellationToken
                    )
                ),
        ];
        Task reader = Task.Run(
            () =>
            {
                while (!stop.IsCancellationRequested)
                    foreach (RecordedCallSummary call in recorded.Calls.Find(new RecordedCallQuery { AllMethods = true }).Take(50))
                        Assert.True(call.Line.Length > 0 && call.CallId.Contains('-', StringComparison.Ordinal), call.CallId);
            },
            TestContext.Current.CancellationToken
        );
        await Task.WhenAll(writers);
        await stop.CancelAsync();
        await reader;
        Assert.Equal(0, recorded.Ring.Lost);
        Assert.Equal(0, recorded.Calls.Torn);
        Assert.Contains(Enumerable.Range(0, 6), writer => recorded.Calls.TryGet($"{writer}-19999", out _));
    }

    [Fact]
    public void A_file_survives_the_process_and_holds_no_secret()
    {
        using var folder = new TestFolder("ring");
        string path = Path.Combine(folder.Path, "recorder.ring");
        var options = new RecorderOptions { Bytes = RecorderOptions.MinBytes, File = path };
        using (var recorded = new Recording(options))
        {
            recorded.Message("kept", "Authorization: Digest response=\"SECRET\"\r\n");
            recorded.Recorder.OnStep("kept"u8, 1, CallStep.DialogCreated, 0, 0, default);
        }

        Assert.DoesNotContain("SECRET", Encoding.Latin1.GetString(File.ReadAllBytes(path)), StringComparison.Ordinal);
        using (var again = new Recording(options))
        {
            Assert.True(again.Calls.TryGet("kept", out RecordedCall? call));
            Assert.Equal(2, call.Entries.Count);
            again.Message("new");
            Assert.True(again.Calls.TryGet("new", out _) && again.Calls.TryGet("kept", out _));
        }
    }

    [Fact]
    public void A_torn_record_ends_its_block_and_nothing_else()
    {
        using var folder = new TestFolder("ring");
        string path = Path.Combine(folder.Path, "recorder.ring");
        var options = new RecorderOptions { Bytes = RecorderOptions.MinBytes, File = path };
        using (var recorded = new Recording(options))
        {
            recorded.Message("first");
            recorded.Message("second");
        }

        byte[] bytes = File.ReadAllBytes(path);
        int at = bytes.AsSpan().IndexOf("second"u8);
        bytes[at] ^= 0xFF;
        File.WriteAllBytes(path, bytes);
        using (var again = new Recording(options))
        {
            Assert.True(again.Calls.TryGet("first", out _));
            Assert.False(again.Calls.TryGet("second", out _));
            Assert.Equal(1, again.Calls.Torn);
        }

        // Nothing in the file is taken on trust.
        var random = new Random(1);
        for (int i = 0; i < 50; i++)
        {
            random.NextBytes(bytes.AsSpan(4096 + 16, 40_000));
            File.WriteAllBytes(path, bytes);
            using var rubbish = new Recording(options);
            Assert.Empty(rubbish.Calls.Find(new RecordedCallQuery { AllMethods = true }));
        }

        File.WriteAllText(path, "no ring");
        using var fresh = new Recording(options);
        Assert.Empty(fresh.Calls.Find(new RecordedCallQuery { AllMethods = true }));
    }

    [Fact]
    public void Above_the_rate_whole_calls_are_left_out()
    {
        var options = new RecorderOptions { Bytes = 8 << 20, MaxCallsPerSecond = 100 };
        using var recorded = new Recording(options);
        for (int i = 0; i < 4000; i++)
        {
            for (int message = 0; message < 3; message++)
                recorded.Message($"call-{i}");
            recorded.Clock.RunFor(TimeSpan.FromMilliseconds(1));
        }

        // The last second, at 3,000 INVITEs (three per call) a second: a thirtieth.
        RecordedCallSummary[] late =
        [
            .. recorded.Calls.Find(new RecordedCallQuery { AllMethods = true, Since = recorded.Clock.GetUtcNow().AddSeconds(-1) }),
        ];
        Assert.InRange(late.Length, 10, 80);
        foreach (RecordedCallSummary call in late)
        {
            Assert.True(recorded.Calls.TryGet(call.CallId, out RecordedCall? whole));
            Assert.Equal(3, whole.Entries.Count);
        }
    }

    [Fact]
    public void A_flood_is_read_in_part_and_noise_not_at_all()
    {
        using var recorded = new Recording(new RecorderOptions { Bytes = 8 << 20, MaxCallsPerSecond = 0 });
        for (int i = 0; i < 9000; i++)
            recorded.Message("flood");
        recorded.Recorder.OnMessage(true, Flow, "\0\0noise"u8);
        Assert.True(recorded.Calls.TryGet("flood", out RecordedCall? call));
        Assert.Equal(
            4001,
            call.Entries.OfType<RecordedMessage>().Count() + call.Entries.OfType<RecordedStep>().Count(static s => s.Step == "recorder")
        );
        Assert.Contains(CallMarks.RetransmissionStorm, call.Abnormal);
        Assert.Single(recorded.Calls.Find(new RecordedCallQuery { AllMethods = true }));
    }

    [Fact]
    public void Headers_alone_end_with_the_empty_line()
    {
        using var recorded = new Recording(new RecorderOptions { Bytes = RecorderOptions.MinBytes, Mode = RecorderMode.Headers });
        recorded.Message("head", body: "v=0\r\n");
        Assert.True(recorded.Calls.TryGet("head", out RecordedCall? call));
        var message = (RecordedMessage)call.Entries[0];
        Assert.True(message.IsCut);
        Assert.EndsWith("\r\n\r\n", message.Text, StringComparison.Ordinal);
        Assert.Equal("INVITE", message.Method);
        Assert.Empty(call.Abnormal);
    }

    [Fact]
    public void A_message_allocates_nothing()
    {
        using var recorded = new Recording(new RecorderOptions { Bytes = RecorderOptions.MinBytes });
        byte[] message = Encoding.UTF8.GetBytes(Recording.TextOf("call", "", ""));
        for (int i = 0; i < 2000; i++)
            recorded.Recorder.OnMessage(true, Flow, message);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10_000; i++)
        {
            recorded.Recorder.OnMessage(true, Flow, message);
            recorded.Recorder.OnStep("call"u8, 1, CallStep.StateChanged, 1, 2, default);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Theory]
    [InlineData("A b SIP/2.0\r\nCALL-id:  x@y \r\n\r\n", "x@y")]
    [InlineData("A b SIP/2.0\r\nVia: c\r\ni\t: z\r\n\r\n", "z")]
    [InlineData("A b SIP/2.0\nCall-ID:q\n", "q")]
    [InlineData("A b SIP/2.0\r\n\r\nCall-ID: body\r\n", "")]
    [InlineData("", "")]
    public void The_Call_ID_is_found_without_parsing(string message, string callId) =>
        Assert.Equal(callId, Encoding.UTF8.GetString(CallIdScan.Of(Encoding.UTF8.GetBytes(message))));

    private sealed class Recording : IDisposable
    {
        public Recording(RecorderOptions options)
        {
            options.Check();
            var marks = new CallMarkTable();
            Ring = new CallRing(new RingMemory(options.Bytes, options.File));
            Recorder = new CallRecorder(Ring, options, marks, Clock);
            Calls = new CallReader(Ring, options, marks, Clock);
        }

        public SimulatedClock Clock { get; } = new();

        public CallRing Ring { get; }

        public CallRecorder Recorder { get; }

        public CallReader Calls { get; }

        public static string TextOf(string callId, string header, string body) =>
            "INVITE sip:bob@example.com SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.1.1;branch=z9hG4bK1\r\nFrom: <sip:a@example.com>;tag=1\r\n"
            + $"To: <sip:bob@example.com>\r\nCall-ID: {callId}\r\nCSeq: 1 INVITE\r\nContact: <sip:a@10.0.1.1>\r\n{header}"
            + $"Content-Length: {body.Length}\r\n\r\n{body}";

        public void Message(string callId, string header = "", string body = "") =>
            Recorder.OnMessage(true, Flow, Encoding.UTF8.GetBytes(TextOf(callId, header, body)));

        public void Dispose()
        {
            Calls.Close();
            Ring.Dispose();
        }
    }
}
