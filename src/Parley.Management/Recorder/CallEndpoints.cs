using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Parley.Dialogs;

namespace Parley.Management;

/// <summary>Recorded calls: <c>GET /api/v1/calls</c>, <c>/api/v1/calls/{callId}</c>, <c>/api/v1/dialogs/{id}/call</c>.</summary>
internal sealed class CallEndpoints(CallReader calls, IDialogApi? dialogs = null) : IManagementEndpoints
{
    private static readonly string[] Parameters =
    [
        "q",
        "callId",
        "number",
        "ip",
        "abnormal",
        "mark",
        "ended",
        "all",
        "since",
        "limit",
        "cursor",
    ];

    public void Map(IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        endpoints.MapMethods("/api/v1/calls", ["GET"], ListAsync);
        endpoints.MapMethods("/api/v1/calls/{callId}", ["GET"], OneAsync);
        endpoints.MapMethods("/api/v1/dialogs/{id}/call", ["GET"], OfDialogAsync);
    }

    private Task ListAsync(HttpContext context)
    {
        IQueryCollection query = context.Request.Query;
        if (query.Keys.FirstOrDefault(static key => !Parameters.Contains(key)) is { } unknown)
            return RefuseAsync(context, $"There is no parameter \"{unknown}\"; there are {string.Join(", ", Parameters)}.");
        if (query.FirstOrDefault(static pair => pair.Value.Count > 1) is { Key: { } twice })
            return RefuseAsync(context, $"The parameter {twice} is there more than once.");
        int limit = 100;
        if (
            Text(query, "limit") is { } most
            && !(int.TryParse(most, NumberStyles.None, CultureInfo.InvariantCulture, out limit) && limit is >= 1 and <= 1000)
        )
            return RefuseAsync(context, "The parameter limit is a whole number from 1 to 1000.");
        if (
            !TryFlag(query, "abnormal", out bool? abnormal)
            || !TryFlag(query, "ended", out bool? ended)
            || !TryFlag(query, "all", out bool? all)
        )
            return RefuseAsync(context, "The parameters abnormal, ended and all are true or false.");
        DateTimeOffset? since = null;
        if (Text(query, "since") is { } begin)
        {
            if (!DateTimeOffset.TryParse(begin, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time))
                return RefuseAsync(context, "The parameter since is a time in ISO 8601, such as 2026-11-30T22:50:00Z.");
            since = time;
        }

        if (!TryCursor(Text(query, "cursor"), out long latest, out string after))
            return RefuseAsync(context, "The parameter cursor is what a page before gave as next.");
        var asked = new RecordedCallQuery
        {
            Text = Text(query, "q"),
            CallId = Text(query, "callId"),
            Number = Text(query, "number"),
            Address = Text(query, "ip"),
            IsAbnormal = abnormal,
            Mark = Text(query, "mark"),
            HasEnded = ended,
            AllMethods = all ?? false,
            Since = since,
        };
        return WriteAsync(context, 200, Page(asked, limit, latest, after), CallJsonContext.Default.CallListJson);
    }

    private CallListJson Page(RecordedCallQuery query, int limit, long latest, string after)
    {
        var items = new List<CallJson>();
        string? next = null;
        foreach (RecordedCallSummary call in calls.Search(query, latest))
        {
            // Of those that began at the same moment the ones up to the cursor were there already.
            if (call.Started.UtcTicks == latest && string.CompareOrdinal(call.CallId, after) <= 0)
                continue;
            if (items.Count == limit)
            {
                CallJson last = items[^1];
                next = Cursor(last.Started.UtcTicks, last.CallId);
                break;
            }

            items.Add(CallJson.Of(call));
        }

        return new CallListJson { Items = items, Next = next };
    }

    private Task OneAsync(HttpContext context)
    {
        // A slash in it is written %2F, which routing leaves as it is.
        string callId = ((string?)context.Request.RouteValues["callId"] ?? "").Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
        return calls.TryGet(callId, out RecordedCall? call)
            ? WriteAsync(context, 200, CallJson.Of(call), CallJsonContext.Default.CallJson)
            : NotFoundAsync(context, "Nothing of a call with this Call-ID is in the recorder.");
    }

    private Task OfDialogAsync(HttpContext context)
    {
        if (!DialogId.TryParse((string?)context.Request.RouteValues["id"] ?? "", out DialogId id))
            return RefuseAsync(context, "The id of a dialog is two hexadecimal numbers with a dot between them, such as e64.7f675e24.");
        if ((dialogs?.Find(id) is { } dialog && calls.TryGet(dialog.CallId, out RecordedCall? call)) || calls.TryGet(id, out call))
            return WriteAsync(context, 200, CallJson.Of(call), CallJsonContext.Default.CallJson);
        return NotFoundAsync(context, "Nothing of a call with this dialog is in the recorder.");
    }

    private static string? Text(IQueryCollection query, string name) => query[name].ToString() is { Length: > 0 } text ? text : null;

    private static bool TryFlag(IQueryCollection query, string name, out bool? flag)
    {
        flag = null;
        if (Text(query, name) is not { } text)
            return true;
        bool isRead = bool.TryParse(text, out bool value);
        flag = value;
        return isRead;
    }

    private static string Cursor(long ticks, string callId) =>
        Convert.ToHexStringLower(System.Text.Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{ticks}:{callId}")));

    private static bool TryCursor(string? cursor, out long ticks, out string callId)
    {
        (ticks, callId) = (long.MaxValue, "");
        if (cursor is null)
            return true;
        if (cursor.Length % 2 != 0 || cursor.Any(static c => !char.IsAsciiHexDigit(c)))
            return false;
        string text = System.Text.Encoding.UTF8.GetString(Convert.FromHexString(cursor));
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0 || !long.TryParse(text.AsSpan(0, colon), NumberStyles.None, CultureInfo.InvariantCulture, out ticks))
            return false;
        callId = text[(colon + 1)..];
        return true;
    }

    private static Task RefuseAsync(HttpContext context, string detail) => ProblemAsync(context, 400, "Bad Request", detail);

    private static Task NotFoundAsync(HttpContext context, string detail) => ProblemAsync(context, 404, "Not Found", detail);

    private static Task ProblemAsync(HttpContext context, int status, string title, string detail) =>
        WriteAsync(
            context,
            status,
            new CallProblemJson
            {
                Title = title,
                Status = status,
                Detail = detail,
            },
            CallJsonContext.Default.CallProblemJson,
            "application/problem+json"
        );

    private static async Task WriteAsync<T>(
        HttpContext context,
        int status,
        T value,
        JsonTypeInfo<T> type,
        string mediaType = "application/json"
    )
    {
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(value, type);
        context.Response.StatusCode = status;
        context.Response.ContentType = mediaType;
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted).ConfigureAwait(false);
    }
}
