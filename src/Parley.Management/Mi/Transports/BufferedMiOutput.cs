using System.Buffers;
using System.Text.Json;
using Parley.Hosting;

namespace Parley.Management;

/// <summary>A reply that is kept, for a transport that sends it whole or by its own means.</summary>
/// <param name="buffer">Where it is kept.</param>
/// <param name="flushed">Gets what was kept at each flush; null: it is kept to the end.</param>
/// <param name="most">The most that may be kept; more is a <see cref="ReplyTooLargeException"/>.</param>
internal sealed class BufferedMiOutput(
    ArrayBufferWriter<byte> buffer,
    Func<ArrayBufferWriter<byte>, CancellationToken, ValueTask>? flushed,
    int most
) : MiOutput(new Utf8JsonWriter(buffer, MiJson.Options))
{
    public ReadOnlyMemory<byte> Kept => buffer.WrittenMemory;

    public override async ValueTask FlushAsync(CancellationToken cancellation = default)
    {
        Json.Flush();
        if (buffer.WrittenCount > most)
            throw new ReplyTooLargeException();
        if (flushed is null)
            return;
        await flushed(buffer, cancellation).ConfigureAwait(false);
        buffer.ResetWrittenCount();
    }
}
