using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Parley.Management;

/// <summary>A request to the API under way: its parameters, read with a check of each, and its result.</summary>
internal sealed class ApiCall(HttpContext context, ApiOperation operation)
{
    public HttpContext Context => context;

    public ApiOperation Operation => operation;

    public CancellationToken Cancellation => context.RequestAborted;

    /// <summary>What it was about, for the audit line.</summary>
    public string Subject { get; set; } = "";

    /// <summary>Runs once, before the first byte of a result is sent: so that what has changed something is in the log when its caller learns of it.</summary>
    public Action? Succeeding { get; set; }

    /// <summary>The first parameter that cannot be; ask once all are read.</summary>
    public ApiProblem? Fault { get; private set; }

    /// <summary>A part of the path. A slash in it is written %2F.</summary>
    public string Path(string name) =>
        ((string?)context.Request.RouteValues[name] ?? "").Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);

    /// <summary>A parameter; null when it is not there or empty.</summary>
    public string? Text(string name)
    {
        StringValues values = context.Request.Query[name];
        if (values.Count > 1)
            Refuse($"The parameter {name} is there {values.Count} times.");
        return values.Count == 0 || string.IsNullOrEmpty(values[0]) ? null : values[0];
    }

    /// <summary>A whole number; null when it is not there.</summary>
    public int? Number(string name, int min, int max)
    {
        if (Text(name) is not { } text)
            return null;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= min && number <= max)
            return number;
        Refuse($"The parameter {name} is a whole number from {min} to {max}.");
        return null;
    }

    /// <summary>Seconds, fractions allowed; null when it is not there.</summary>
    public TimeSpan? Seconds(string name)
    {
        if (Text(name) is not { } text)
            return null;
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double seconds) && seconds < 1e10)
            return TimeSpan.FromSeconds(seconds);
        Refuse($"The parameter {name} is a number of seconds.");
        return null;
    }

    /// <summary><c>true</c> or <c>false</c>; null when it is not there.</summary>
    public bool? Flag(string name)
    {
        if (Text(name) is not { } text)
            return null;
        if (bool.TryParse(text, out bool flag))
            return flag;
        Refuse($"The parameter {name} is true or false.");
        return null;
    }

    /// <summary>The first refusal counts.</summary>
    public void Refuse(string detail) => Fault ??= ApiProblem.Invalid(detail);

    /// <summary>The body; null with <see cref="Fault"/> set when it cannot be read, without when there is none and there need not be one.</summary>
    public async ValueTask<T?> ReadAsync<T>(JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            if (context.Request.ContentType is null && operation.IsBodyOptional)
                return null;
            T? body = await JsonSerializer.DeserializeAsync(context.Request.Body, type, Cancellation).ConfigureAwait(false);
            if (body is null)
                Refuse("The body is an object.");
            return body;
        }
        catch (JsonException error)
        {
            // Of its message only where: the rest names types of the inside.
            Refuse(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The body is no JSON of this request's form, at {error.Path ?? "$"} (line {(error.LineNumber ?? 0) + 1})."
                )
            );
        }
        catch (BadHttpRequestException error)
        {
            Fault ??= new ApiProblem(error.StatusCode, error.StatusCode == 413 ? "The body is too long." : "The body did not come whole.");
        }

        return null;
    }

    /// <summary>It has succeeded; once.</summary>
    public void Succeed()
    {
        Succeeding?.Invoke();
        Succeeding = null;
    }

    /// <summary>Sends a short result.</summary>
    public async ValueTask WriteAsync(Action<Utf8JsonWriter> write)
    {
        Succeed();
        HttpResponse response = context.Response;
        response.StatusCode = operation.Status;
        response.ContentType = operation.ResultType;
        var json = new Utf8JsonWriter(response.BodyWriter, MiJson.Options);
        await using (json.ConfigureAwait(false))
        {
            write(json);
            json.Flush();
            if (!response.HasStarted)
                response.ContentLength = json.BytesCommitted;
        }

        await response.BodyWriter.FlushAsync(Cancellation).ConfigureAwait(false);
    }

    /// <summary>Sends a result by its type.</summary>
    public ValueTask WriteAsync<T>(T value, JsonTypeInfo<T> type) => WriteAsync(json => JsonSerializer.Serialize(json, value, type));

    /// <summary>Sends a text.</summary>
    public async ValueTask WriteTextAsync(int status, string text)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        await context.Response.WriteAsync(text, Cancellation).ConfigureAwait(false);
    }
}
