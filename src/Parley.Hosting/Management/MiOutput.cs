using System.Text.Json;

namespace Parley.Hosting;

/// <summary>Where the result of a management command goes while it is made.</summary>
/// <param name="json">The writer; it stands where the value of <c>result</c> is due.</param>
public abstract class MiOutput(Utf8JsonWriter json)
{
    private const int Step = 16 * 1024;

    private long _sent;

    /// <summary>Where to write. What is written is kept until <see cref="FlushAsync"/> or <see cref="StepAsync"/>.</summary>
    public Utf8JsonWriter Json { get; } = json;

    /// <summary>Between two elements of a long result: sends what is there once it is 16 KB, and waits while the caller does not read. Never call it under a lock.</summary>
    /// <param name="cancellation">Gives up.</param>
    public ValueTask StepAsync(CancellationToken cancellation = default)
    {
        long written = Json.BytesCommitted + Json.BytesPending;
        if (written - _sent < Step)
            return ValueTask.CompletedTask;
        _sent = written;
        return FlushAsync(cancellation);
    }

    /// <summary>Sends what is there.</summary>
    /// <param name="cancellation">Gives up.</param>
    public abstract ValueTask FlushAsync(CancellationToken cancellation = default);
}
