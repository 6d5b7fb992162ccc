using System.Text;
using Xunit;

namespace Parley.Management.Tests;

/// <summary>The queue on the disk, and what a crash leaves of it.</summary>
public sealed class WebhookQueueTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("parley-queue-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Events_come_in_order_over_many_files_and_files_that_are_done_with_go()
    {
        await using (WebhookQueue queue = await OpenAsync())
        {
            for (int i = 0; i < 200; i++)
                Assert.True(queue.TryAppend([Text(i)]));
            Assert.True(Files().Length > 10);
            for (int i = 0; i < 150; i++)
                queue.Delivered(TakeOne(queue, i), 1);
            Assert.True(Files().Length < 8);
            Assert.Equal(50, queue.Waiting);
            TakeOne(queue, 150); // on its way, not delivered
        }

        await using WebhookQueue again = await OpenAsync();
        Assert.Equal(50, again.Waiting);
        for (int i = 150; i < 200; i++)
            TakeOne(again, i);
        Assert.Null(again.Take());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(30)]
    public async Task An_append_that_a_crash_cut_off_is_not_there_and_the_others_are(int cut)
    {
        await using (WebhookQueue queue = await OpenAsync(segmentSize: 1 << 20))
        {
            for (int i = 0; i < 3; i++)
                Assert.True(queue.TryAppend([Text(i)]));
        }

        string file = Files()[^1];
        using (FileStream stream = File.OpenWrite(file))
            stream.SetLength(stream.Length - cut);
        await using WebhookQueue again = await OpenAsync(segmentSize: 1 << 20);
        Assert.True(again.TornBytes > 0);
        TakeOne(again, 0);
        TakeOne(again, 1);
        Assert.Null(again.Take());
        Assert.True(again.TryAppend([Text(9)]));
        TakeOne(again, 9);
    }

    [Theory]
    [InlineData(new byte[] { 1, 2, 3 })]
    [InlineData(new byte[] { 1, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1 })]
    public async Task A_position_that_makes_no_sense_means_from_the_beginning(byte[] position)
    {
        await using (WebhookQueue queue = await OpenAsync())
        {
            Assert.True(queue.TryAppend([Text(0), Text(1)]));
            queue.Delivered(TakeOne(queue, 0), 1);
        }

        await File.WriteAllBytesAsync(Path.Combine(_directory, "position"), position);
        await using WebhookQueue again = await OpenAsync();
        TakeOne(again, 0);
        TakeOne(again, 1);
    }

    [Fact]
    public async Task It_takes_so_much_and_no_more()
    {
        await using WebhookQueue queue = await OpenAsync();
        int count = 0;
        while (queue.TryAppend([new byte[1000]]))
            count++;
        Assert.InRange(count, 60, 65); // 64 KB
        Assert.Equal(count, queue.Waiting);
        while (queue.Take() is { } taken)
            queue.Delivered(taken.End, 1);
        Assert.True(queue.TryAppend([new byte[1000]]));
    }

    [Fact]
    public void An_event_is_read_as_it_was_written()
    {
        var one = new QueuedEvent("call-1@10.0.0.1", "59f.96b799e6", "ended-1", "{}"u8.ToArray());
        QueuedEvent read = QueuedEvent.Read(one.Format())!;
        Assert.Equal((one.Key, one.Dialog, one.Id, "{}"), (read.Key, read.Dialog, read.Id, Encoding.UTF8.GetString(read.Body.Span)));
        Assert.Null(QueuedEvent.Read([2, 0, 0]));
        Assert.Null(QueuedEvent.Read([1, 200, 0]));
    }

    private string[] Files() => [.. Directory.GetFiles(_directory, "*.events").Order(StringComparer.Ordinal)];

    private static byte[] Text(int number) => Encoding.ASCII.GetBytes($"event {number:D4} {new string('x', 100)}");

    private static QueuePlace TakeOne(WebhookQueue queue, int number)
    {
        (byte[] text, QueuePlace end) = queue.Take()!.Value;
        Assert.Equal(Text(number), text);
        return end;
    }

    private async Task<WebhookQueue> OpenAsync(long segmentSize = 1000)
    {
        var queue = new WebhookQueue(_directory, 64 << 10, segmentSize);
        await queue.OpenAsync(CancellationToken.None);
        return queue;
    }
}
