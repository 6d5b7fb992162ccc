using System.Text.Json;
using Parley.Hosting;

namespace Parley.Management;

/// <summary>The reply to a request: the order of its members is that of the reference. Disposed, its place among the commands that run is free.</summary>
/// <param name="id">The id as it is written; null: it was a notification, and nothing is sent.</param>
/// <param name="result">What came of it.</param>
/// <param name="places">Where its place goes back to; null: it has none.</param>
internal sealed class MiReply(string? id, MiResult result, SemaphoreSlim? places) : IDisposable
{
    private SemaphoreSlim? _places = places;

    /// <summary>It is not sent.</summary>
    public bool IsSilent => id is null;

    public MiResult Result => result;

    public async ValueTask WriteAsync(MiOutput output, CancellationToken cancellation)
    {
        Utf8JsonWriter json = output.Json;
        json.WriteStartObject();
        json.WriteString("jsonrpc"u8, "2.0"u8);
        if (result.IsError)
        {
            json.WriteStartObject("error"u8);
            json.WriteNumber("code"u8, result.Code);
            json.WriteString("message"u8, result.Message);
            if (result.Data is { } data)
                json.WriteString("data"u8, data);
            json.WriteEndObject();
        }
        else
        {
            json.WritePropertyName("result"u8);
            await result.WriteAsync(output, cancellation).ConfigureAwait(false);
        }

        json.WritePropertyName("id"u8);
        json.WriteRawValue(id ?? "null", skipInputValidation: true);
        json.WriteEndObject();
    }

    /// <summary>The same request answered by another result.</summary>
    public MiReply With(MiResult other) => new(id, other, null);

    public void Dispose() => Interlocked.Exchange(ref _places, null)?.Release();
}
