using System.IO.Pipelines;
using System.Text.Json;
using Parley.Hosting;

namespace Parley.Management;

/// <summary>A reply on its way into an HTTP response.</summary>
internal sealed class HttpMiOutput(PipeWriter body) : MiOutput(new Utf8JsonWriter(body, MiJson.Options))
{
    public override async ValueTask FlushAsync(CancellationToken cancellation = default)
    {
        Json.Flush();
        FlushResult flushed = await body.FlushAsync(cancellation).ConfigureAwait(false);
        if (flushed.IsCompleted || flushed.IsCanceled)
            throw new OperationCanceledException("The connection is closed.");
    }
}
