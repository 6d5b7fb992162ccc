using System.Globalization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Parley.Dialogs;

namespace Parley.Management;

/// <summary>Recorded calls: <c>/api/v1/calls</c>, <c>/api/v1/calls/{callId}</c>, <c>/api/v1/dialogs/{id}/call</c>.</summary>
internal sealed class CallEndpoints(CallReader calls, ILoggerFactory loggers, IDialogApi? dialogs = null) : IManagementEndpoints
{
    private const string Path = ApiRoutes.Prefix + "/calls";

    public void Map(IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var routes = new ApiRoutes(endpoints, loggers.CreateLogger("Parley.Management"));
        routes.Map(
            "GET",
            Path,
            new ApiOperation("listCalls", "The calls in the recorder, live, ended and failed ones, the latest first, page by page.")
            {
                Parameters =
                [
                    new ApiParameter("q", "A text in the Call-ID, the URIs, an address, the line or a mark, in whatever case."),
                    new ApiParameter("callId", "The Call-ID."),
                    new ApiParameter("number", "The number or user of From or To; a number by its end too."),
                    new ApiParameter("ip", "An address that took part, without port."),
                    new ApiParameter("abnormal", "With marks, or without.", "boolean"),
                    new ApiParameter("mark", "With this mark."),
                    new ApiParameter("ended", "Over, or going on.", "boolean"),
                    new ApiParameter("all", "Also REGISTER, OPTIONS and the like; else INVITEs alone.", "boolean"),
                    new ApiParameter("since", "Of which something happened at this time or later: ISO 8601."),
                    new ApiParameter("limit", "How many at once, 1 to 1000, 100 when left out.", "integer"),
                    new ApiParameter("cursor", "Where the page before ended: its next."),
                ],
                Result = CallJsonContext.Default.CallListJson,
            },
            ListAsync
        );
        routes.Map(
            "GET",
            Path + "/{callId}",
            new ApiOperation("showCall", "One call with its messages and steps.") { Result = CallJsonContext.Default.CallJson },
            OneAsync
        );
        routes.Map(
            "GET",
            ApiRoutes.Prefix + "/dialogs/{id}/call",
            new ApiOperation("showCallOfDialog", "The call of a dialog with its messages and steps.")
            {
                Result = CallJsonContext.Default.CallJson,
            },
            OfDialogAsync
        );
    }

    private async ValueTask<ApiProblem?> ListAsync(ApiCall call)
    {
        int limit = call.Number("limit", 1, DialogListing.MostAtOnce) ?? DialogListing.DefaultLimit;
        DateTimeOffset? since = null;
        if (call.Text("since") is { } begin)
        {
            if (DateTimeOffset.TryParse(begin, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time))
                since = time;
            else
                call.Refuse("The parameter since is a time in ISO 8601, such as 2026-11-30T22:50:00Z.");
        }

        if (!TryCursor(call.Text("cursor"), out long latest, out string after))
            call.Refuse("The parameter cursor is what a page before gave as next.");
        var query = new RecordedCallQuery
        {
            Text = call.Text("q"),
            CallId = call.Text("callId"),
            Number = call.Text("number"),
            Address = call.Text("ip"),
            IsAbnormal = call.Flag("abnormal"),
            Mark = call.Text("mark"),
            HasEnded = call.Flag("ended"),
            AllMethods = call.Flag("all") ?? false,
            Since = since,
        };
        if (call.Fault is { } fault)
            return fault;
        await call.WriteAsync(Page(query, limit, latest, after), CallJsonContext.Default.CallListJson).ConfigureAwait(false);
        return null;
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

    private async ValueTask<ApiProblem?> OneAsync(ApiCall call)
    {
        if (!calls.TryGet(call.Path("callId"), out RecordedCall? recorded))
            return ApiProblem.NotFound("Nothing of a call with this Call-ID is in the recorder.");
        await call.WriteAsync(CallJson.Of(recorded), CallJsonContext.Default.CallJson).ConfigureAwait(false);
        return null;
    }

    private async ValueTask<ApiProblem?> OfDialogAsync(ApiCall call)
    {
        if (!DialogId.TryParse(call.Path("id"), out DialogId id))
            return ApiProblem.Invalid("The id of a dialog is two hexadecimal numbers with a dot between them, such as e64.7f675e24.");
        RecordedCall? recorded = null;
        if (dialogs?.Find(id) is { } dialog)
            calls.TryGet(dialog.CallId, out recorded);
        if (recorded is null && !calls.TryGet(id, out recorded))
            return ApiProblem.NotFound("Nothing of a call with this dialog is in the recorder.");
        await call.WriteAsync(CallJson.Of(recorded), CallJsonContext.Default.CallJson).ConfigureAwait(false);
        return null;
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
}
