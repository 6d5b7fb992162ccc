using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.InteropServices;

namespace Parley.Transport;

/// <summary>Reads a connection to its end: bytes to messages, each carried through on the thread that read it.</summary>
internal static class StreamReading
{
    public static async Task<CloseReason> RunAsync(StreamConnection connection, Stream stream, StreamContext context)
    {
        var options = context.Options;
        var reader = PipeReader.Create(
            stream,
            new StreamPipeReaderOptions(
                bufferSize: options.ReceiveBufferSize,
                minimumReadSize: Math.Min(1024, options.ReceiveBufferSize / 2),
                leaveOpen: true,
                useZeroByteReads: options.ReleaseIdleBuffers
            )
        );
        try
        {
            while (true)
            {
                var result = await reader.ReadAsync().ConfigureAwait(false);
                var buffered = result.Buffer;
                var done = Process(connection, buffered, context, out var broken);
                context.Transport.Flush();
                context.Receiver.BeforeWait(connection.Flow.Listener);
                connection.WasRead(progress: done > 0, partial: IsPartial(buffered.Slice(done)));
                reader.AdvanceTo(buffered.GetPosition(done), buffered.End);
                if (broken)
                    return CloseReason.Broken;
                if (result.IsCompleted)
                    return CloseReason.Remote;
                if (connection.Backpressure() is { } drained)
                    await drained.ConfigureAwait(false);
            }
        }
        finally
        {
            await reader.CompleteAsync().ConfigureAwait(false);
        }
    }

    // Half a ping ("CRLF" that may become "CRLFCRLF") may wait as long as it likes; the start of a message may not.
    private static bool IsPartial(in ReadOnlySequence<byte> rest) => rest.Length > 3 || (rest.Length > 0 && rest.FirstSpan[0] != '\r');

    private static int Process(StreamConnection connection, in ReadOnlySequence<byte> buffered, StreamContext context, out bool broken)
    {
        broken = false;
        if (buffered.IsEmpty)
            return 0;
        var thread = context.CurrentThread;
        if (buffered.IsSingleSegment && MemoryMarshal.TryGetArray(buffered.First, out var segment))
            return Checked(
                context.Receiver.Stream(thread, connection, segment.Array!, segment.Offset, segment.Count, out broken),
                segment.Count,
                ref broken
            );

        // A message lies across two buffers: the parser needs it in one.
        var length = (int)buffered.Length;
        var whole = ArrayPool<byte>.Shared.Rent(length);
        buffered.CopyTo(whole);
        var done = Checked(context.Receiver.Stream(thread, connection, whole, 0, length, out broken), length, ref broken);
        ArrayPool<byte>.Shared.Return(whole);
        return done;

        // Whatever the framer says, a connection may not make us hold more than one message of the largest size, with its head.
        int Checked(int consumed, int available, ref bool stop)
        {
            if (available - consumed > context.Receiver.Limits.MaxMessageSize + context.Options.ReceiveBufferSize)
                stop = true;
            return consumed;
        }
    }
}
