using System.Text.Json;

namespace Parley.Hosting;

/// <summary>What came of a management command: a value, one that is written piece by piece, or an error.</summary>
public sealed class MiResult
{
    private readonly Func<MiOutput, CancellationToken, ValueTask>? _write;

    private MiResult(Func<MiOutput, CancellationToken, ValueTask>? write) => _write = write;

    /// <summary>The text "OK": a bare success.</summary>
    public static MiResult Ok { get; } = Json(static json => json.WriteStringValue("OK"u8));

    /// <summary>An error's code, as HTTP has them (404) or as JSON-RPC has its own (-32602); 0: it is no error.</summary>
    public int Code { get; private init; }

    /// <summary>An error's message; empty: it is no error.</summary>
    public string Message { get; private init; } = "";

    /// <summary>More about an error; null: nothing.</summary>
    public string? Data { get; private init; }

    /// <summary>It is an error.</summary>
    public bool IsError => _write is null;

    /// <summary>A value.</summary>
    /// <param name="write">Writes one JSON value; called once, or not at all when no reply is sent.</param>
    public static MiResult Json(Action<Utf8JsonWriter> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        return new MiResult(
            (output, _) =>
            {
                write(output.Json);
                return ValueTask.CompletedTask;
            }
        );
    }

    /// <summary>A value that may be long: written and sent piece by piece, at the pace of the caller.</summary>
    /// <param name="write">Writes one JSON value and calls <see cref="MiOutput.StepAsync"/> between its elements; called once, or not at all.</param>
    public static MiResult Stream(Func<MiOutput, CancellationToken, ValueTask> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        return new MiResult(write);
    }

    /// <summary>An error.</summary>
    /// <param name="code">As HTTP or JSON-RPC have them; not 0.</param>
    /// <param name="message">In a few words.</param>
    /// <param name="data">More; null: nothing.</param>
    /// <exception cref="ArgumentException">The code is 0 or the message empty.</exception>
    public static MiResult Error(int code, string message, string? data = null)
    {
        ArgumentOutOfRangeException.ThrowIfZero(code);
        ArgumentException.ThrowIfNullOrEmpty(message);
        return new MiResult(null)
        {
            Code = code,
            Message = message,
            Data = data,
        };
    }

    /// <summary>Writes the value.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="InvalidOperationException">It is an error.</exception>
    public ValueTask WriteAsync(MiOutput output, CancellationToken cancellation = default) =>
        _write?.Invoke(output, cancellation) ?? throw new InvalidOperationException("An error has no value.");
}
